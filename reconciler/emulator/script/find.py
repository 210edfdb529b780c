# SPDX-License-Identifier: GPL-3.0-or-later
"""`[find …]`: which rows a condition means. May import state, table, rsc.lexer.

Conditions stand side by side or between `and`: `name=x`, `name!=x`, `name~"regex"`, a bare
`disabled` or `!disabled`. Values compare as they are printed.
"""

import re
from collections.abc import Iterable

from reconciler.emulator import traps
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.kinds.base import BOOLEANS
from reconciler.emulator.rsc.lexer import Word
from reconciler.emulator.state import State
from reconciler.emulator.table import Row

CONDITION = re.compile(r"(!?)([A-Za-z.][\w.-]*)(?:(!=|=|~)(.*))?", re.DOTALL)
FILLER = frozenset({"where", "and", "&&"})


def find(state: State, path: str, condition: Iterable[Word]) -> list[Row]:
    """Raises Trap for a condition that is not understood or a menu that does not exist."""
    table = state.table(path)
    tests = [_parse(word) for word in condition if word.text not in FILLER]
    found = []
    for row in table:
        fields = {".id": row.identifier, **state.printed(path, table, row)}
        if all(_holds(state, path, test, fields) for test in tests):
            found.append(row)
    return found


def _parse(word: Word) -> tuple[bool, str, str, str]:
    match = CONDITION.fullmatch(word.text)
    if word.kind != "word" or word.quoted or match is None:
        raise traps.Trap(f"syntax error: {word.text!r} is no condition")
    negated, name, sign, value = match.groups()
    return bool(negated), name, sign or "", value or ""


def _holds(state: State, path: str, test: tuple[bool, str, str, str], fields: Fields) -> bool:
    negated, name, sign, wanted = test
    value = fields.get(name)
    if not sign:
        return (value == "true") is not negated
    if sign == "~":
        return value is not None and re.search(_regex(wanted), value) is not None
    same = (value or "") in (wanted, _printed(state, path, name, wanted))
    return same if sign == "=" else not same


def _printed(state: State, path: str, name: str, text: str) -> str:
    """The value as it would be printed, so that `2M/10M` finds `2000000/10000000`."""
    try:
        return state.shapes[path].property(name).kind.read(text, name, state)
    except traps.Trap:
        return BOOLEANS.get(text, text)


def _regex(text: str) -> str:
    """POSIX extended, near enough; what Python cannot compile matches itself."""
    try:
        re.compile(text)
    except re.error:
        return re.escape(text)
    return text
