# SPDX-License-Identifier: GPL-3.0-or-later
"""`/menu/listen` and `/cancel`: changes told as they happen, until called off.

Source: the API page of MikroTik's manual and a capture in librouteros' documentation. May import
answers, query, state, table, traps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reconciler.emulator import traps
from reconciler.emulator.answers import Command
from reconciler.emulator.query import compile_query
from reconciler.emulator.state import State
from reconciler.emulator.table import Row

Pairs = Sequence[tuple[str, str]]
Tell = Callable[[Pairs, str | None], None]
MOST = 100


@dataclass
class Listeners:
    """What one session listens to. `tell` sends one `!re` with its tag."""

    state: State
    tell: Tell
    _running: list[tuple[str | None, str, Callable[[Row, bool], None]]] = field(
        default_factory=list
    )

    def listen(self, command: Command, tag: str | None) -> None:
        """Begins; raises Trap for a menu that does not exist."""
        self.state.table(command.path)
        if len(self._running) >= MOST:
            raise traps.failure("too many commands")
        watcher = self._watcher(command, tag)
        self.state.watchers.setdefault(command.path, []).append(watcher)
        self._running.append((tag, command.path, watcher))

    def _watcher(self, command: Command, tag: str | None) -> Callable[[Row, bool], None]:
        path = command.path
        test = compile_query(command.queries)
        wanted = command.arguments.get(".proplist", "").split(",")

        def watch(row: Row, dead: bool) -> None:
            fields = {".id": row.identifier}
            if dead:
                fields[".dead"] = "true"
            else:
                fields |= self.state.printed(path, self.state.tables[path], row)
                if test is not None and not test(fields):
                    return
            shown = (
                fields.items()
                if wanted == [""] or dead
                else ((name, fields[name]) for name in wanted if name in fields)
            )
            self.tell(list(shown), tag)

        return watch

    def cancel(self, tag: str | None) -> list[str | None]:
        """Ends the listening of this tag, or all of it; returns the tags that were ended."""
        ended = [one for one in self._running if tag is None or one[0] == tag]
        for one in ended:
            self._running.remove(one)
            self.state.watchers[one[1]].remove(one[2])
        return [one[0] for one in ended]
