# SPDX-License-Identifier: GPL-3.0-or-later
"""The same over many routers: read and plan all, then write, then read back.

A router that is away is a result, not a crash, and never delays another. Adds and sets come
first on all routers, then removals, so that a service that moves is never on neither.
Imports apply, arrange, planning, router, sessions, state, survey.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from threading import Event, Lock, Thread

from reconciler.apply import cut_connections, drop_sessions, write_state, write_waves
from reconciler.arrange import break_waves, make_waves
from reconciler.change import Action, Change
from reconciler.changeset import Stale, change_json, essence
from reconciler.desired import Wanted
from reconciler.diff import Digest
from reconciler.errors import LoginRefused, Problem, RouterError, Severity
from reconciler.lease import LIFETIME, Held, Lease, acquire
from reconciler.models import Router
from reconciler.pen import Log, Pen, Silent
from reconciler.planning import Keep, RouterPlan, Status, narrowed, plan_router
from reconciler.router import Answer, AnswerState, Endpoint, connect
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
    one, with the reason; `remaining`: what is not as wanted when all is written; `ended`: sessions
    that were dropped or need not be, by the identity of the Session object.
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

    @property
    def is_ready(self) -> bool:
        return self.plan.status is Status.OK and self.session is not None

    def answer(self, change: Change) -> Answer:
        """What became of a change of this plan."""
        known = self.pen.answers.get(id(change)) if self.pen else None
        return known or Answer(AnswerState.NOT_TRIED)

    def essence(self, change: Change) -> str:
        """What makes a change the same one when it is planned again."""
        return essence(change_json(self.plan.router, change))

    def keep_only(self, essences: Collection[str]) -> None:
        """Leave every change out that is none of these."""
        self.plan, self.left = narrowed(self.plan, lambda change: self.essence(change) in essences)

    def count(self, state: AnswerState) -> int:
        return sum(self.answer(change).state is state for change in self.plan.changes)

    @property
    def is_as_wanted(self) -> bool:
        """Whether the whole router was read back without any difference."""
        return self.verified and not (self.remaining or self.owed or self.left)

    def close(self) -> None:
        """Give the lease back and log out."""
        with self.lock:
            if self.lease:
                self.lease.release()
                self.lease = None
            if self.session:
                self.session.close()
                self.session = None


def _silent(_router: str) -> Log:
    return Silent()


Logs = Callable[[str], Log]
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

    def hold(self, owner: str, now: datetime) -> None:
        """Take the lease of every router that is to be written to, before the first write on any.

        Raises Held where somebody else has one, Stale where a router is not any more as it was when
        it was planned; the leases taken until then are given back on exit.
        """
        ready = [work for work in self.works if work.is_ready and work.plan.changes]

        def take(work: Work) -> Held | Stale | None:
            assert work.session is not None
            try:
                work.lease = acquire(work.session, owner, now)
                self._plan_again(work)
            except (Held, Stale) as refusal:
                return refusal
            except RouterError as error:
                work.plan = _failed_plan(work.target.router.id, error)
            return None

        refusals = [refusal for refusal in self._pool.map(take, ready) if refusal]
        for kind in (Stale, Held):
            texts = [str(refusal) for refusal in refusals if isinstance(refusal, kind)]
            if texts:
                raise kind("\n".join(texts))

    def _plan_again(self, work: Work) -> None:
        """Under the lease nobody else writes: make sure that the plan is still the one shown."""
        assert work.session is not None
        count = len(work.plan.changes)  # two equal rows that go are two changes of one essence
        shown = {work.essence(change) for change in work.plan.changes}
        plan = self._plan(work.target, read_router(work.session))
        work.plan = _with_live_sessions(plan, work.session)
        work.keep_only(shown)
        if len(work.plan.changes) != count:
            raise Stale(
                f"{work.plan.router} changed between the plan and its lease. Nothing was written."
                " Run again."
            )

    def prepare(self, act: Callable[[Work, RouterSession], None]) -> None:
        """What is to be done on every router that will be written to, before the first write.

        A router on which `act` raises RouterError is left out of the run.
        """

        def one(work: Work) -> None:
            assert work.session is not None
            try:
                act(work, work.session)
            except RouterError as error:
                work.plan = _failed_plan(work.target.router.id, error)

        list(self._pool.map(one, [w for w in self.works if w.is_ready and w.plan.changes]))

    def apply(
        self, commit: State | None = None, *, whole: bool = True, log: Logs = _silent
    ) -> None:
        """Write each work's plan; note `commit` where a `whole` router is as wanted.

        `log(router)` is told of that router's writes.
        """
        ready = [work for work in self.works if work.is_ready]
        for work in ready:
            work.pen = _pen(work, log(work.plan.router))
        with _kept(ready):
            self._each(ready, _make)
            self._each(_receivers(ready), self._read_back)
            standing = {work.plan.router: _unsettled_marks(work) for work in ready if work.verified}
            self._each(ready, lambda work: _break(work, standing))

            def finish(work: Work) -> None:
                self._read_back(work)
                _end_the_rest(work)
                if whole and commit and work.is_as_wanted:
                    _guarded(work, lambda session: write_state(session, work.plan.state, commit))

            self._each(ready, finish)

    def _each(self, works: Sequence[Work], act: Callable[[Work], None]) -> None:
        def locked(work: Work) -> None:
            with work.lock:
                act(work)

        list(self._pool.map(locked, works))

    def _read_back(self, work: Work) -> None:
        """What is still not as wanted, read from the router anew."""

        def read(session: RouterSession) -> None:
            plan = self._plan(work.target, read_router(session))
            left = {work.essence(change) for change in work.left}
            work.remaining = tuple(c for c in plan.changes if work.essence(c) not in left)
            work.verified = True

        if work.session and not work.session.alive:
            _reconnect(work)
        work.verified = False
        _guarded(work, read)


def _reconnect(work: Work) -> None:
    try:
        work.session = connect(work.target.endpoint)
    except RouterError as error:
        work.troubles.append(str(error))
        return
    if work.lease:
        work.lease.move_to(work.session)


def _pen(work: Work, log: Log) -> Pen:
    assert work.session is not None
    keep = work.lease.keep if work.lease else _no_lease
    return Pen(work.session, work.target.router.pipeline, keep, log)


def _renew(work: Work, _session: RouterSession) -> None:
    if work.lease:
        work.lease.keep()


def _no_lease() -> None:
    """Nothing to renew: no lease was asked for."""


@contextmanager
def _kept(works: Sequence[Work]) -> Iterator[None]:
    """Renew the leases of routers that wait for others; who writes renews its own."""
    done = Event()

    def renew() -> None:
        while not done.wait(LIFETIME / 4):
            for work in works:
                if work.lock.acquire(blocking=False):
                    try:
                        _guarded(work, partial(_renew, work))
                    finally:
                        work.lock.release()

    keeper = Thread(target=renew, name="leases", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _receivers(works: Sequence[Work]) -> list[Work]:
    """The routers to which services move that another one is to let go of."""
    homes = {work.plan.moves_to(change) for work in works for change in work.plan.changes}
    return [work for work in works if work.plan.router in homes]


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
        assert work.pen is not None
        write_waves(work.pen, make_waves(work.plan.changes))
        _end_sessions(work, session, lambda c: c.action is not Action.REMOVE and _is_done(work, c))

    _guarded(work, act)


def _break(work: Work, standing: dict[str, set[str]]) -> None:
    """Removals, but for services that do not stand yet where they are to stand."""
    going: list[Change] = []
    unmade = {
        change.mark
        for change in work.plan.changes
        if change.action is not Action.REMOVE and work.answer(change).state is not AnswerState.DONE
    }
    for change in work.plan.changes:
        if change.mark in unmade:
            continue
        home = work.plan.moves_to(change)
        if home is None or (home in standing and change.mark not in standing[home]):
            going.append(change)
        else:
            work.owed.append((change, f"until {home} is seen to carry it"))

    def act(session: RouterSession) -> None:
        assert work.pen is not None
        write_waves(work.pen, break_waves(going))
        _end_sessions(work, session, lambda c: c.action is Action.REMOVE and _is_done(work, c))

    _guarded(work, act)


def _is_done(work: Work, change: Change) -> bool:
    return work.answer(change).state is AnswerState.DONE


def _end_sessions(work: Work, session: RouterSession, is_made: Callable[[Change], bool]) -> None:
    """End what hangs on the changes that are made, each once; nothing where the router is lost."""
    ending = [s for s in work.plan.sessions if id(s) not in work.ended and is_made(s.cause)]
    if not ending or not session.alive:
        return
    troubles = drop_sessions(session, ending)
    troubles += cut_connections(session, ending, work.target.router.connections.maximum)
    if session.alive:
        work.troubles += troubles
        work.ended |= {id(one) for one in ending}


def _end_the_rest(work: Work) -> None:
    """End what hangs on changes that are made, although the router was lost over them.

    The next run sees no difference any more, so nobody would do it then.
    """
    remaining = {work.essence(change) for change in work.remaining}

    def is_made(change: Change) -> bool:
        if work.verified:
            return work.essence(change) not in remaining
        return work.answer(change).state in (AnswerState.DONE, AnswerState.UNKNOWN)

    if work.verified:
        _guarded(work, lambda session: _end_sessions(work, session, is_made))
    open_ = [s for s in work.plan.sessions if id(s) not in work.ended and is_made(s.cause)]
    if open_:
        names = ", ".join(sorted({one.client for one in open_}))
        work.troubles.append(f"these may go on as they were until their next login: {names}.")


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
