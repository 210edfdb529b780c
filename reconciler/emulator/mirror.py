# SPDX-License-Identifier: GPL-3.0-or-later
"""Making a device hold exactly what another one printed: same `.id`s, order and values.

May import store, table, facts, kinds.
"""

from collections.abc import Mapping, Sequence

from reconciler.emulator.facts.model import Fields, Menu
from reconciler.emulator.kinds.units import milliseconds
from reconciler.emulator.store import Store
from reconciler.emulator.table import Row, Table

PrintedRow = Mapping[str, str]


def mirror(store: Store, tables: Mapping[str, Sequence[PrintedRow]]) -> None:
    """Each menu of `tables` then holds these rows and no others; other menus stay as they are.

    The rows are taken as printed, without checks: a real router may hold what it would refuse now.
    """
    for path, rows in tables.items():
        table = store.tables.get(path)
        if table is None:
            table = store.add_menu(Menu(path, open=True), opaque=True)
        for row in list(table):
            store.forget(path, row)
            table.delete(row)
        for printed in rows:
            _take(store, path, table, printed)
    for path in tables:
        for row in store.tables[path]:
            store.refer(path, row)


def _take(store: Store, path: str, table: Table, printed: PrintedRow) -> None:
    fields: Fields = {name: value for name, value in printed.items() if name != ".id"}
    timeout = fields.pop("timeout", None)
    identifier = printed.get(".id", "")
    number = int(identifier[1:], 16) if identifier[:1] == "*" else table.new_number()
    row = Row(number, store.shapes[path].arrange(fields))
    row.dynamic = fields.get("dynamic") == "true"
    row.builtin = fields.get("default") == "true"
    if timeout is not None:
        row.expires = store.clock.now() + (milliseconds(timeout) or 0) / 1000
    table.insert(row)
