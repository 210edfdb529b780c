# SPDX-License-Identifier: GPL-3.0-or-later
"""`/safe-mode` of 7.18 and later: what is changed while a session holds it is undone if that ends.

Source: tik4net's tests on real routers (take, release, unroll, a lost session, a release from
another one) and MikroTik's manual (every session's changes are undone, /quit keeps them, and after
a hundred actions safe mode is over and nothing is undone). May import state, table, traps.
"""

from dataclasses import dataclass, field

from reconciler.emulator import traps
from reconciler.emulator.answers import Answer, Command
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.state import State
from reconciler.emulator.table import Row, Table

PATH = "/safe-mode"
MOST_ACTIONS = 100
TAKEN = "Safe Mode is taken by current user in another session"
KEPT_OUT = frozenset({"/log", "/user/active", "/system/history"})


@dataclass
class SafeMode:
    """Whether a session holds it, and what the router was when it was taken."""

    state: State
    _owner: object | None = None
    _since: int = 0
    _before: dict[str, tuple[list[Row], int]] = field(default_factory=dict)
    _secrets: dict[str, str] = field(default_factory=dict)

    def carry_out(self, session: object, command: Command) -> Answer:
        """`take`, `release`, `unroll`. Raises Trap."""
        if command.arguments:
            raise traps.unknown_parameter(next(iter(command.arguments)))
        if command.name == "take":
            self._take(session)
        elif command.name == "release":
            self._owner = None
        elif command.name == "unroll":
            self._unroll()
        else:
            raise traps.no_such_command()
        return Answer()

    @property
    def _held(self) -> bool:
        """History holds a hundred actions; with one more, safe mode is over, nothing undone."""
        if self._owner is not None and self.state.writes - self._since > MOST_ACTIONS:
            self._owner = None
        return self._owner is not None

    def lost(self) -> None:
        """Whoever holds it is cut off."""
        self._unroll()

    def ended(self, session: object, *, asked: bool) -> None:
        """A session is over; `asked`: by /quit, which keeps what was changed."""
        if self._held and self._owner is session:
            if asked:
                self._owner = None
            else:
                self._unroll()

    def _take(self, session: object) -> None:
        if self._held and self._owner is not session:
            raise traps.failure(TAKEN)
        if self._owner is None:
            self._owner, self._since = session, self.state.writes
            self._secrets = dict(self.state.secrets)
            self._before = {
                path: ([copied(row) for row in table if not row.dynamic], table.next_number)
                for path, table in self.state.tables.items()
                if path not in KEPT_OUT
            }

    def _unroll(self) -> None:
        if not self._held:
            return
        self._owner = None
        state = self.state
        state.secrets = self._secrets
        for path in [path for path in state.tables if path not in KEPT_OUT]:
            rows, number = self._before.get(path, ([], 1))
            restore(state, state.tables[path], rows, number)
        for path, table in state.tables.items():
            for row in table:
                state.refer(path, row)
        self._before = {}
        state.settle()


def copied(row: Row) -> Row:
    twin = Row(row.number, Fields(row.fields))
    for name in ("builtin", "dynamic", "due", "expires", "owner", "selector", "unset"):
        setattr(twin, name, getattr(row, name))
    return twin


def restore(state: State, table: Table, rows: list[Row], number: int) -> None:
    """Static rows are as they were; what the router itself put there stays, ahead of them."""
    path = table.menu.path
    taken = {row.number for row in rows}
    kept = [row for row in table if row.dynamic and row.number not in taken]
    for row in list(table):
        state.forget(path, row)
        table.delete(row)
    for row in [*kept, *rows]:
        table.insert(row)
    table.next_number = max(table.next_number, number)
