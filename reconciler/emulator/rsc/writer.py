# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes an export of a device that loads to the same state.

Compact (what differs from a fresh router), verbose (every property, `!name` where unset) and
terse (one line a row). What the router made itself, users, files and logs are left out, as in a
real export. May import table, schema, rsc.lexer.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from reconciler.emulator.facts.interface import INTERFACE_TYPES
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.schema import UNKNOWN, Shape
from reconciler.emulator.table import Row, Table

if TYPE_CHECKING:
    from reconciler.emulator.store import Store

Mode = Literal["compact", "verbose", "terse"]
LEFT_OUT = frozenset(
    "/interface /user /file /log /system/package /system/resource /system/history /ip/neighbor"
    " /certificate /system/script/job /system/script/environment /system/license"
    " /system/routerboard /system/backup".split()
)
NEVER = frozenset({"default", "dynamic", "builtin", "default-name", "actual-interface", "running"})
FIRST = (
    "/interface/list /interface/wireless/security-profiles /ip/hotspot/profile /ip/pool"
    " /queue/type /queue/simple /ip/dhcp-server /ip/hotspot /ip/hotspot/user/profile /ppp/profile"
    " /queue/tree /routing/table /user/group"
).split()
PLAIN = re.compile(r"[A-Za-z0-9_.,:/*@+!<>|&~^%'-]+")
ESCAPES = {'"': '\\"', "\\": "\\\\", "$": "\\$", "?": "\\?", "\n": "\\n", "\r": "\\r",
           "\t": "\\t"}  # fmt: skip
WIDTH = 78
LONG = 40
INDENT = "    "


def export(device: "Store", fresh: "Store", mode: Mode, *, sensitive: bool = True) -> str:
    """`fresh` is an untouched router of the same version, to compare with."""
    date = device.version.date(device.clock.moment())
    lines = [f"# {date} by RouterOS {device.version.text}", "# software id = EMUL-ATED", "#"]
    for path in sorted(device.tables, key=_place):
        table = device.tables[path]
        if path in LEFT_OUT or table.menu.only_dynamic:
            continue
        writer = MenuWriter(device.shapes[path], fresh.tables.get(path), mode, sensitive)
        found = list(writer.commands(table))
        if not found:
            continue
        menu = path.replace("/", " ").replace(" ", "/", 1)
        if mode == "terse":
            lines += [" ".join([menu, *command]) for command in found]
        else:
            lines.append(menu)
            lines += [wrap(command) for command in found]
    return "\n".join(lines) + "\n"


def _place(path: str) -> int:
    """Menus in an order in which most references are already there; others keep theirs."""
    if path in INTERFACE_TYPES:
        return -1 if path == "/interface/ethernet" else 0
    return next((n for n, start in enumerate(FIRST, 1) if path == start), len(FIRST) + 1)


