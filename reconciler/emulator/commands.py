# SPDX-License-Identifier: GPL-3.0-or-later
"""API commands against a device: one sentence in, an `Answer` or a Trap out.

May import device, query, table, traps. Words of a sentence are `/path/command`, `=name=value`
and `?query`; `.tag` and the encoding belong to the session.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.emulator import traps
from reconciler.emulator.device import Device
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.query import compile_query
from reconciler.emulator.select import rows_of, select
from reconciler.emulator.store import REMOVABLE, unknown_path
from reconciler.emulator.table import Row, Table

PRINT_ARGUMENTS = frozenset(
    ".proplist detail brief terse stats all value-list without-paging as-value count-only from"
    " dynamic static interval numbers show-ids".split()
)


@dataclass(frozen=True)
class Answer:
    """`rows` are the `!re` sentences; `ret` the value of `!done`; `empty`: a print found none."""

    rows: Sequence[Sequence[tuple[str, str]]] = ()
    ret: str | None = None
    empty: bool = False


@dataclass(frozen=True)
class Command:
    """A parsed sentence. `name` is the last part of the path."""

    path: str
    name: str
    arguments: Fields
    queries: Sequence[str] = field(default=())

    @property
    def writes(self) -> bool:
        return self.name not in READING


READING = frozenset("print get getall listen cancel login quit monitor".split())


def parse(words: Sequence[str]) -> Command:
    """Raises Trap for a word that is neither argument nor query."""
    path, _, name = words[0].rpartition("/")
    arguments: Fields = {}
    queries: list[str] = []
    for word in words[1:]:
        if word[:1] == "=":
            key, _, value = word[1:].partition("=")
            arguments[key] = value
        elif word[:1] == "?":
            queries.append(word)
        elif not word.startswith(".tag="):
            raise traps.unknown_parameter(word)
    return Command(path, "print" if name == "getall" else name, arguments, queries)


def run(device: Device, command: Command, hidden: frozenset[str] = frozenset()) -> Answer:
    """Carries the command out; `hidden` properties are left out of a print.

    Raises Trap; then, as on a router, a part may have been done.
    """
    device.tick()
    table = device.tables.get(command.path)
    if table is None:
        raise unknown_path(
            f"{command.path}/{command.name}".replace("//", "/"), device.version, device.tables
        )
    handler = HANDLERS.get(command.name)
    special = SPECIAL.get((command.path, command.name))
    if special is not None:
        return special(device, table, command)
    if handler is None or command.name not in device.shapes[command.path].commands | RESETS:
        raise traps.no_such_command()
    if hidden and command.name == "get":
        raise traps.Trap(traps.FORBIDDEN)
    answer = handler(device, table, command)
    return without(answer, hidden) if hidden else answer


def without(answer: Answer, hidden: frozenset[str]) -> Answer:
    rows = [[item for item in row if item[0] not in hidden] for row in answer.rows]
    return Answer(rows, answer.ret, answer.empty)


RESETS = frozenset({"reset-counters", "reset-counters-all"})


# -- reading -----------------------------------------------------------------


def do_print(device: Device, table: Table, command: Command) -> Answer:
    for name in command.arguments:
        if name not in PRINT_ARGUMENTS:
            raise traps.unknown_parameter(name)
    found = list(_matching(device, table, command))
    if "count-only" in command.arguments:
        return Answer(ret=str(len(found)))
    wanted = command.arguments.get(".proplist")
    if wanted:
        names = wanted.split(",")
        shown = [[(n, fields[n]) for n in names if n in fields] for fields in found]
        return Answer(shown, empty=not found)
    return Answer([list(fields.items()) for fields in found], empty=not found)


def _matching(device: Device, table: Table, command: Command) -> Iterator[Fields]:
    path = command.path
    single = table.menu.single
    if single:
        device.single(path)
    test = compile_query(command.queries)
    source = command.arguments.get("from")
    rows: Sequence[Row] | Table = table if source is None else select(table, source)
    computed = device.computes(path)
    for row in rows:
        fields = row.fields
        if computed or row.expires is not None:
            fields = device.printed(path, table, row)
        if not single:
            fields = {".id": row.identifier, **fields}
        if test is None or test(fields):
            yield fields


def do_get(device: Device, table: Table, command: Command) -> Answer:
    """One value of one row: `=value-name=`; rows as in set."""
    row = _one(device, table, command)
    name = command.arguments.get("value-name")
    fields = device.printed(command.path, table, row)
    if name is None:
        return Answer(ret=";".join(f"{key}={value}" for key, value in fields.items()))
    if name not in fields:
        raise traps.no_match("value-name")
    return Answer(ret=fields[name])


def _one(device: Device, table: Table, command: Command) -> Row:
    if table.menu.single:
        return device.single(command.path)
    return rows_of(table, command.arguments)[0]


# -- writing -----------------------------------------------------------------


def do_add(device: Device, table: Table, command: Command) -> Answer:
    values = dict(command.arguments)
    place = values.pop("place-before", None)
    source = values.pop("copy-from", None)
    before = None
    if place is not None:
        if not table.menu.ordered:
            raise traps.unknown_parameter("place-before")
        before = select(table, place)[0]
    if source is not None:
        values = _copied(device, table, source) | values
    row = device.create(command.path, values, before)
    return Answer(ret=row.identifier)


def _copied(device: Device, table: Table, source: str) -> Fields:
    """`copy-from`: what could be written of the other row, but its name."""
    form = device.shapes[table.menu.path]
    fields = select(table, source)[0].fields
    return {k: v for k, v in fields.items() if form.allows(k) and k != "name"}


def do_set(device: Device, table: Table, command: Command) -> Answer:
    if table.menu.single:
        device.change(command.path, device.single(command.path), command.arguments)
        return Answer()
    values = {k: v for k, v in command.arguments.items() if k not in (".id", "numbers")}
    change_all(device, table, rows_of(table, command.arguments), values)
    return Answer()


def change_all(device: Device, table: Table, rows: Sequence[Row], values: Fields) -> None:
    path = table.menu.path
    for row in rows:
        guard(path, row)
    for row in rows:
        device.change(path, row, values)
        if path == "/user" and "password" in values:
            device.secrets[row.fields["name"]] = values["password"]


def guard(path: str, row: Row) -> None:
    """Rows that the router made are not a client's to change."""
    if row.dynamic and row.expires is None and path not in ("/interface", "/routing/table"):
        kind = "dynamic lease" if path == "/ip/dhcp-server/lease" else "dynamic"
        raise traps.failure(f"can not change {kind}")


