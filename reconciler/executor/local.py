# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in this process: a fleet that answers questions.

Imports fleet, lease, router, undo, work and its neighbours.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from reconciler.executor.questions import Question
from reconciler.fleet import PARALLEL, Fleet, Take
from reconciler.lease import acquire
from reconciler.router import Session
from reconciler.undo import Seal
from reconciler.work import Planner, Target, Work, planner


class Local(Fleet):
    """The routers of a run, each with a thread and a session of its own."""

    def __init__(
        self,
        targets: Iterable[Target],
        seal: Seal,
        *,
        parallel: int = PARALLEL,
        plan: Planner = planner,
        take: Take = acquire,
    ) -> None:
        super().__init__(targets, parallel=parallel, plan=plan, take=take)
        self._seal = seal

    def ask(self, question: Question) -> Mapping[str, Any]:
        answers: dict[str, Any] = {}

        def one(work: Work, session: Session) -> None:
            answers[work.plan.router] = question(work, session, self._seal)

        self.prepare(one)
        return answers

    def secure(self, owner: str, now: datetime, question: Question) -> Mapping[str, Any]:
        self.hold(owner, now)
        return self.ask(question)
