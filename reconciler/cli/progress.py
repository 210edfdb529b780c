# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the writing is, on stderr: a line that renews itself, or a few that stay.

May import anything of the command line.
"""

from collections.abc import Iterable, Sequence

from reconciler.change import Change
from reconciler.cli.ticker import Ticker
from reconciler.cli.watch import MANY
from reconciler.pen import Log, Said
from reconciler.planning import RouterPlan
from reconciler.sessions import Ending
from reconciler.wording import counted
from reconciler.work import Logs

# Without a terminal fewer changes than this, on fewer routers than MANY, are not worth a line.
MANY_CHANGES = 1000
_NAMED = 3


class Progress(Ticker):
    """Counts the answers of a run beside its logs; a context manager around the writing."""

    def __init__(self, plans: Iterable[RouterPlan]) -> None:
        self._left = {
            plan.router: {id(change) for change in plan.changes} for plan in plans if plan.changes
        }
        self._routers = len(self._left)
        self._done = 0
        total = sum(map(len, self._left.values()))
        super().__init__(total, is_long=total >= MANY_CHANGES or self._routers >= MANY)

    def beside(self, logs: Logs) -> Logs:
        """The logs, with every answer counted once it is noted."""
        return lambda router: _Counting(logs(router), router, self)

    def answered(self, router: str, said: Sequence[Said]) -> None:
        """From any thread; a change of several commands counts with its first answer."""
        with self.lock:
            left = self._left.get(router, set())
            known = len(left)
            left -= {id(change) for changes, _ in said for change in changes}
            self._done += known - len(left)
            if not left:
                self._left.pop(router, None)
            self.tick(self._done)

    def text(self) -> str:
        """`600 of 9,000 changes answered, 3 of 40 routers, 8 s; rb-7 has 120 to go, rb-9 …`."""
        routers = f"{self._routers - len(self._left)} of {counted(self._routers, 'router')} done"
        most = sorted(self._left.items(), key=lambda item: -len(item[1]))[:_NAMED]
        going = ", ".join(f"{name} ({len(left):,})" for name, left in most)
        text = f"{self._done:,} of {self._total:,} changes answered, {routers}, {self.seconds}"
        return f"{text}; to go: {going}" if going else text


class _Counting:
    """One router's log, and the progress beside it."""

    def __init__(self, log: Log, router: str, progress: Progress) -> None:
        self._log, self._router, self._progress = log, router, progress

    def trying(self, changes: Iterable[Change]) -> None:
        self._log.trying(changes)

    def answered(self, said: Sequence[Said]) -> None:
        self._log.answered(said)
        self._progress.answered(self._router, said)

    def ended(self, sessions: Iterable[Ending]) -> None:
        self._log.ended(sessions)
