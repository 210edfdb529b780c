# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rows a command means: `.id` or `numbers`. May import table and traps.

`*HEX`, a name, or the position on the console; several between commas [recorded, 7.23.7].
"""

from reconciler.emulator import traps
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.table import Row, Table


def rows_of(table: Table, arguments: Fields) -> list[Row]:
    """The rows a command names, in the order given. Raises Trap when one is missing."""
    text = arguments.get(".id", arguments.get("numbers"))
    if text is None:
        raise traps.Trap("missing =.id=", 0)
    return select(table, text)


def select(table: Table, text: str) -> list[Row]:
    whole = _find(table, text)
    if whole is not None:
        return [whole]
    found: dict[int, Row] = {}
    for part in text.split(","):
        row = _find(table, part)
        if row is None:
            raise traps.no_such_item()
        found.setdefault(row.number, row)
    return list(found.values())


def _find(table: Table, text: str) -> Row | None:
    row = table.by_identifier(text) or table.by_name(text)
    if row is None and text.isdecimal() and len(text) < 8:
        row = table.at(int(text))
    return row
