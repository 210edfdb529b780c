# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a router: tables by path, and the checked ways to change them.

Everything that changes rows, from the API, a script, an export or a test, comes through `create`,
`change`, `delete` and `relocate`, which read values by their kinds, check keys and references and
keep what points to a row up to date. May import schema, table, hooks' protocol, clock, version.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from reconciler.emulator import facts, traps
from reconciler.emulator.clock import Clock
from reconciler.emulator.facts.model import Fields, Menu, inspected
from reconciler.emulator.kinds.base import Kind
from reconciler.emulator.schema import Shape, shape
from reconciler.emulator.table import Row, Table
from reconciler.emulator.version import Version

Hook = Callable[["Store", Row], None]
Referrers = dict[tuple[str, str], dict[tuple[str, int], None]]

# Rows that the router made but a client may remove; address-list rows with a timeout too.
REMOVABLE = frozenset({"/ip/dhcp-server/lease", "/ip/arp", "/interface"})


class Store:
    """`lenient` keeps what would be refused, and notes it: exports hold what add refuses."""

    def __init__(self, version: Version, clock: Clock) -> None:
        self.version = version
        self.clock = clock
        self.tables: dict[str, Table] = {}
        self.shapes: dict[str, Shape] = {}
        self.created: dict[str, Hook] = {}
        self.changed: dict[str, Hook] = {}
        self.deleted: dict[str, Hook] = {}
        self.after: dict[str, Callable[[Row, bool], None]] = {}
        self.watchers: dict[str, list[Callable[[Row, bool], None]]] = {}
        self.lenient = False
        self.notes: list[str] = []
        self.doubts: list[tuple[str, Kind, str, str]] = []
        self.place = ""
        self.missing: Callable[[traps.MissingReference], bool] = lambda _trap: False
        self._referrers: Referrers = {}

    def clear(self) -> None:
        """No menu, no row, no hook."""
        for part in (self.tables, self.shapes, self._referrers):
            part.clear()
        for hooks in (self.created, self.changed, self.deleted, self.after):
            hooks.clear()

    # -- menus ---------------------------------------------------------------

    def add_menu(self, menu: Menu, *, opaque: bool = False) -> Table:
        table = Table(menu, opaque=opaque)
        self.tables[menu.path] = table
        known = fresh_shapes(self.version).get(menu.path)
        same = known is not None and known.menu is menu
        self.shapes[menu.path] = known if same and known else shape(menu, self.version)
        return table

    def table(self, path: str) -> Table:
        """Raises the router's Trap for a menu that does not exist."""
        found = self.tables.get(path)
        if found is None:
            raise unknown_path(path, self.version, self.tables)
        return found

    def single(self, path: str) -> Row:
        table = self.table(path)
        if table.first is None:
            table.insert(Row(0, dict(self.shapes[path].template)))
        assert table.first is not None
        return table.first

    # -- what kinds may ask --------------------------------------------------

    def has_name(self, path: str, name: str) -> bool:
        """Also true for a menu that this version lacks: what it names is then free text."""
        table = self.tables.get(path)
        return table is None or name in table.names

    def name_of(self, path: str, identifier: str) -> str | None:
        table = self.tables.get(path)
        row = table.by_identifier(identifier) if table else None
        return row.fields.get("name") if row else None

    # -- changes -------------------------------------------------------------

    def create(
        self, path: str, values: Mapping[str, str], before: Row | None = None, *,
        dynamic: bool = False, number: int | None = None, trusted: bool = False,
    ) -> Row:  # fmt: skip
        """Adds a row and returns it. Raises Trap.

        `trusted`: what is read-only may be given, for rows that the hardware brings.
        """
        table, form = self.table(path), self.shapes[path]
        written, _ = self._read(form, values, check=not (dynamic or trusted))
        fields = dict(form.template)
        for name, target in form.defaulting.items():
            if not self.has_name(target, "default"):
                fields[name] = self.tables[target].rows[0].fields["name"]
        fields.update(written)
        self._require(table, fields)
        if dynamic:
            fields["dynamic"] = "true"
        if form.menu.complete:
            form.menu.complete(fields, self.version)
        row = Row(table.new_number() if number is None else number, form.arrange(fields))
        row.dynamic = dynamic
        if path in self.created:
            self.created[path](self, row)
        self._check_unique(table, row.fields)
        table.insert(row, before)
        self.refer(path, row)
        self.emit(path, row)
        return row

    def change(self, path: str, row: Row, values: Mapping[str, str]) -> None:
        """Sets properties; `!name` unsets one. Raises Trap, and then nothing has changed."""
        table, form = self.table(path), self.shapes[path]
        written, removed = self._read(form, values)
        fields = row.fields | written
        for name in removed:
            default = form.template.get(name)
            if default is None:
                fields.pop(name, None)
            else:
                fields[name] = default
        self._settle(table, form, row, fields)

    def _settle(self, table: Table, form: Shape, row: Row, fields: Fields) -> None:
        if form.menu.complete:
            form.menu.complete(fields, self.version)
        self._check_unique(table, fields, row)
        path, old = form.menu.path, row.fields.get("name")
        self.forget(path, row)
        table.unindex(row)
        row.fields = form.arrange(fields)
        if path in self.changed:
            self.changed[path](self, row)
        table.index(row)
        self.refer(path, row)
        new = row.fields.get("name")
        if old is not None and new is not None and old != new:
            self.repoint(path, old, new)
        self.emit(path, row)

    def delete(self, path: str, row: Row) -> None:
        """Removes a row; what refers to it keeps its `*ID`."""
        table = self.table(path)
        self.forget(path, row)
        table.delete(row)
        name = row.fields.get("name")
        if name is not None and name not in table.names:
            self.repoint(path, name, row.identifier)
        if path in self.deleted:
            self.deleted[path](self, row)
        self.emit(path, row, dead=True)

    def relocate(self, path: str, rows: Iterable[Row], before: Row | None) -> None:
        """Moves rows, in the order given, before a row or to the end."""
        table = self.table(path)
        for row in rows:
            table.unlink(row)
            table.link(row, before)

    def emit(self, path: str, row: Row, *, dead: bool = False) -> None:
        """Lets the router draw its conclusions, and tells who listens to the menu."""
        if path in self.after:
            self.after[path](row, dead)
        for watcher in self.watchers.get(path, ()):
            watcher(row, dead)

    # -- reading what was written --------------------------------------------

    def _read(
        self, form: Shape, values: Mapping[str, str], check: bool = True
    ) -> tuple[Fields, list[str]]:
        written: Fields = {}
        removed: list[str] = []
        for name, text in values.items():
            plain = name[1:] if name[:1] == "!" else name
            if check and not form.allows(plain):
                if not self.lenient:
                    raise traps.unknown_parameter(name)
                called = plain if plain in known_names() else "such property"
                where = f"{form.menu.path} has no {called} in {self.version.text}"
                self.note(f"{where}: kept as it is")
            field = form.property(plain)
            clears = field.clear and not (self.lenient and plain not in form.menu.properties)
            if plain is not name or (text == "" and clears):
                removed.append(plain)
            else:
                written[name] = self._value(form, name, text)
        return written, removed

    def _value(self, form: Shape, name: str, text: str) -> str:
        kind = form.property(name).kind
        try:
            return kind.read(text, name, self)
        except traps.MissingReference as trap:
            if not self.lenient:
                raise
            if self.missing(trap):
                return self._value(form, name, text)
            self._doubt(kind, name, text, f"{form.menu.path}: {trap.path} has no such row")
        except traps.Trap as trap:
            if not self.lenient:
                raise
            self._doubt(kind, name, text, f"{form.menu.path}: {trap.message}")
        return text

    def _doubt(self, kind: Kind, name: str, text: str, why: str) -> None:
        """Notes a value that was kept; what it refers to may still come."""
        self.note(f"{why} ({name})")
        self.doubts.append((self.notes[-1], kind, name, text))

    def settle_doubts(self) -> None:
        """Takes back the notes on values that are good by now."""
        for note, kind, name, text in self.doubts:
            try:
                kind.read(text, name, self)
            except traps.Trap:
                continue
            self.notes.remove(note)
        self.doubts.clear()

    def _require(self, table: Table, fields: Fields) -> None:
        menu = table.menu
        if menu.name_prefix and "name" not in fields:
            fields["name"] = _free_name(table)
        missing = [name for name in menu.required if name not in fields]
        if missing:
            trap = traps.Trap(f"missing value(s) of argument(s) {' '.join(missing)}", 1)
            if not self.lenient:
                raise trap
            self.note(f"{menu.path}: {trap.message}")

    def _check_unique(self, table: Table, fields: Fields, row: Row | None = None) -> None:
        try:
            table.check_unique(fields, row)
        except traps.Trap as trap:
            if not self.lenient:
                raise
            self.note(f"{table.menu.path}: {trap.message}")

    def note(self, text: str) -> None:
        self.notes.append(f"{self.place}{text}")

    # -- references ----------------------------------------------------------

    def referrers(self, path: str, name: str) -> list[tuple[str, Row]]:
        found = self._referrers.get((path, name), {})
        return [(menu, self.tables[menu].rows[number]) for menu, number in found]

    def refer(self, path: str, row: Row) -> None:
        for name, kind in self.shapes[path].referring.items():
            if (value := row.fields.get(name)) is not None:
                for target in kind.references(value):
                    self._referrers.setdefault(target, {})[(path, row.number)] = None

    def forget(self, path: str, row: Row) -> None:
        for name, kind in self.shapes[path].referring.items():
            if (value := row.fields.get(name)) is not None:
                for target in kind.references(value):
                    found = self._referrers.get(target, {})
                    found.pop((path, row.number), None)
                    if not found:
                        self._referrers.pop(target, None)

    def repoint(self, path: str, old: str, new: str) -> None:
        """Everything that named the row `old` of a menu now says `new`."""
        for menu, row in self.referrers(path, old):
            table = self.tables[menu]
            self.forget(menu, row)
            table.unindex(row)
            for name, kind in self.shapes[menu].referring.items():
                if name in row.fields:
                    row.fields[name] = kind.rename(row.fields[name], path, old, new)
            table.index(row)
            self.refer(menu, row)


