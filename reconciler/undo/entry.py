# SPDX-License-Identifier: GPL-3.0-or-later
"""What one change does to one row, and where that row stands now: before it, after it, elsewhere.

Imports change, diff and kinds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.change import Action
from reconciler.diff import hidden_secrets
from reconciler.kinds import Kind, Row, is_fixed
from reconciler.making import Digest

Identity = tuple[object, ...]


class Stand(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    MOVED_ON = "moved-on"


@dataclass(frozen=True)
class Entry:
    """`before` and `after` are the row in RouterOS's own spelling, None where there is none; for a
    removal `before` holds every property that can be set.

    `fields`: what the change touches. `digests`: keyed hashes of secrets in `after`, which holds
    none. `lost`: secrets of `before` that nobody kept. `row_id` helps where rows are alike;
    `place`: where a rule that moved was and is, in words.
    """

    action: Action
    kind: Kind
    mark: str
    source: str
    before: Mapping[str, str] | None = field(repr=False)
    after: Mapping[str, str] | None = field(repr=False)
    fields: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    lost: tuple[str, ...] = ()
    notice: bool = False
    row_id: str | None = None
    place: tuple[str, str] | None = None

    @property
    def values(self) -> Mapping[str, str]:
        """The row, as it is where it is at all."""
        return self.after if self.after is not None else self.before or {}


def identity(kind: Kind, row: Row) -> Identity:
    """What tells a row from others, whatever its `.id` is: key and mark; of a foreign rule, all."""
    mark = kind.mark_of(row)
    if kind.key:
        return (*kind.key_of(row), mark)
    if mark is not None:
        return (mark,)
    return tuple(item.canonical(row.get(item.name)) for item in kind.fields)


class Rows:
    """The rows of a menu by their identity."""

    def __init__(self, kind: Kind, rows: Iterable[Row]) -> None:
        self.kind, self.all = kind, [row for row in rows if not is_fixed(row)]
        self.hides = hidden_secrets(kind, self.all)
        self._by_identity: dict[Identity, list[Row]] = defaultdict(list)
        for row in self.all:
            self._by_identity[identity(kind, row)].append(row)

    def like(self, values: Row, row_id: str | None = None) -> Sequence[Row]:
        """The rows of this identity, the one with this `.id` first."""
        rows = self._by_identity.get(identity(self.kind, values), [])
        return sorted(rows, key=lambda row: row[".id"] != row_id)


def stand(entry: Entry, rows: Rows, digest: Digest) -> tuple[Stand, Row | None]:
    """Where the row of an entry stands now, and the row itself where it is there."""
    before, after = entry.before, entry.after
    if after is None:
        if before is not None and not rows.like(before):
            return Stand.AFTER, None
    else:
        for row in rows.like(after, entry.row_id):
            if _is_after(entry, row, digest, rows.hides):
                return Stand.AFTER, row
    if before is None:
        if after is not None and not rows.like(after):
            return Stand.BEFORE, None
    else:
        for row in rows.like(before, entry.row_id):
            if _is_before(entry, row, rows.hides):
                return Stand.BEFORE, row
    return Stand.MOVED_ON, None


def _is_before(entry: Entry, row: Row, hides: bool) -> bool:
    return all(
        _same(entry.kind, name, row, entry.before or {})
        for name in entry.fields
        if not (hides and entry.kind.by_name[name].secret)
    )


def _is_after(entry: Entry, row: Row, digest: Digest, hides: bool) -> bool:
    after = entry.after or {}
    for name in entry.fields:
        if entry.kind.by_name[name].secret:
            # Passwords that are hidden, or have no key, cannot be compared: they count as the same.
            known, now = entry.digests.get(name), digest(row.get(name, ""))
            if known and now and known != now and not hides:
                return False
        elif not _same(entry.kind, name, row, after):
            return False
    return True


def _same(kind: Kind, name: str, row: Row, values: Row) -> bool:
    canonical = kind.by_name[name].canonical
    return canonical(row.get(name)) == canonical(values.get(name))
