# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router must hold: rows with their mark and the place in the files they come from.

Imports errors and kinds only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.errors import Where
from reconciler.kinds import Kind

# The source of removals of what another billing system left: rows that are nobody's.
TIDY = "router/tidy"


class Source(NamedTuple):
    """Where a row comes from: `ana-lopez/internet`, `plan/hogar-10`, `router/allowed`.

    `label` is the name that people know it by.
    """

    id: str
    where: Where | None = None
    label: str = ""


class Desired(NamedTuple):
    """One row as it must be. `values` are written as they stand; what is not named has its default.

    `mark` is the text between `[rc:` and `]` (the name where rows have no comment); `aliases` are
    marks of former ids that are this row's too. `first`: before every rule that is not ours.
    `notice`: computed from the date, shown apart and outside the fingerprint.
    """

    kind: Kind
    mark: str
    values: Mapping[str, str]
    source: Source
    aliases: tuple[str, ...] = ()
    first: bool = False
    notice: bool = False

    def __repr__(self) -> str:
        """Without the values, which may be secret."""
        return f"Desired({self.kind.path}, {self.mark})"


@dataclass(frozen=True)
class Wanted:
    """Everything wanted of one router.

    `unmanaged`: marks that come off while their rows stay. `elsewhere`: mark -> router for services
    that live on another router now, so that removals wait for their new home. `known`: marks of
    every service in the files, whatever its state. `waiting`: marks whose live session is left
    (`sessions: wait`).
    """

    rows: tuple[Desired, ...] = ()
    unmanaged: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