class MenuWriter:
    def __init__(self, form: Shape, fresh: Table | None, mode: Mode, sensitive: bool) -> None:
        self.form = form
        self.fresh = fresh
        self.verbose = mode == "verbose"
        self.hidden = frozenset() if sensitive else form.menu.secret

    def commands(self, table: Table) -> Iterator[list[str]]:
        """The words of each line."""
        for position, row in enumerate(table):
            if row.dynamic or row.owner is not None:
                continue
            original = self._original(table, row)
            selector = self._selector(table, row, position, original)
            if selector is None:
                yield ["add", *self._pairs(row, self._baseline(row))]
                continue
            base = {} if original is None else original.fields
            pairs = self._pairs(row, base)
            if pairs or (original is None and not table.menu.single):
                yield ["set", *selector, *pairs]

    def _original(self, table: Table, row: Row) -> Row | None:
        """The same row of the fresh router."""
        if self.fresh is None:
            return None
        if table.menu.single:
            return Row(0, dict(self.form.template))
        port = row.fields.get("default-name")
        if port is not None:
            return next((r for r in self.fresh if r.fields.get("default-name") == port), None)
        return self.fresh.rows.get(row.number) if row.builtin else None

    def _selector(
        self, table: Table, row: Row, position: int, original: Row | None
    ) -> list[str] | None:
        """The words between `set` and the values; None for a row that is added."""
        if table.menu.single:
            return []
        if row.selector is not None:
            return [row.selector]
        if port := row.fields.get("default-name"):
            return [f"[ find default-name={port} ]"]
        if not row.builtin:
            return None
        if table.menu.path == "/ppp/profile":
            return [row.identifier]
        if table.menu.path == "/queue/type":
            return [str(position)]
        if row.fields.get("default") == "true":
            return ["[ find default=yes ]"]
        name = (original or row).fields["name"]
        return [quote(name)]

    def _baseline(self, row: Row) -> Fields:
        """What a row would print if only what it needs had been written."""
        menu = self.form.menu
        needed = {*menu.required, "kind", "action"}
        base = self.form.template | {k: v for k, v in row.fields.items() if k in needed}
        if menu.complete:
            menu.complete(base, self.form.version)
        for name in needed:
            base.pop(name, None)
        return base | {k: v for k, v in self.form.template.items() if k in needed}

    def _pairs(self, row: Row, base: Fields) -> list[str]:
        names = sorted(filter(self._writes, row.fields))
        pairs = [
            f"{name}={quote(self._exported(name, row.fields[name]))}"
            for name in names
            if self.verbose or row.fields[name] != base.get(name)
        ]
        unset = {name for name in base if name not in row.fields and self._writes(name)}
        if self.verbose:
            known = self.form.menu.properties
            unset |= {name for name in known if name not in row.fields and self._writes(name)}
        return pairs + [f"!{name}" for name in sorted(unset | set(row.unset))]

    def _writes(self, name: str) -> bool:
        if name in NEVER or name in self.form.menu.live or name in self.hidden:
            return False
        return self.form.allows(name) or name not in self.form.order

    def _exported(self, name: str, value: str) -> str:
        return self.form.menu.properties.get(name, UNKNOWN).kind.export(value)


# -- text ------------------------------------------------------------------------


def quote(text: str) -> str:
    """A value as an export writes it: bare where it can be, else quoted with escapes.

    Long ones are quoted too, for only inside quotes can a line be broken.
    """
    if len(text) < LONG and PLAIN.fullmatch(text):
        return text
    return '"' + "".join(escaped(text)) + '"'


def escaped(text: str) -> Iterator[str]:
    """Units that a line may not be broken within; bytes beyond ASCII are hex."""
    for char in text:
        if char in ESCAPES:
            yield ESCAPES[char]
        elif " " <= char <= "~":
            yield char
        else:
            yield "".join(f"\\{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))


UNIT = re.compile(r"\\[0-9A-F]{2}|\\.|.", re.DOTALL)


def wrap(words: list[str]) -> str:
    """Joins words into lines of at most WIDTH and a backslash; breaks inside quotes as needed."""
    lines: list[str] = []
    line = ""
    for word in words:
        separator = " " if line else ""
        if len(line) + len(separator) + len(word) <= WIDTH:
            line += separator + word
            continue
        if line and len(INDENT) + len(word) <= WIDTH:
            lines.append(f"{line} \\")
            line = INDENT + word
            continue
        *full, line = _broken(line + separator, word)
        lines += full
    return "\n".join([*lines, line])


def _broken(line: str, word: str) -> list[str]:
    """A word that is longer than a line, cut between its units; a space at a cut is `\\_`."""
    lines = []
    quoted = False
    for unit in UNIT.findall(word):
        shown = unit
        if len(line) + len(unit) > WIDTH and quoted:
            lines.append(f"{line}\\")
            line = INDENT
            shown = "\\_" if unit == " " else unit
        if unit == '"':
            quoted = not quoted
        line += shown
    return [*lines, line]
