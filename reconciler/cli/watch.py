# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many routers is, on stderr: a line that renews itself, or a few that stay.

May import anything of the command line.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from reconciler.cli.context import err, may_colour, say
from reconciler.planning import Status as PlanStatus
from reconciler.wording import counted
from reconciler.work import Work

if TYPE_CHECKING:
    from rich.status import Status

# Without a terminal fewer routers than this are not worth a line.
MANY = 10
_LINES = 10
_NAMED = 3


class Watch:
    """Told of each router that is done, from any thread; a context manager around the run.

    `verb`: what is done to routers, `read`.
    """

    def __init__(self, routers: Sequence[str], verb: str = "read") -> None:
        self._verb = verb
        self._left = dict.fromkeys(routers)
        self._total = len(self._left)
        self._changes = 0
        self._away = 0
        self._lock = Lock()
        self._began = time.monotonic()
        self._stack = ExitStack()
        self._status: Status | None = None

    def __enter__(self) -> "Watch":
        if may_colour(sys.stderr) and (console := err()).is_terminal:
            self._status = self._stack.enter_context(console.status(self.text()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def done(self, work: Work) -> None:
        with self._lock:
            self._left.pop(work.plan.router, None)
            self._changes += len(work.plan.changes)
            self._away += work.plan.status is PlanStatus.UNREACHABLE
            if self._status is not None:
                self._status.update(self.text())
            elif self._total >= MANY and self._is_a_step():
                say(self.text())

    def _is_a_step(self) -> bool:
        """Whether another tenth is done."""
        done = self._total - len(self._left)
        return done * _LINES // self._total > (done - 1) * _LINES // self._total

    def text(self) -> str:
        """`190 of 200 routers read, 34 changes, 2 away, 12 s; waiting for rb-7, rb-9 and 6 more`"""
        done = self._total - len(self._left)
        parts = [f"{done} of {counted(self._total, 'router')} {self._verb}"]
        parts.append(counted(self._changes, "change"))
        if self._away:
            parts.append(f"{self._away} away")
        parts.append(f"{time.monotonic() - self._began:.0f} s")
        return ", ".join(parts) + self._waiting()

    def _waiting(self) -> str:
        if not self._left:
            return ""
        names = list(self._left)
        more = len(names) - _NAMED
        return f"; waiting for {', '.join(names[:_NAMED])}" + (f" and {more} more" * (more > 0))
