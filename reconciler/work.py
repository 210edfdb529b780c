# SPDX-License-Identifier: GPL-3.0-or-later
"""One router's way through a run: its target, plan, session, pen and lease, and what came of it.

Imports what it holds: apply's pen and lease, planning, router, sessions and survey.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock

from reconciler.change import Change
from reconciler.changeset import essence_of
from reconciler.desired import Wanted
from reconciler.errors import LoginRefused, Problem, RouterError, Severity
from reconciler.lease import Lease
from reconciler.making import Digest
from reconciler.models import Router
from reconciler.pen import Log, Pen, Silent
from reconciler.planning import Keep, RouterPlan, Status, narrowed, plan_router
from reconciler.router import Answer, AnswerState, Endpoint, connect
from reconciler.router import Session as RouterSession
from reconciler.sessions import SERVICES, Earlier, Lingering, SessionKind, live
from reconciler.state import State
from reconciler.survey import Actual, read_rows


@dataclass(frozen=True)
class Target:
    """One router to work on: how to reach it, what it must hold, what of that was asked for.

    `compile`: makes what the router must hold, once it is asked for.
    """

    router: Router
    endpoint: Endpoint
    compile: Callable[[], Wanted] = field(repr=False, compare=False)
    digest: Digest = field(repr=False, default=lambda _text: None)
    adopt: bool = False
    keep: Keep | None = None

    @cached_property
    def wanted(self) -> Wanted:
        return self.compile()

    def prepare(self) -> None:
        """Make what is wanted, so that who asks for it does not wait."""
        _ = self.wanted


Planner = Callable[[Target, Actual], RouterPlan]


@dataclass
class Work:
    """One router's way through a run.

    `left`: differences that are not to be touched in this run; `owed`: changes left to a later
    one, with the reason; `remaining`: what is not as wanted when all is written; `ended`: sessions
    that were dropped or need not be, by the identity of the Session object; `state`: the note of
    the applied commit, as it was read back; `untried`: why nothing was written; `unhealthy`: what
    ails it after all was written; `lingering`: what goes on although it was to end; `earlier`: what
    an earlier run was to end; `seen`: the plan as it was made first, its planner and the imprint of
    what it was made from.
    """

    target: Target
    plan: RouterPlan
    session: RouterSession | None = None
    pen: Pen | None = None
    lease: Lease | None = None
    lock: Lock = field(default_factory=Lock, repr=False)
    left: tuple[Change, ...] = ()
    remaining: tuple[Change, ...] = ()
    owed: list[tuple[Change, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    verified: bool = False
    state: State | None = None
    untried: str | None = None
    lingering: list[Lingering] = field(default_factory=list)
    earlier: tuple[Earlier, ...] = ()
    unhealthy: str | None = None
    seen: tuple[Planner, int, RouterPlan] | None = field(default=None, repr=False)

    @property
    def is_ready(self) -> bool:
        return self.plan.status is Status.OK and self.session is not None

    def answer(self, change: Change) -> Answer:
        """What became of a change of this plan."""
        known = self.pen.answers.get(id(change)) if self.pen else None
        return known or Answer(AnswerState.NOT_TRIED)

    def essence(self, change: Change) -> str:
        """What makes a change the same one when it is planned again."""
        return essence_of(self.plan.router, change)

    def keep_only(self, essences: Collection[str]) -> None:
        """Leave every change out that is none of these."""
        self.plan, self.left = narrowed(self.plan, lambda change: self.essence(change) in essences)

    @property
    def was_begun(self) -> bool:
        """Whether somebody set out to write."""
        return self.pen is not None

    def count(self, state: AnswerState) -> int:
        return sum(self.answer(change).state is state for change in self.plan.changes)

    @property
    def is_as_wanted(self) -> bool:
        """Whether the whole router was read back without any difference."""
        return self.verified and not (self.remaining or self.owed or self.left)

    @property
    def may_write(self) -> bool:
        """Whether no lease was asked for, or it is still ours."""
        return self.lease is None or self.lease.is_held

    def interrupt(self) -> None:
        """Let the pen stop at its next chunk, from any thread."""
        if self.pen:
            self.pen.stopped = "the run was interrupted"

    def close(self) -> None:
        """Give the lease back and log out."""
        with self.lock:
            if self.lease:
                self.lease.release()
                self.lease = None
            if self.session:
                self.session.close()
                self.session = None


def silent(_router: str) -> Log:
    return Silent()


Logs = Callable[[str], Log]


def planner(target: Target, actual: Actual) -> RouterPlan:
    return plan_router(
        target.router,
        target.wanted,
        actual,
        target.digest,
        adopt=target.adopt,
        keep=target.keep,
    )


def reconnect(work: Work) -> None:
    try:
        revive(work)
    except RouterError as error:
        work.troubles.append(str(error))


def revive(work: Work) -> RouterSession:
    """The session; a new one, with the lease, where it was lost. Raises as `connect` does."""
    if work.session is None or not work.session.alive:
        work.session = connect(work.target.endpoint)
        if work.lease:
            guarded(work, work.lease.move_to)
    return work.session


def make_pen(work: Work, log: Log) -> Pen:
    assert work.session is not None
    pen = Pen(work.session, work.target.router.pipeline, log=log)
    if work.lease:
        pen.keep, pen.is_due = work.lease.keep, work.lease.is_due
    return pen


def guarded(work: Work, act: Callable[[RouterSession], None]) -> None:
    """A router that fails in the middle is a result of that router alone."""
    if work.session is None or not work.session.alive:
        return
    try:
        act(work.session)
    except RouterError as error:
        work.troubles.append(str(error))


def with_live_sessions(plan: RouterPlan, session: RouterSession) -> RouterPlan:
    """Keep of the candidates those that are logged in now."""
    kinds = {candidate.kind for candidate in plan.sessions}
    active = {
        service.active: read_rows(session, service.active, (service.user_field,))
        for service in SERVICES
        if service.kind in kinds
    }
    dropping = live(plan.sessions, active)
    dropping += [one for one in plan.sessions if one.kind is SessionKind.CONNECTIONS]
    return replace(plan, sessions=tuple(dropping))


def failed_plan(router: str, error: RouterError) -> RouterPlan:
    problems: tuple[Problem, ...] = ()
    if isinstance(error, LoginRefused) or error.exit_code == 1:
        problems = (Problem("router-refused", str(error), router=router, severity=Severity.ERROR),)
    return RouterPlan(router, Status.UNREACHABLE, problems=problems, error=str(error))
