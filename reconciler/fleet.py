# SPDX-License-Identifier: GPL-3.0-or-later
"""The same over many routers: read and plan all, then write, then read back.

A router that is away is a result, not a crash, and never delays another. Adds and sets come
first on all routers, then removals, so that a service that moves is never on neither.
Imports apply, arrange, planning, router, sessions, state, survey.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from reconciler.apply import Written, cut_connections, drop_sessions, write_state, write_waves
from reconciler.arrange import break_waves, make_waves
from reconciler.change import Action, Change
from reconciler.changeset import change_json, essence
from reconciler.desired import Wanted
from reconciler.diff import Digest
from reconciler.errors import LoginRefused, Problem, RouterError, Severity
from reconciler.models import Router
from reconciler.planning import Keep, RouterPlan, Status, plan_router
from reconciler.router import AnswerState, Endpoint, connect
from reconciler.router import Session as RouterSession
from reconciler.sessions import SERVICES, SessionKind, live
from reconciler.state import State
from reconciler.survey import Actual, read_router, read_rows

PARALLEL = 32


@dataclass(frozen=True)
class Target:
    """One router to work on: how to reach it, what it must hold, what of that was asked for."""

    router: Router
    endpoint: Endpoint
    wanted: Wanted
    digest: Digest = field(repr=False, default=lambda _text: None)
    adopt: bool = False
    keep: Keep | None = None


@dataclass
class Work:
    """One router's way through a run.

    `left`: differences that are not to be touched in this run; `owed`: removals left to a later
    one, with the reason; `remaining`: what is not as wanted when all is written.
    """

    target: Target
    plan: RouterPlan
    session: RouterSession | None = None
    written: Written = field(default_factory=Written)
    left: tuple[Change, ...] = ()
    remaining: tuple[Change, ...] = ()
    owed: list[tuple[Change, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    verified: bool = False

    @property
    def is_ready(self) -> bool:
        return self.plan.status is Status.OK and self.session is not None

    @property
    def is_as_wanted(self) -> bool:
        """Whether the whole router was read back without any difference."""
        return self.verified and not (self.remaining or self.owed or self.left)

    def close(self) -> None:
        if self.session:
            self.session.close()
            self.session = None


Planner = Callable[[Target, Actual], RouterPlan]


def planner(target: Target, actual: Actual) -> RouterPlan:
    return plan_router(
        target.router,
        target.wanted,
        actual,
        target.digest,
        adopt=target.adopt,
        keep=target.keep,
    )


class Fleet:
    """All routers of a run, with their sessions open between planning and writing."""

    def __init__(
        self, targets: Iterable[Target], *, parallel: int = PARALLEL, plan: Planner = planner
    ) -> None:
        self._targets = list(targets)
        self._plan = plan
        self._pool = ThreadPoolExecutor(max(1, parallel), thread_name_prefix="router")
        self.works: list[Work] = []

    def __enter__(self) -> "Fleet":
        return self

    def __exit__(self, *_error: object) -> None:
        for work in self.works:
            work.close()
        self._pool.shutdown(cancel_futures=True)

    def survey(self, on_done: Callable[[Work], None] | None = None) -> list[Work]:
        """Read and plan every router. Never raises for a router."""

        def one(target: Target) -> Work:
            work = self._open(target)
            if on_done:
                on_done(work)
            return work

        self.works = list(self._pool.map(one, self._targets))
        return self.works

    def _open(self, target: Target) -> Work:
        session: RouterSession | None = None
        try:
            session = connect(target.endpoint)
            plan = self._plan(target, read_router(session))
            return Work(target, _with_live_sessions(plan, session), session)
        except RouterError as error:
            if session:
                session.close()
            return Work(target, _failed_plan(target.router.id, error))

    def apply(
        self,
        commit: State | None = None,
        *,
        whole: bool = True,
        on_write: Callable[[Work], None] | None = None,
    ) -> list[Work]:
        """Write each work's plan; note `commit` where a `whole` router is as wanted."""
        ready = [work for work in self.works if work.is_ready]
        self._each(ready, _make)
        receivers = {work.plan.moves_to(change) for work in ready for change in work.plan.changes}
        self._each([work for work in ready if work.target.router.id in receivers], self._read_back)
        standing = {
            work.target.router.id: _unsettled_marks(work) for work in ready if work.verified
        }
        self._each(ready, lambda work: _break(work, standing))

        def finish(work: Work) -> None:
            self._read_back(work)
            if whole and commit and work.is_as_wanted:
                _guarded(work, lambda session: write_state(session, work.plan.state, commit))
            if on_write:
                on_write(work)

        self._each(ready, finish)
        return self.works

    def _each(self, works: Sequence[Work], act: Callable[[Work], None]) -> None:
        list(self._pool.map(act, works))

    def _read_back(self, work: Work) -> None:
        """What is still not as wanted, read from the router anew."""

        def read(session: RouterSession) -> None:
            plan = self._plan(work.target, read_router(session))
            left = {_essence(work, change) for change in work.left}
            work.remaining = tuple(c for c in plan.changes if _essence(work, c) not in left)
            work.verified = True

        if work.session and not work.session.alive:
            _reconnect(work)
        work.verified = False
        _guarded(work, read)