def unknown_path(path: str, version: Version, known: Iterable[str]) -> traps.Trap:
    """RouterOS 6 sends two traps for a path it lacks, later ones a single one."""
    if version.major >= 7:
        return traps.Trap("no such command prefix", 0)
    parts = path.strip("/").split("/")
    wrong = parts[-1]
    for size in range(1, len(parts) + 1):
        prefix = "/" + "/".join(parts[:size])
        if not any(item == prefix or item.startswith(f"{prefix}/") for item in known):
            wrong = parts[size - 1]
            break
    return traps.Trap(
        "no such command prefix",
        None,
        (traps.Trap(f"no such command or directory ({wrong})", 0),),
    )


def _free_name(table: Table) -> str:
    number = 1
    while f"{table.menu.name_prefix}{number}" in table.names:
        number += 1
    return f"{table.menu.name_prefix}{number}"


@cache
def known_names() -> frozenset[str]:
    """Every argument of any version. A word that is none may be a piece of a broken value."""
    known = {item for menu in inspected().values() for item in menu["arguments"].split()}
    found = {re.split("[<>]", item)[0] for item in known}
    return frozenset(
        found.union(*(menu.properties for module in facts.MODULES for menu in module.MENUS))
    )


@cache
def fresh_shapes(version: Version) -> Mapping[str, Shape]:
    return {path: shape(menu, version) for path, menu in facts.menus(version).items()}


def load_facts(store: Store) -> None:
    """The menus of a fresh router and their built-in rows."""
    for menu in facts.menus(store.version).values():
        table = store.add_menu(menu)
        form = store.shapes[menu.path]
        for number, given in menu.builtin:
            fields = form.template | dict(given)
            if menu.complete:
                menu.complete(fields, store.version)
            row = Row(number, form.arrange(fields))
            row.builtin = True
            row.dynamic = fields.get("dynamic") == "true"
            table.insert(row)
            store.refer(menu.path, row)
