# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries commands out: the one entry for sessions and scripts.

May import answers, menu, special, state, traps.
"""

from reconciler.emulator import traps
from reconciler.emulator.answers import Answer, Command
from reconciler.emulator.menu import HANDLERS
from reconciler.emulator.special import SPECIAL
from reconciler.emulator.state import State
from reconciler.emulator.store import unknown_path

RESETS = frozenset({"reset-counters", "reset-counters-all"})


def run(state: State, command: Command, hidden: frozenset[str] = frozenset()) -> Answer:
    """Carries the command out; `hidden` properties are left out of a print.

    Raises Trap; then, as on a router, a part may have been done.
    """
    state.tick()
    if command.path in ("/log", "/system/history"):
        state.write_down()
    special = SPECIAL.get((command.path, command.name))
    if special is not None:
        return special(state, command)
    answer = _common(state, command, hidden)
    state.writes += command.writes
    return answer


def _common(state: State, command: Command, hidden: frozenset[str]) -> Answer:
    table = state.tables.get(command.path)
    if table is None:
        path = f"{command.path}/{command.name}".replace("//", "/")
        raise unknown_path(path, state.version, state.tables)
    handler = HANDLERS.get(command.name)
    if handler is None or command.name not in state.shapes[command.path].commands | RESETS:
        raise traps.no_such_command()
    if hidden and command.name == "get":
        raise traps.Trap(traps.FORBIDDEN)
    answer = handler(state, table, command)
    return without(answer, hidden) if hidden else answer


def without(answer: Answer, hidden: frozenset[str]) -> Answer:
    rows = [[item for item in row if item[0] not in hidden] for row in answer.rows]
    return Answer(rows, answer.ret, answer.empty)
