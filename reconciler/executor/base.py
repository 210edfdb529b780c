# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command asks of whoever carries its run out. Imports fleet, state, work."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from reconciler.executor.questions import Question
from reconciler.fleet import Waves, at_once
from reconciler.state import State
from reconciler.work import Logs, Work, silent


class Executor(AbstractContextManager["Executor"], Protocol):
    """All routers of a run: planned, asked, written to. A context manager that gives leases back.

    `works` are in the order of `routers` once they are surveyed.
    """

    @property
    def works(self) -> list[Work]: ...

    @property
    def routers(self) -> list[str]: ...

    def survey(self, on_done: Callable[[Work], None] | None = None) -> list[Work]:
        """Read and plan every router. Never raises for a router."""
        ...

    def ask(self, question: Question) -> Mapping[str, Any]:
        """Each router's answer, of those to be written to; who fails is left out of the run."""
        ...

    def secure(self, owner: str, now: datetime, question: Question) -> Mapping[str, Any]:
        """Take the leases of all routers that are to be written to, plan anew under them, and ask.

        Raises Held where somebody else has one, Stale where a router is not as it was planned;
        nothing was written then.
        """
        ...

    def apply(
        self,
        commit: State | None = None,
        *,
        whole: bool = True,
        log: Logs = silent,
        waves: Waves = at_once,
    ) -> None:
        """Write each work's plan; note `commit` where a `whole` router is as wanted."""
        ...