def _essence(work: Work, change: Change) -> str:
    return essence(change_json(work.plan.router, change))


def _reconnect(work: Work) -> None:
    try:
        work.session = connect(work.target.endpoint)
    except RouterError as error:
        work.troubles.append(str(error))


def _guarded(work: Work, act: Callable[[RouterSession], None]) -> None:
    """A router that fails in the middle is a result of that router alone."""
    if work.session is None or not work.session.alive:
        return
    try:
        act(work.session)
    except RouterError as error:
        work.troubles.append(str(error))


def _make(work: Work) -> None:
    """Adds, sets and moves, and the sessions and connections that end with them."""

    def act(session: RouterSession) -> None:
        pipeline = work.target.router.pipeline
        write_waves(session, make_waves(work.plan.changes), work.written, window=pipeline)
        _end_sessions(work, session, lambda change: change.action is not Action.REMOVE)

    _guarded(work, act)


def _break(work: Work, standing: dict[str, set[str]]) -> None:
    """Removals, but for services that move to a router where they do not stand yet."""
    going: list[Change] = []
    for change in work.plan.changes:
        home = work.plan.moves_to(change)
        if home is None or (home in standing and change.mark not in standing[home]):
            going.append(change)
        else:
            work.owed.append((change, f"until {home} is seen to carry it"))

    def act(session: RouterSession) -> None:
        pipeline = work.target.router.pipeline
        write_waves(session, break_waves(going), work.written, window=pipeline)
        _end_sessions(work, session, lambda change: change.action is Action.REMOVE)

    _guarded(work, act)


def _end_sessions(work: Work, session: RouterSession, of_phase: Callable[[Change], bool]) -> None:
    ending = [
        one
        for one in work.plan.sessions
        if of_phase(one.cause) and work.written.state_of(one.cause) is AnswerState.DONE
    ]
    if not ending or not session.alive:
        return
    work.troubles += drop_sessions(session, ending)
    work.troubles += cut_connections(session, ending, work.target.router.connections.maximum)


def _unsettled_marks(work: Work) -> set[str]:
    return {change.mark for change in work.remaining if change.action is not Action.REMOVE}


def _with_live_sessions(plan: RouterPlan, session: RouterSession) -> RouterPlan:
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


def _failed_plan(router: str, error: RouterError) -> RouterPlan:
    problems: tuple[Problem, ...] = ()
    if isinstance(error, LoginRefused) or error.exit_code == 1:
        problems = (Problem("router-refused", str(error), router=router, severity=Severity.ERROR),)
    return RouterPlan(router, Status.UNREACHABLE, problems=problems, error=str(error))
