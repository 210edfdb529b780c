# SPDX-License-Identifier: GPL-3.0-or-later
"""The same over many routers: read and plan all, then write, then read back.

A router that is away is a result, not a crash, and never delays another. Adds and sets come first
on all routers, then removals, so that a service that moves is never on neither. Imports changeset,
endings, lease, phases, planning, router, state, survey and work.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import BoundedSemaphore, Event, Thread
from typing import Self

from reconciler.changeset import Stale
from reconciler.endings import end_the_earlier, end_the_rest
from reconciler.errors import RouterError
from reconciler.lease import LIFETIME, Held, Lease, acquire
from reconciler.phases import (
    make,
    note_commit,
    receivers,
    take_away,
    unsettled_marks,
)
from reconciler.planning import RouterPlan
from reconciler.router import Session as RouterSession
from reconciler.router import connect
from reconciler.state import State
from reconciler.survey import read_router
from reconciler.work import (
    Logs,
    Planner,
    Target,
    Work,
    failed_plan,
    guarded,
    make_pen,
    planner,
    reconnect,
    silent,
    with_live_sessions,
)

PARALLEL = 32
MOST_THREADS = 512

Take = Callable[[RouterSession, str, datetime], Lease]
"""Takes a router's lease for an owner. Raises Held where somebody else has it."""

Waves = Callable[[Sequence[Work]], Iterable[Sequence[Work]]]
"""Who is written to with whom: given all, wave after wave, each done when the next is asked for."""


def at_once(works: Sequence[Work]) -> Iterable[Sequence[Work]]:
    return (works,)


class Fleet:
    """All routers of a run, with their sessions open between planning and writing.

    `parallel`: how many are read, planned or written to at once; `take`: how leases are taken.
    """

    def __init__(
        self,
        targets: Iterable[Target],
        *,
        parallel: int = PARALLEL,
        plan: Planner = planner,
        take: Take = acquire,
    ) -> None:
        self._targets = list(targets)
        self._plan = plan
        self._take = take
        # Each router has a thread to wait in, so that those that are away delay nobody; how many
        # are read and planned at once, which takes memory, is another matter.
        threads = min(max(1, len(self._targets)), MOST_THREADS)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="router")
        self._turn = BoundedSemaphore(max(1, parallel))
        self.works: list[Work] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind:
            for work in self.works:
                work.interrupt()
        for work in self.works:
            work.close()
        self._pool.shutdown(cancel_futures=True)

    @property
    def routers(self) -> list[str]:
        """The ids of all routers of the run."""
        return [target.router.id for target in self._targets]

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
            with self._turn:
                actual = read_router(session, target.prepare)
                plan = self._plan(target, actual)
                seen = (self._plan, actual.imprint, plan) if plan.changes else None
                return Work(target, with_live_sessions(plan, session), session, seen=seen)
        except RouterError as error:
            if session:
                session.close()
            return Work(target, failed_plan(target.router.id, error))

    def hold(self, owner: str, now: datetime) -> None:
        """Take the lease of every router that is to be written to, before the first write on any.

        Raises Held where somebody else has one, Stale where a router is not any more as it was when
        it was planned; the leases taken until then are given back on exit.
        """
        ready = [work for work in self.works if work.is_ready and work.plan.changes]

        def take(work: Work) -> Held | Stale | None:
            assert work.session is not None
            try:
                with self._turn:
                    work.lease = self._take(work.session, owner, now)
                    self._plan_again(work)
            except (Held, Stale) as refusal:
                return refusal
            except RouterError as error:
                work.plan = failed_plan(work.target.router.id, error)
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
        work.plan = with_live_sessions(self._same_or_new(work), work.session)
        work.keep_only(shown)
        if len(work.plan.changes) != count:
            raise Stale(
                f"{work.plan.router} changed between the plan and its lease. Nothing was written."
                " Run again."
            )

    def _same_or_new(self, work: Work) -> RouterPlan:
        """What was planned, where the router holds exactly what it was planned from."""
        assert work.session is not None
        actual = read_router(work.session)
        seen, work.seen = work.seen, None
        if seen and seen[:2] == (self._plan, actual.imprint):
            return seen[2]
        return self._plan(work.target, actual)

    @property
    def planner(self) -> Planner:
        return self._plan

    def plan_with(self, plan: Planner) -> None:
        """Read back by another planner from now on; the plans that are made stay."""
        self._plan = plan

    def prepare(self, act: Callable[[Work, RouterSession], None]) -> None:
        """What is to be done on every router that will be written to, before the first write.

        A router on which `act` raises RouterError is left out of the run.
        """

        def one(work: Work) -> None:
            assert work.session is not None
            try:
                with self._turn:
                    act(work, work.session)
            except RouterError as error:
                work.plan = failed_plan(work.target.router.id, error)

        list(self._pool.map(one, [w for w in self.works if w.is_ready and w.plan.changes]))

    def apply(
        self,
        commit: State | None = None,
        *,
        whole: bool = True,
        log: Logs = silent,
        waves: Waves = at_once,
    ) -> None:
        """Write each work's plan; note `commit` where a `whole` router is as wanted.

        `log(router)` is told of that router's writes.
        """
        ready = [work for work in self.works if work.is_ready]
        for work in ready:
            work.pen = make_pen(work, log(work.plan.router))
        with _kept(ready):
            for wave in waves(ready):
                self._write(wave, commit if whole else None)

    def _write(self, wave: Sequence[Work], commit: State | None) -> None:
        self.each(wave, make)
        self.each(receivers(wave), self.read_back)
        standing = {work.plan.router: unsettled_marks(work) for work in wave if work.verified}
        self.each(wave, lambda work: take_away(work, standing))
        self.each(wave, lambda work: self.finish(work, commit))

    def finish(self, work: Work, commit: State | None) -> None:
        """Look what came of it, end the sessions that are still to end, note the commit."""
        self.read_back(work)
        end_the_rest(work)
        end_the_earlier(work)
        if commit:
            note_commit(work, commit)

    def each(self, works: Sequence[Work], act: Callable[[Work], None]) -> None:
        """Do something on several routers at once, while nobody else does anything there."""

        def locked(work: Work) -> None:
            with self._turn, work.lock:
                act(work)

        list(self._pool.map(locked, works))

    def read_back(self, work: Work) -> None:
        """What is still not as wanted, read from the router anew."""

        def read(session: RouterSession) -> None:
            plan = self._plan(work.target, read_router(session))
            left = {work.essence(change) for change in work.left}
            work.remaining = tuple(c for c in plan.changes if work.essence(c) not in left)
            work.state = plan.state
            work.verified = True

        if work.session and not work.session.alive:
            reconnect(work)
        work.verified = False
        guarded(work, read)


def _renew(work: Work, _session: RouterSession) -> None:
    if work.lease:
        work.lease.keep()


@contextmanager
def _kept(works: Sequence[Work]) -> Iterator[None]:
    """Renew the leases of routers that wait for others; who writes renews its own."""
    done = Event()

    def renew() -> None:
        while not done.wait(LIFETIME / 4):
            for work in works:
                if work.lock.acquire(blocking=False):
                    try:
                        guarded(work, partial(_renew, work))
                    finally:
                        work.lock.release()

    keeper = Thread(target=renew, name="leases", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
