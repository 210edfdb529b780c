# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many routers is, on stderr: a line that renews itself, or a few that stay.

May import anything of the command line.
"""

from collections.abc import Sequence

from reconciler.cli.ticker import Ticker
from reconciler.executor import Executor
from reconciler.fleet import Fleet
from reconciler.planning import Status as PlanStatus
from reconciler.wording import counted
from reconciler.work import Work

# Without a terminal fewer routers than this are not worth a line.
MANY = 10
_NAMED = 3


class Watch(Ticker):
    """Told of each router that is done, from any thread; a context manager around the run.

    `verb`: what is done to routers, `read`.
    """

    def __init__(self, routers: Sequence[str], verb: str = "read") -> None:
        self._verb = verb
        self._left = dict.fromkeys(routers)
        self._changes = 0
        self._away = 0
        super().__init__(len(self._left), is_long=len(self._left) >= MANY)

    def done(self, work: Work) -> None:
        with self.lock:
            self._left.pop(work.plan.router, None)
            self._changes += len(work.plan.changes)
            self._away += work.plan.status is PlanStatus.UNREACHABLE
            self.tick(self._total - len(self._left))

    def text(self) -> str:
        """`190 of 200 routers read, 34 changes, 2 away, 12 s; waiting for rb-7, rb-9 and 6 more`"""
        done = self._total - len(self._left)
        parts = [f"{done} of {counted(self._total, 'router')} {self._verb}"]
        parts.append(counted(self._changes, "change"))
        if self._away:
            parts.append(f"{self._away} away")
        parts.append(self.seconds)
        return ", ".join(parts) + self._waiting()

    def _waiting(self) -> str:
        if not self._left:
            return ""
        names = list(self._left)
        more = len(names) - _NAMED
        return f"; waiting for {', '.join(names[:_NAMED])}" + (f" and {more} more" * (more > 0))


def watched(fleet: Executor | Fleet) -> list[Work]:
    """Every router read and planned, with a line that tells how far it is."""
    with Watch(fleet.routers) as watch:
        return fleet.survey(watch.done)
