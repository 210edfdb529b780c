# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of each router that will be written to, before the first write on any.

A question is plain data, and so is its answer: where it is asked is another matter. Imports
confirm, lease, lockout, report, router, survey, undo and work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from reconciler.confirm import pending
from reconciler.lease import Held
from reconciler.lockout import ManagementPath, addresses_of, lockouts, needs_lists
from reconciler.report import problem_data
from reconciler.router import Session
from reconciler.survey import read_lists, seen_from
from reconciler.undo import Seal, inverse_text, read_losses
from reconciler.work import Work


class Question(Protocol):
    """Asked of a work over its open session; raises RouterError where there is no answer."""

    @property
    def name(self) -> str: ...

    def __call__(self, work: Work, session: Session, seal: Seal) -> Any: ...


@dataclass(frozen=True)
class Lockouts:
    """Which changes would cut the way to routers; `hosts`: of all routers of the run."""

    hosts: tuple[str, ...]
    name: ClassVar[str] = "lockouts"

    def __call__(self, work: Work, session: Session, seal: Seal) -> list[dict[str, Any]]:
        addresses = addresses_of([*self.hosts, *seen_from(session)])
        path = ManagementPath(addresses, work.target.endpoint.port)
        lists = read_lists(session) if needs_lists(work.plan) else ()
        found = lockouts(work.target.router, work.plan, path, lists)
        return [problem_data(problem) for problem in found]


@dataclass(frozen=True)
class Inverse:
    """The inverse of a plan as JSON, its secrets sealed; `state`: the state row that the run may
    write.

    Raises Held where a router still waits to undo an earlier run by itself.
    """

    run: str
    state: str | None
    name: ClassVar[str] = "inverse"

    def __call__(self, work: Work, session: Session, seal: Seal) -> str:
        tables = read_losses(session, work.plan.changes)
        made: list[str] = []
        refuse_pending(
            work,
            session,
            lambda: made.append(inverse_text(work.plan, tables, self.run, self.state, seal)),
        )
        return made[0]


QUESTIONS: dict[str, type[Lockouts] | type[Inverse]] = {
    kind.name: kind for kind in (Lockouts, Inverse)
}


def refuse_pending(work: Work, session: Session, meanwhile: Callable[[], None]) -> None:
    """Raises Held where a router still waits to undo an earlier run by itself.

    `meanwhile`: what is done while it is asked.
    """
    for one in pending(session, meanwhile):
        if one.scheduled:
            when = f" at {one.next_run} of its clock" if one.next_run else ""
            raise Held(
                f"{work.plan.router}: the run {one.run} was never confirmed, and the router undoes"
                f" it by itself{when}. Nothing was written. Wait, or remove the scheduler"
                f" {one.name} on the router to keep what it did"
            )
        work.troubles.append(
            f"the script {one.name} is left over from a run that was confirmed: remove it"
        )