def do_remove(device: Device, table: Table, command: Command) -> Answer:
    rows = rows_of(table, command.arguments)
    path = command.path
    for row in rows:
        if row.builtin:
            raise traps.failure("can not remove default item")
        if not table.menu.only_dynamic and path not in REMOVABLE and row.owner is None:
            guard(path, row)
        if row.owner is not None:
            guard(path, row)
        if path == "/user/group" and device.referrers(path, row.fields["name"]):
            raise traps.failure("group has some users")
    for row in rows:
        if row.number in table.rows:
            device.delete(path, row)
    return Answer()


def switch(value: str) -> Callable[[Device, Table, Command], Answer]:
    def handler(device: Device, table: Table, command: Command) -> Answer:
        change_all(device, table, rows_of(table, command.arguments), {"disabled": value})
        return Answer()

    return handler


def do_comment(device: Device, table: Table, command: Command) -> Answer:
    values = {"comment": command.arguments.get("comment", "")}
    change_all(device, table, rows_of(table, command.arguments), values)
    return Answer()


def do_unset(device: Device, table: Table, command: Command) -> Answer:
    name = command.arguments.get("value-name")
    if name is None:
        raise traps.Trap("missing value(s) of argument(s) value-name", 1)
    form = device.shapes[command.path]
    if not form.allows(name):
        raise traps.no_match("value-name")
    rows = [device.single(command.path)] if table.menu.single else None
    change_all(device, table, rows or rows_of(table, command.arguments), {f"!{name}": ""})
    return Answer()


def do_move(device: Device, table: Table, command: Command) -> Answer:
    """Without a destination, or with an unknown one, rows go to the end [recorded, 7.23.7]."""
    rows = rows_of(table, command.arguments)
    destination = command.arguments.get("destination")
    before = None
    if destination:
        try:
            before = select(table, destination)[0]
        except traps.Trap:
            before = None
    if before is not None and before in rows:
        raise traps.failure("can not move object before itself")
    for row in rows:
        guard(command.path, row)
    device.relocate(command.path, rows, before)
    return Answer()


def do_reset_counters(_device: Device, table: Table, command: Command) -> Answer:
    """Counters return to what a fresh row shows."""
    rows = list(table) if command.name.endswith("all") else rows_of(table, command.arguments)
    fresh = {k: v for k, v in table.menu.live.items() if v.strip("0/") == ""}
    for row in rows:
        row.fields |= {k: v for k, v in fresh.items() if k in row.fields}
    return Answer()


def log_as(topic: str) -> Callable[[Device, Table, Command], Answer]:
    def handler(device: Device, _table: Table, command: Command) -> Answer:
        device.log(f"script,{topic}", command.arguments.get("message", ""))
        return Answer()

    return handler


Handler = Callable[[Device, Table, Command], Answer]
HANDLERS: dict[str, Handler] = {
    "print": do_print,
    "get": do_get,
    "add": do_add,
    "set": do_set,
    "remove": do_remove,
    "enable": switch("no"),
    "disable": switch("yes"),
    "comment": do_comment,
    "unset": do_unset,
    "move": do_move,
    "reset-counters": do_reset_counters,
    "reset-counters-all": do_reset_counters,
}
SPECIAL: dict[tuple[str, str], Handler] = {
    ("/log", topic): log_as(topic) for topic in ("info", "warning", "error", "debug")
}
