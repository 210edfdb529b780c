# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads an export into a device: compact, verbose or terse, of either major version.

What it does not know is kept and noted, never dropped: unknown menus become opaque ones, unknown
properties text. Notes name menus, properties and lines but no values: an export holds passwords.

May import rsc.lexer, rsc.writer, state, select, traps, facts.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from reconciler.emulator import traps
from reconciler.emulator.facts.model import Fields, Menu
from reconciler.emulator.hardware import HARDWARE, add_port
from reconciler.emulator.kinds.base import BOOLEANS
from reconciler.emulator.rsc.lexer import LexError, Word, logical_lines, menu_of, words
from reconciler.emulator.rsc.writer import quote
from reconciler.emulator.select import select
from reconciler.emulator.table import Row, Table

if TYPE_CHECKING:
    from reconciler.emulator.state import State

COMMANDS = frozenset("add set remove move enable disable unset comment print export".split())
HEADER = re.compile(r"#.* by RouterOS (\d\S*)")
PROPERTY = re.compile(r"!?\.?[A-Za-z0-9][A-Za-z0-9._/-]*")
FIND = re.compile(r"find\b\s*(?:where\s+)?(.*)", re.DOTALL)


def load(device: "State", text: str | bytes) -> list[str]:
    """Returns notes, each with the line it is about. Never raises for what the text holds."""
    if isinstance(text, bytes):
        text = text.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    _choose_version(device, text)
    notes: list[str] = []
    device.notes = notes
    device.lenient = True
    reader = Reader(device)
    try:
        for number, line in logical_lines(text):
            device.place = f"line {number}: "
            reader.line(line)
        device.settle_doubts()
    finally:
        device.lenient = False
        device.place = ""
    return notes


def _choose_version(device: "State", text: str) -> None:
    match = HEADER.search(text[:2000])
    if match and not device.version_given:
        device.version_given = True
        device.use_version(match[1])


class Reader:
    def __init__(self, device: "State") -> None:
        self.device = device
        self.path = ""

    def line(self, line: str) -> None:
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            return
        try:
            self._words(words(stripped))
        except (traps.Trap, LexError) as problem:
            self.device.note(f"not understood: {problem}")

    def _words(self, found: list[Word]) -> None:
        """A line is about the menu that it begins with, else about the last one."""
        path, rest = self.path, found
        if found[0].text.startswith("/"):
            path, rest = menu_of("", found, COMMANDS)
            self.path = path
        elif found[0].text not in COMMANDS or found[0].kind != "word":
            raise traps.Trap("neither a menu nor a command")
        if not rest:
            return
        command, arguments = rest[0].text, rest[1:]
        if command == "add":
            self._add(path, pairs(arguments))
        elif command == "set":
            self._set(path, arguments)
        elif command in ("remove", "enable", "disable"):
            self._select(path, command, arguments)
        else:
            raise traps.Trap("no command that an export holds")

    # -- commands ------------------------------------------------------------

    def _add(self, path: str, values: Fields) -> None:
        table = self._table(path, single=False)
        if table.menu.single:
            raise traps.no_such_command()
        place = values.pop("place-before", None)
        before = select(table, place)[0] if place else None
        row = self.device.create(path, self._known(table, values), before)
        row.unset = self._unknown(table, values)

    def _set(self, path: str, arguments: list[Word]) -> None:
        selector = arguments[0] if arguments and _selects(arguments[0]) else None
        values = pairs(arguments[1:] if selector else arguments)
        table = self._table(path, single=selector is None)
        rows = self._rows(table, selector) if selector else [self.device.single(path)]
        for row in rows:
            self.device.change(path, row, self._known(table, values))
            row.unset |= self._unknown(table, values)

    def _select(self, path: str, command: str, arguments: list[Word]) -> None:
        table = self._table(path, single=False)
        for row in self._rows(table, arguments[0], make=False) if arguments else []:
            if command == "remove":
                self.device.delete(path, row)
            else:
                self.device.change(path, row, {"disabled": "no" if command == "enable" else "yes"})

    def _known(self, table: Table, values: Fields) -> Fields:
        """Without `!name` of properties of which nothing is known."""
        known = table.menu.properties
        return {k: v for k, v in values.items() if k[0] != "!" or k[1:] in known}

    def _unknown(self, table: Table, values: Fields) -> frozenset[str]:
        known = table.menu.properties
        return frozenset(k[1:] for k in values if k[0] == "!" and k[1:] not in known)

    # -- menus and rows ------------------------------------------------------

    def _table(self, path: str, single: bool) -> Table:
        table = self.device.tables.get(path)
        if table is None:
            self.device.note(f"{path} is not emulated: kept as it is")
            menu = Menu(path, single=single, open=True, ordered=True)
            table = self.device.add_menu(menu, opaque=True)
        return table

    def _rows(self, table: Table, selector: Word, make: bool = True) -> list[Row]:
        if selector.kind == "bracket":
            return self._found(table, selector.text, make)
        text = selector.text
        try:
            return select(table, text)
        except traps.Trap:
            if not make:
                raise
        if text.isdecimal() and table.menu.open:
            return [self._at(table, int(text))]
        key = "interface" if table.menu.path == "/queue/interface" else "name"
        return [self._make(table, {key: text}, quote(text))]

    def _at(self, table: Table, position: int) -> Row:
        """A row that the console counts but the export never added."""
        while len(table) <= min(position, 1000):
            made = self.device.create(table.menu.path, {})
            made.selector = str(len(table) - 1)
        row = table.at(position)
        if row is None:
            raise traps.no_such_item()
        return row

    def _found(self, table: Table, text: str, make: bool) -> list[Row]:
        match = FIND.fullmatch(text)
        if match is None:
            raise traps.Trap("brackets that hold no find")
        wanted = pairs(words(match[1]))
        rows = [row for row in table if holds(row, wanted)]
        if rows or not make or not wanted:
            return rows
        if set(wanted) == {"default-name"} and HARDWARE.fullmatch(wanted["default-name"]):
            add_port(self.device, wanted["default-name"])
            return [row for row in table if holds(row, wanted)]
        return [self._make(table, wanted, f"[ {text} ]")]

    def _make(self, table: Table, fields: Fields, selector: str) -> Row:
        """The export speaks of a row it does not add: one that routers of its kind have."""
        self.device.note(f"{table.menu.path}: a row that is not added, taken for a built-in one")
        values = {k: v for k, v in fields.items() if k != "default"}
        row = self.device.create(table.menu.path, values)
        if "default" in fields:
            row.fields["default"] = BOOLEANS.get(fields["default"], fields["default"])
        row.builtin = True
        row.selector = selector
        return row


def _selects(word: Word) -> bool:
    return word.kind == "bracket" or ("=" not in word.text and not word.text.startswith("!"))


def holds(row: Row, wanted: Fields) -> bool:
    return all(
        row.fields.get(name) in (value, BOOLEANS.get(value)) for name, value in wanted.items()
    )


def pairs(found: Iterable[Word]) -> Fields:
    """`name=value` words; `!name` is a property that is unset, a bare name (`fib`) a flag."""
    values: Fields = {}
    for word in found:
        name, _, value = word.text.partition("=")
        if word.kind != "word" or word.quoted or word.inner or not PROPERTY.fullmatch(name):
            raise traps.Trap("a word that is no name=value")
        values[name] = value
    return values
