# SPDX-License-Identifier: GPL-3.0-or-later
"""What one change does to one row, and where that row stands now: before it, after it, elsewhere.

Imports change, diff, kinds and making.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from reconciler.change import Action
from reconciler.diff import hidden_secrets
from reconciler.kinds import REFERENCES, Kind
from reconciler.making import Digest
from reconciler.marks import Row, is_fixed

Identity = tuple[object, ...]
Renamed = dict[str, dict[str | None, str | None]]


class Stand(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    MOVED_ON = "moved-on"


class Entry(NamedTuple):
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
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None
    fields: tuple[str, ...]
    digests: Mapping[str, str]
    lost: tuple[str, ...] = ()
    notice: bool = False
    row_id: str | None = None
    place: tuple[str, str] | None = None

    def __repr__(self) -> str:
        """Without the rows, which hold secrets."""
        return f"Entry({self.action}, {self.kind.path}, {self.mark})"

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
    """The rows of a menu by their identity; `renamed`: names in its fields, as `renames` says."""

    def __init__(self, kind: Kind, rows: Iterable[Row], renamed: Renamed | None = None) -> None:
        self.kind, self.all = kind, [row for row in rows if not is_fixed(row)]
        self.renamed: Renamed = renamed or {}
        self.hides = hidden_secrets(kind, self.all)
        self._by_identity: dict[Identity, list[Row]] = defaultdict(list)
        for row in self.all:
            self._by_identity[identity(kind, row)].append(row)

    def like(self, values: Row, row_id: str | None = None) -> Sequence[Row]:
        """The rows of this identity, the one with this `.id` first."""
        rows = self._by_identity.get(identity(self.kind, values), [])
        return sorted(rows, key=lambda row: row[".id"] != row_id)


def stand(entry: Entry, rows: Rows, digest: Digest) -> tuple[Stand, Row | None]:
    """Where the row of an entry stands now, and the row itself where it is there.

    A run that was cut may have set some fields of a row: as long as each of them is as before or
    as after, the row counts as after.
    """
    before, after = entry.before, entry.after
    if before is None:
        return _of_added(entry, rows, digest)
    if after is None:
        return _of_removed(entry, rows)
    found = [*rows.like(after, entry.row_id), *rows.like(before, entry.row_id)]
    for row in found:
        if all(_is_before(entry, name, row, rows) for name in entry.fields):
            # Where only a password was set and none can be compared, it is taken back once more.
            same = all(_is_after(entry, name, row, digest, rows) for name in entry.fields)
            return (Stand.AFTER if same else Stand.BEFORE), row
    for row in found:
        if all(
            _is_before(entry, name, row, rows) or _is_after(entry, name, row, digest, rows)
            for name in entry.fields
        ):
            return Stand.AFTER, row
    return Stand.MOVED_ON, None


def _of_added(entry: Entry, rows: Rows, digest: Digest) -> tuple[Stand, Row | None]:
    found = rows.like(entry.after or {}, entry.row_id)
    for row in found:
        if all(_is_after(entry, name, row, digest, rows) for name in entry.fields):
            return Stand.AFTER, row
    return (Stand.MOVED_ON if found else Stand.BEFORE), None


def _of_removed(entry: Entry, rows: Rows) -> tuple[Stand, Row | None]:
    """A row that was to go and is only disabled (a run with --confirm begins so) is as after."""
    found = rows.like(entry.before or {}, entry.row_id)
    for row in found:
        other = [name for name in entry.fields if not _is_before(entry, name, row, rows)]
        if not other:
            return Stand.BEFORE, row
        if other == ["disabled"]:
            return Stand.AFTER, row
    return (Stand.MOVED_ON if found else Stand.AFTER), None


def stands(
    entries: Sequence[Entry], tables: Mapping[str, Rows], digest: Digest
) -> list[tuple[Stand, Row | None]]:
    """`stand` of each, where a row that is one entry's is in no other's way.

    A run that gives a name to another row removes one row and adds or sets another like it.
    """
    found = [stand(entry, tables[entry.kind.path], digest) for entry in entries]
    claimed = {
        (entry.kind.path, row[".id"])
        for entry, (_, row) in zip(entries, found, strict=True)
        if row is not None
    }

    def settled(entry: Entry, where: Stand, row: Row | None) -> tuple[Stand, Row | None]:
        others = tables[entry.kind.path].like(entry.values)
        one_sided = entry.before is None or entry.after is None
        taken = all((entry.kind.path, other[".id"]) in claimed for other in others)
        if where is Stand.MOVED_ON and one_sided and taken:
            return (Stand.BEFORE if entry.before is None else Stand.AFTER), None
        return where, row

    return [settled(entry, *where) for entry, where in zip(entries, found, strict=True)]


def _is_before(entry: Entry, name: str, row: Row, rows: Rows) -> bool:
    if rows.hides and entry.kind.by_name[name].secret:
        return True
    return _same(rows, name, row, entry.before or {})


def _is_after(entry: Entry, name: str, row: Row, digest: Digest, rows: Rows) -> bool:
    if not entry.kind.by_name[name].secret:
        return _same(rows, name, row, entry.after or {})
    # Passwords that are hidden, or have no key, cannot be compared: they count as the same.
    known, now = entry.digests.get(name), digest(row.get(name, ""))
    return not known or not now or known == now or rows.hides


def _same(rows: Rows, name: str, row: Row, values: Row) -> bool:
    canonical, renamed = rows.kind.by_name[name].canonical, rows.renamed.get(name, {})
    now, then = canonical(row.get(name)), canonical(values.get(name))
    return now == then or renamed.get(now, now) == renamed.get(then, then)


def renames(entries: Iterable[Entry]) -> dict[str, Renamed]:
    """Menu -> field -> new name -> old name, of what rows name and the run gave another name.

    RouterOS keeps such references by `.id`: who named the row before the run names it still.
    """
    found: dict[str, Renamed] = {}
    for entry in entries:
        if entry.before is None or entry.after is None:
            continue
        for (namer, field_name), (used, name) in REFERENCES:
            old, new = entry.before.get(name), entry.after.get(name)
            if entry.kind is used and old != new and name in entry.fields:
                found.setdefault(namer.path, {}).setdefault(field_name, {})[new] = old
    return found
