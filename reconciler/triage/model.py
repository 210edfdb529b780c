# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known when hand-made changes are looked at, and what is said of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reconciler.change import Change
from reconciler.clients.plans import Issued
from reconciler.inventory import Inventory
from reconciler.marks import Row
from reconciler.models import Zone
from reconciler.staging import EditFile


@dataclass(frozen=True)
class Scene:
    """`rows`: what a router holds, by menu. `day`: today in a zone. `issued`: the invoices of a
    day. `keep`: a password as a command takes it, `age:…`; raises Impossible where none can be.
    """

    inventory: Inventory
    rows: Mapping[str, Mapping[str, Sequence[Row]]]
    day: Callable[[Zone], date]
    issued: Callable[[date], Issued]
    keep: Callable[[str], str] = field(repr=False)


@dataclass(frozen=True)
class Proposal:
    """Edits that make the files say what the router holds.

    `changes` are what it settles, none for a row that is not ours yet, and `fields` those of the
    rows that were set; `what` says it in words.
    """

    router: str
    subject: str
    what: str
    act: EditFile
    changes: tuple[Change, ...] = ()
    fields: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A hand-made change that no edit expresses: why, and what to do."""

    router: str
    change: Change
    reason: str


Answer = Proposal | Refusal
