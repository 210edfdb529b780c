# SPDX-License-Identifier: GPL-3.0-or-later
"""The router's own rules: fasttrack's counters and the hotspot's, which come and go by themselves.

They are dynamic, stand first when they come, and are neither exported nor a client's to change.
May import store, table, facts.
"""

from collections.abc import Sequence

from reconciler.emulator.facts.model import Fields
from reconciler.emulator.facts.router import FASTTRACK, FASTTRACK_COMMENT, FILTER, HOTSPOT, Rule
from reconciler.emulator.store import Store
from reconciler.emulator.table import Row

SERVERS = "/ip/hotspot"
SHARED_CHAINS = frozenset(("forward", "input", "dstnat"))
HOTSPOT_CHAINS = frozenset(one["chain"] for rules in HOTSPOT.values() for one in rules)


class OwnRules:
    """Follows the menus that call for such rules."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._fasttrack: set[int] = set()
        self._hotspot: set[int] = set()
        store.after[FILTER] = self._rule
        store.after[SERVERS] = self._server

    def recount(self) -> None:
        """After rows were put in place by other ways than one by one."""
        self.take_as_it_is()
        self._show_fasttrack()
        self._show_hotspot()

    def take_as_it_is(self) -> None:
        """After rows were taken over from a router, its own ones among them."""
        tables = self.store.tables
        self._fasttrack = {row.number for row in tables[FILTER] if is_fasttrack(row)}
        self._hotspot = {row.number for row in tables[SERVERS] if is_enabled(row)}

    def _rule(self, row: Row, dead: bool) -> None:
        if follow(self._fasttrack, row, not dead and is_fasttrack(row)):
            self._show_fasttrack()

    def _server(self, row: Row, dead: bool) -> None:
        if follow(self._hotspot, row, not dead and is_enabled(row)):
            self._show_hotspot()

    def _show_fasttrack(self) -> None:
        for path, chains in FASTTRACK.items():
            fixed = {"action": "passthrough", "comment": FASTTRACK_COMMENT}
            found = [row for row in self.store.tables[path] if is_dummy(row)]
            rules = [{"chain": chain, **fixed} for chain in chains]
            self._show(path, bool(self._fasttrack), found, rules)

    def _show_hotspot(self) -> None:
        for path, rules in HOTSPOT.items():
            found = [row for row in self.store.tables[path] if is_hotspots(row)]
            self._show(path, bool(self._hotspot), found, rules)

    def _show(self, path: str, wanted: bool, found: Sequence[Row], rules: Sequence[Rule]) -> None:
        if wanted and not found:
            first = self.store.tables[path].first
            for fields in rules:
                self.store.create(path, Fields(fields), first, dynamic=True)
        elif not wanted:
            for row in found:
                self.store.delete(path, row)


def follow(numbers: set[int], row: Row, holds: bool) -> bool:
    """Keeps the numbers up; whether the first one came or the last one went."""
    before = bool(numbers)
    if holds:
        numbers.add(row.number)
    else:
        numbers.discard(row.number)
    return before != bool(numbers)


def is_enabled(row: Row) -> bool:
    return row.fields.get("disabled") != "true"


def is_fasttrack(row: Row) -> bool:
    return row.fields.get("action") == "fasttrack-connection" and is_enabled(row)


def is_dummy(row: Row) -> bool:
    return row.dynamic and row.fields.get("comment") == FASTTRACK_COMMENT


def is_hotspots(row: Row) -> bool:
    """By chain or target: rows taken over from a router bear nothing else to know them by."""
    names = {row.fields.get("chain", ""), row.fields.get("jump-target", "")}
    return row.dynamic and bool(names & (HOTSPOT_CHAINS - SHARED_CHAINS))
