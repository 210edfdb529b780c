# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of one menu: ordered, found by `.id`, by name and by unique keys, all in O(1).

Rows form a linked list, so that adding, placing, moving and removing cost the same however many
there are. May import facts.model and traps.
"""

import heapq
from collections.abc import Iterator
from typing import TypeVar

from reconciler.emulator import traps
from reconciler.emulator.facts.model import Fields, Menu, Unique


class Row:
    """`fields` are as the API prints them, in print order, without `.id`.

    `expires` is the clock's second at which the row vanishes, `due` that of its next event;
    `owner` the row it was made for;
    `selector` and `unset` are what an export said of a row of which no more is known: the words
    that found it, the properties it wrote as `!name`.
    """

    __slots__ = (
        "builtin",
        "due",
        "dynamic",
        "expires",
        "fields",
        "next",
        "number",
        "owner",
        "previous",
        "selector",
        "unset",
    )

    def __init__(self, number: int, fields: Fields) -> None:
        self.number = number
        self.fields = fields
        self.dynamic = False
        self.builtin = False
        self.expires: float | None = None
        self.due: float | None = None
        self.owner: int | None = None
        self.selector: str | None = None
        self.unset: frozenset[str] = frozenset()
        self.previous: Row | None = None
        self.next: Row | None = None

    @property
    def identifier(self) -> str:
        return f"*{self.number:X}"


K = TypeVar("K")
Index = dict[tuple[str | None, ...], dict[int, Row]]


class Table:
    def __init__(self, menu: Menu, *, opaque: bool = False) -> None:
        self.menu = menu
        self.opaque = opaque
        self.rows: dict[int, Row] = {}
        self.names: dict[str, dict[int, Row]] = {}
        self.first: Row | None = None
        self.last: Row | None = None
        self.next_number = menu.first_id
        self.deadlines: list[tuple[float, int]] = []
        self._indexes: list[tuple[Unique, Index]] = [(unique, {}) for unique in menu.unique]

    def __iter__(self) -> Iterator[Row]:
        row = self.first
        while row is not None:
            following = row.next
            yield row
            row = following

    def __len__(self) -> int:
        return len(self.rows)

    def by_name(self, name: str) -> Row | None:
        found = self.names.get(name)
        return next(iter(found.values())) if found else None

    def by_identifier(self, text: str) -> Row | None:
        """The row of `*HEX`, in either case; None where there is none."""
        try:
            return self.rows.get(int(text[1:], 16)) if text[:1] == "*" else None
        except ValueError:
            return None

    def at(self, position: int) -> Row | None:
        """The row that the console shows at this number, from 0."""
        if position >= len(self.rows):
            return None
        for number, row in enumerate(self):
            if number == position:
                return row
        return None

    def await_expiry(self, row: Row) -> None:
        if row.expires is not None:
            heapq.heappush(self.deadlines, (row.expires, row.number))
            if len(self.deadlines) > 2 * len(self.rows) + 1000:
                live = {(r.expires, r.number) for r in self.rows.values() if r.expires is not None}
                self.deadlines = sorted(live)

    def next_expiry(self) -> float | None:
        """When the next row's time may be over; a row that went before leaves its deadline."""
        return self.deadlines[0][0] if self.deadlines else None

    def expired(self, now: float) -> list[int]:
        """Numbers of the rows whose time is over by now, earliest first."""
        found = []
        while self.deadlines and self.deadlines[0][0] <= now:
            when, number = heapq.heappop(self.deadlines)
            row = self.rows.get(number)
            if row is not None and row.expires == when:
                found.append(number)
        return list(dict.fromkeys(found))

    # -- order ---------------------------------------------------------------

    def link(self, row: Row, before: Row | None = None) -> None:
        row.next = before
        row.previous = self.last if before is None else before.previous
        if row.previous is None:
            self.first = row
        else:
            row.previous.next = row
        if before is None:
            self.last = row
        else:
            before.previous = row

    def unlink(self, row: Row) -> None:
        if row.previous is None:
            self.first = row.next
        else:
            row.previous.next = row.next
        if row.next is None:
            self.last = row.previous
        else:
            row.next.previous = row.previous
        row.previous = row.next = None

    # -- rows ----------------------------------------------------------------

    def insert(self, row: Row, before: Row | None = None) -> None:
        self.rows[row.number] = row
        self.await_expiry(row)
        self.next_number = max(self.next_number, row.number + 1 if row.number < 1 << 31 else 0)
        self.link(row, before)
        self.index(row)

    def new_number(self) -> int:
        while self.next_number in self.rows:
            self.next_number += 1
        return self.next_number

    def delete(self, row: Row) -> None:
        self.unindex(row)
        self.unlink(row)
        del self.rows[row.number]

    # -- keys ----------------------------------------------------------------

    def index(self, row: Row) -> None:
        name = row.fields.get("name")
        if name is not None:
            self.names.setdefault(name, {})[row.number] = row
        for unique, index in self._indexes:
            if (key := _key(unique, row.fields)) is not None:
                index.setdefault(key, {})[row.number] = row

    def unindex(self, row: Row) -> None:
        name = row.fields.get("name")
        if name is not None:
            _drop(self.names, name, row)
        for unique, index in self._indexes:
            if (key := _key(unique, row.fields)) is not None:
                _drop(index, key, row)

    def twins(self, fields: Fields) -> list[Row]:
        """Rows that share one of the menu's unique keys with these fields."""
        found: list[Row] = []
        for unique, index in self._indexes:
            if (key := _key(unique, fields)) is not None:
                found += index.get(key, {}).values()
        return found

    def check_unique(self, fields: Fields, row: Row | None = None) -> None:
        """Raises the menu's own Trap when another row than `row` holds one of the keys."""
        for unique, index in self._indexes:
            key = _key(unique, fields)
            if key is None or (unique.enabled and fields.get("disabled") == "true"):
                continue
            for other in index.get(key, {}).values():
                if other is row or (unique.enabled and other.fields.get("disabled") == "true"):
                    continue
                if unique.clash is None or unique.clash(fields, other.fields):
                    raise traps.failure(unique.message)


def _key(unique: Unique, fields: Fields) -> tuple[str | None, ...] | None:
    key = tuple(fields.get(name) for name in unique.fields)
    return None if key[0] is None else key


def _drop(index: dict[K, dict[int, Row]], key: K, row: Row) -> None:
    found = index.get(key)
    if found is not None:
        found.pop(row.number, None)
        if not found:
            del index[key]
