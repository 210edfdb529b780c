# SPDX-License-Identifier: GPL-3.0-or-later
"""One difference between what a router must hold and what it holds, as data.

Imports kinds, desired and order only. Nothing here shows a secret: values of secret fields are
`***` in `before` and `after`; `digests` holds their keyed hashes, `words` what is written.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from reconciler.desired import Source
from reconciler.kinds import Kind
from reconciler.marks import Row, is_service_mark
from reconciler.order import Placement

HIDDEN = "***"
SORTED = json.JSONEncoder(sort_keys=True)  # json.dumps would make one for every change
Values = Mapping[str, str | None]


class Action(StrEnum):
    ADD = "add"
    SET = "set"
    MOVE = "move"
    REMOVE = "remove"
    ADOPT = "adopt"


@dataclass(frozen=True)
class Deed:
    """Who changed a row by hand: `by` the router's user, `at` by the router's clock, `via` how and
    from where, `winbox 10.0.0.9`; None where the router does not say.
    """

    by: str
    at: str | None = None
    via: str | None = None

    @property
    def text(self) -> str:
        """`by admin (winbox 10.0.0.9), 2026-11-20 23:41:07`."""
        via = f" ({self.via})" if self.via else ""
        return f"by {self.by}{via}" + (f", {self.at}" if self.at else "")


@dataclass(frozen=True)
class Change:
    """`before` and `after` hold canonical text of the fields that differ, all managed fields for
    add and remove, None where unset. `row_id` is the router's `.id`, never shown or stored, and
    `row` what was printed of it, with its secrets.
    `cause` is what drift says of it: pending or drift; `deed` who did that, where it is known.
    """

    action: Action
    kind: Kind
    key: Mapping[str, str | None]
    before: Values
    after: Values
    source: Source
    mark: str
    row_id: str | None = None
    row: Row | None = field(default=None, repr=False, compare=False)
    words: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    unset: tuple[str, ...] = ()
    place: Placement | None = None
    notice: bool = False
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    cause: str | None = None
    deed: Deed | None = field(default=None, compare=False)

    @cached_property
    def essence(self) -> str:
        """What makes two changes of one router the same one, as JSON without its first bracket."""
        parts = (self.kind.path, self.action, self.key, self.before, self.after, self.digests)
        return SORTED.encode(parts)[1:]

    @property
    def is_service(self) -> bool:
        """Whether the row belongs to a client's service rather than to a plan or the router."""
        return is_service_mark(self.source.id)
