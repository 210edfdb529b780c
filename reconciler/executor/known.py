# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever coordinates a run on a cluster knows of a router: from reports, and for orders.

Imports change, desired, models, pen, plandata, planning, router, sessions, work and its neighbours.
"""

from dataclasses import dataclass, field
from typing import Any

from reconciler.change import Action, Change
from reconciler.desired import Wanted
from reconciler.executor.order import Order, Refusal, Report, Unit
from reconciler.models import Router
from reconciler.pen import Said
from reconciler.plandata import change_data, change_of, problem_of, sessions_data, state_of
from reconciler.planning import Status
from reconciler.router import Answer, AnswerState, Endpoint
from reconciler.sessions import Lingering, SessionKind, over
from reconciler.work import Logs, Target, Work

LOST = "its worker was lost; another one reads the router again"


@dataclass
class DistantWork(Work):
    """What is known here of a router that workers work on.

    `attempt`: who had its lease last, None where it is not taken; `begun`: somebody set out to
    write; `under_way`: a worker has an order for it; `gone`: no report came of a phase.
    """

    answers: dict[int, Answer] = field(default_factory=dict)
    attempt: str | None = None
    begun: bool = False
    under_way: bool = False
    gone: bool = False

    @property
    def open(self) -> list[Change]:
        """The changes of which nothing is known yet."""
        return [change for change in self.plan.changes if id(change) not in self.answers]

    @property
    def is_ready(self) -> bool:
        return self.plan.status is Status.OK

    @property
    def was_begun(self) -> bool:
        return self.begun

    def answer(self, change: Change) -> Answer:
        return self.answers.get(id(change)) or Answer(AnswerState.NOT_TRIED)

    def as_known(self) -> dict[str, Any]:
        """What an `Order` tells of it: changes and sessions as data, and what became of them."""
        router, changes = self.plan.router, self.plan.changes
        numbers = {id(change): number for number, change in enumerate(changes)}
        return {
            "attempt": self.attempt,
            "changes": [change_data(router, change) for change in changes],
            "left": [change_data(router, change) for change in self.left],
            "sessions": sessions_data(self.plan),
            "answers": [
                [numbers[key], answer.state.value, answer.message]
                for key, answer in self.answers.items()
            ],
            "ended": [
                number for number, one in enumerate(self.plan.sessions) if id(one) in self.ended
            ],
        }


def takes_away(work: Work) -> bool:
    """Whether anything is left for the phase of removals."""
    return any(change.action is Action.REMOVE for change in work.plan.changes)


def note(work: DistantWork, order: Order, report: Report, log: Logs) -> None:
    """What a worker came to, into the journal and the work."""
    changes, sessions = work.plan.changes, work.plan.sessions
    journal, open_ = log(order.router), work.open
    if report.taken_over and open_:
        journal.answered([(open_, Answer(AnswerState.UNKNOWN, message=LOST))])
    known = {number: (state, message) for number, state, message in report.answers}
    said: list[Said] = []
    for number, change in enumerate(changes):
        if id(change) in work.answers:
            continue
        state, message = known.get(number, (AnswerState.NOT_TRIED.value, None))
        answer = Answer(AnswerState(state), message=message)
        said.append(([change], answer))
        if number in known:
            work.answers[id(change)] = answer
    if order.unit != Unit.LOOK:
        journal.answered(said)
    lingering = [Lingering(SessionKind(kind), *rest) for kind, *rest in report.lingering]
    ended = [sessions[number] for number in report.ended if id(sessions[number]) not in work.ended]
    journal.ended(over(ended, lingering))
    work.ended |= {id(one) for one in ended}
    work.lingering += lingering
    work.owed += [(changes[number], reason) for number, reason in report.owed]
    work.troubles += report.troubles
    work.remaining = tuple(change_of(data) for data in report.remaining)
    work.verified, work.state = report.verified, state_of(report.state)
    work.attempt = None if order.last else report.attempt


def lose(work: DistantWork, why: str, is_lost: bool, log: Logs) -> None:
    """Nobody says what became of a phase: where a worker was lost, nobody knows."""
    work.gone = True
    work.verified = False
    if why not in work.troubles:
        work.troubles.append(why)
    state = AnswerState.UNKNOWN if is_lost else AnswerState.NOT_TRIED
    answer = Answer(state, message=why)
    log(work.plan.router).answered([(work.open, answer)])
    if is_lost:
        work.answers |= {id(change): answer for change in work.open}


def why_not(report: Report | str) -> str:
    if isinstance(report, str):
        return report
    if report.refusal:
        kind, what, *_ = report.refusal
        return str(what) if kind != Refusal.FILES else str(problem_of(what[0]))
    return report.lost or ""


def bare(router: Router) -> Target:
    """A router as it is known where no secret is."""
    endpoint = Endpoint(router.host, router.port, router.username, "", name=router.id)
    return Target(router, endpoint, Wanted)
