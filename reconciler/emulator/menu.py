# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that menus have in common: print, add, set, remove, move and the like.

May import answers, state, query, select, table, traps.
"""

from collections.abc import Callable, Iterator, Sequence

from reconciler.emulator import traps
from reconciler.emulator.answers import Answer, Command
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.query import compile_query
from reconciler.emulator.select import rows_of, select
from reconciler.emulator.state import State
from reconciler.emulator.store import REMOVABLE
from reconciler.emulator.table import Row, Table

PRINT_ARGUMENTS = frozenset(
    ".proplist detail brief terse stats all value-list without-paging as-value count-only from"
    " dynamic static interval numbers show-ids".split()
)


# -- reading -----------------------------------------------------------------


def do_print(state: State, table: Table, command: Command) -> Answer:
    for name in command.arguments:
        if name not in PRINT_ARGUMENTS:
            raise traps.unknown_parameter(name)
    found = list(_matching(state, table, command))
    if "count-only" in command.arguments:
        return Answer(ret=str(len(found)))
    wanted = command.arguments.get(".proplist")
    if wanted:
        names = wanted.split(",")
        return Answer([_chosen(names, *one) for one in found], empty=not found)
    if table.menu.single:
        return Answer([list(fields.items()) for _, fields in found])
    shown = [[(".id", row.identifier), *fields.items()] for row, fields in found]
    return Answer(shown, empty=not found)


def _chosen(names: Sequence[str], row: Row, fields: Fields) -> list[tuple[str, str]]:
    chosen = []
    for name in names:
        if name in fields:
            chosen.append((name, fields[name]))
        elif name == ".id":
            chosen.append((name, row.identifier))
    return chosen


def _matching(state: State, table: Table, command: Command) -> Iterator[tuple[Row, Fields]]:
    """Rows that the queries let through, with what they print."""
    path = command.path
    if table.menu.single:
        state.single(path)
    test = compile_query(command.queries)
    by_id = any(".id" in word for word in command.queries)
    source = command.arguments.get("from")
    rows: Sequence[Row] | Table = table if source is None else select(table, source)
    computed = state.computes(path)
    for row in rows:
        fields = row.fields
        if computed or row.expires is not None:
            fields = state.printed(path, table, row)
        if test is None or test({".id": row.identifier, **fields} if by_id else fields):
            yield row, fields


def do_get(state: State, table: Table, command: Command) -> Answer:
    """One value of one row: `=value-name=`; rows as in set."""
    row = _one(state, table, command)
    name = command.arguments.get("value-name")
    fields = state.printed(command.path, table, row)
    if name is None:
        return Answer(ret=";".join(f"{key}={value}" for key, value in fields.items()))
    if name not in fields:
        raise traps.no_match("value-name")
    return Answer(ret=fields[name])


def _one(state: State, table: Table, command: Command) -> Row:
    if table.menu.single:
        return state.single(command.path)
    return rows_of(table, command.arguments)[0]


# -- writing -----------------------------------------------------------------


def do_add(state: State, table: Table, command: Command) -> Answer:
    values = dict(command.arguments)
    place = values.pop("place-before", None)
    source = values.pop("copy-from", None)
    before = None
    if place is not None:
        if not table.menu.ordered:
            raise traps.unknown_parameter("place-before")
        before = select(table, place)[0]
    if source is not None:
        values = _copied(state, table, source) | values
    row = state.create(command.path, values, before)
    if command.path == "/user":
        state.secrets[row.fields["name"]] = values.get("password", "")
    return Answer(ret=row.identifier)


def _copied(state: State, table: Table, source: str) -> Fields:
    """`copy-from`: what could be written of the other row, but its name."""
    form = state.shapes[table.menu.path]
    fields = select(table, source)[0].fields
    return {k: v for k, v in fields.items() if form.allows(k) and k != "name"}


def do_set(state: State, table: Table, command: Command) -> Answer:
    if table.menu.single:
        state.change(command.path, state.single(command.path), command.arguments)
        return Answer()
    values = {k: v for k, v in command.arguments.items() if k not in (".id", "numbers")}
    change_all(state, table, rows_of(table, command.arguments), values)
    return Answer()


def change_all(state: State, table: Table, rows: Sequence[Row], values: Fields) -> None:
    path = table.menu.path
    for row in rows:
        guard(path, row)
    for row in rows:
        name = row.fields.get("name", "")
        state.change(path, row, values)
        if path == "/user":
            kept = state.secrets.pop(name, "")
            state.secrets[row.fields["name"]] = values.get("password", kept)


def guard(path: str, row: Row) -> None:
    """Rows that the router made are not a client's to change."""
    if row.dynamic and row.expires is None and path not in ("/interface", "/routing/table"):
        kind = "dynamic lease" if path == "/ip/dhcp-server/lease" else "dynamic"
        raise traps.failure(f"can not change {kind}")


def do_remove(state: State, table: Table, command: Command) -> Answer:
    rows = rows_of(table, command.arguments)
    path = command.path
    for row in rows:
        if row.builtin:
            raise traps.failure("can not remove default item")
        if not table.menu.only_dynamic and path not in REMOVABLE and row.owner is None:
            guard(path, row)
        if row.owner is not None:
            guard(path, row)
        if path == "/user/group" and state.referrers(path, row.fields["name"]):
            raise traps.failure("group has some users")
    for row in rows:
        if row.number in table.rows:
            state.delete(path, row)
    return Answer()


def switch(value: str) -> Callable[[State, Table, Command], Answer]:
    def handler(state: State, table: Table, command: Command) -> Answer:
        change_all(state, table, rows_of(table, command.arguments), {"disabled": value})
        return Answer()

    return handler


def do_comment(state: State, table: Table, command: Command) -> Answer:
    values = {"comment": command.arguments.get("comment", "")}
    change_all(state, table, rows_of(table, command.arguments), values)
    return Answer()


def do_unset(state: State, table: Table, command: Command) -> Answer:
    name = command.arguments.get("value-name")
    if name is None:
        raise traps.Trap("missing value(s) of argument(s) value-name", 1)
    form = state.shapes[command.path]
    if not form.allows(name):
        raise traps.no_match("value-name")
    rows = [state.single(command.path)] if table.menu.single else None
    change_all(state, table, rows or rows_of(table, command.arguments), {f"!{name}": ""})
    return Answer()


def do_move(state: State, table: Table, command: Command) -> Answer:
    """Without a destination, or with an unknown one, rows go to the end [recorded, 7.23.7]."""
    rows = _by_comment(table, command) or rows_of(table, command.arguments)
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
    state.relocate(command.path, rows, before)
    return Answer()


def _by_comment(table: Table, command: Command) -> list[Row]:
    """`move` takes a comment where neither id, name nor position fits [recorded, 7.23.7]."""
    text = command.arguments.get("numbers", command.arguments.get(".id", ""))
    if not text or text[0] == "*" or text[0].isdigit() or table.by_name(text):
        return []
    return [row for row in table if row.fields.get("comment") == text][:1]


def do_reset_counters(_state: State, table: Table, command: Command) -> Answer:
    """Counters return to what a fresh row shows."""
    rows = list(table) if command.name.endswith("all") else rows_of(table, command.arguments)
    fresh = {k: v for k, v in table.menu.live.items() if v.strip("0/") == ""}
    for row in rows:
        row.fields |= {k: v for k, v in fresh.items() if k in row.fields}
    return Answer()


Handler = Callable[[State, Table, Command], Answer]
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
