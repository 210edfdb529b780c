# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on a cluster: who coordinates it holds plans without secrets, and the journal.

What a worker does is in `units`. What a worker that was lost had sent to a router is unknown until
another one has read the router again. Imports errors, fleet, lease, models, phases, plandata,
planning, state, work and its neighbours.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from threading import Event, Thread
from typing import Any, Self

from reconciler.errors import Unreachable
from reconciler.executor.cluster import Cluster, ClusterError
from reconciler.executor.known import DistantWork, bare, lose, note, takes_away, why_not
from reconciler.executor.order import Order, Report, Run, Unit
from reconciler.executor.questions import Question
from reconciler.executor.refusals import raise_refusals
from reconciler.fleet import Waves, at_once
from reconciler.lease import LIFETIME
from reconciler.models import Router
from reconciler.phases import receivers, unsettled_marks
from reconciler.plandata import plan_of, state_data
from reconciler.planning import RouterPlan
from reconciler.state import State
from reconciler.work import Logs, Work, failed_plan, silent

SECONDS_TO_END = 5.0
"""For the last renewal of leases, which may wait for a worker."""


class Distant:
    """The routers of a run, each worked on by whichever worker is free. An `Executor`."""

    def __init__(self, routers: Iterable[Router], run: Run, cluster: Cluster) -> None:
        self._routers = list(routers)
        self._run = run
        self._cluster = cluster
        self._works: dict[str, DistantWork] = {}
        self._over = Event()
        self._keeper = Thread(target=self._keep_leases, name="leases", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        if self._keeper.ident:
            self._keeper.join(SECONDS_TO_END)
        try:
            # Who is still at work keeps its lease: it ends with the work, or by itself.
            self._leases(Unit.RELEASE, [w for w in self._works.values() if not w.under_way])
        finally:
            self._cluster.close()

    @property
    def routers(self) -> list[str]:
        return [router.id for router in self._routers]

    @property
    def works(self) -> list[Work]:
        return [self._works[router] for router in self.routers if router in self._works]

    # -- before the first write ----------------------------------------------------

    def survey(self, on_done: Callable[[Work], None] | None = None) -> list[Work]:
        """Read and plan every router. Raises FilesError where workers lack secrets."""
        targets = {router.id: bare(router) for router in self._routers}
        refused: list[Report] = []
        orders = [self._order(Unit.PLAN, router) for router in self.routers]
        for order, report in self._cluster.run(orders):
            plan = self._plan_of(order, report, refused)
            work = self._works[order.router] = DistantWork(targets[order.router], plan)
            if on_done:
                on_done(work)
        raise_refusals(refused)
        return self.works

    def ask(self, question: Question) -> Mapping[str, Any]:
        return self._asked(Unit.ASK, question)

    def secure(self, owner: str, now: datetime, question: Question) -> Mapping[str, Any]:
        self._run = replace(self._run, owner=owner, since=now.isoformat(timespec="seconds"))
        answers = self._asked(Unit.SECURE, question)
        self._keeper.start()
        return answers

    def _asked(self, unit: Unit, question: Question) -> dict[str, Any]:
        words = {"name": question.name, **asdict(question)}  # type: ignore[call-overload]
        busy = [work for work in self._works.values() if work.is_ready and work.plan.changes]
        orders = [self._about(unit, work, question=words) for work in busy]
        answers: dict[str, Any] = {}
        refused: list[Report] = []
        for order, report in self._cluster.run(orders):
            work = self._works[order.router]
            work.plan = self._plan_of(order, report, refused)
            if unit is Unit.SECURE:
                # Also of one that was lost over it: it may have the lease.
                work.attempt = order.router if isinstance(report, str) else report.attempt
            if isinstance(report, Report) and work.is_ready and not report.refusal:
                answers[order.router] = report.answer
                work.troubles += report.troubles
        raise_refusals(refused)
        return answers

    def _plan_of(self, order: Order, report: Report | str, refused: list[Report]) -> RouterPlan:
        """The plan of a report; a refusal is collected."""
        if isinstance(report, str):
            return failed_plan(order.router, Unreachable(f"{order.router}: {report}."))
        if report.plan is None:
            refused.append(report)
            return failed_plan(order.router, Unreachable("its worker refused to plan it"))
        return plan_of(report.plan)

    def _order(self, unit: Unit, router: str, **more: Any) -> Order:
        return Order(unit.value, router, asdict(self._run), **more)

    def _about(self, unit: Unit, work: DistantWork, **more: Any) -> Order:
        """An order that tells what is known of its router."""
        return self._order(unit, work.plan.router, **work.as_known(), **more)

    # -- writing ---------------------------------------------------------------------

    def apply(
        self,
        commit: State | None = None,
        *,
        whole: bool = True,
        log: Logs = silent,
        waves: Waves = at_once,
    ) -> None:
        ready = [work for work in self.works if work.is_ready]
        for wave in waves(ready):
            self._write(wave, commit if whole else None, log)

    def _write(self, wave: Sequence[Work], commit: State | None, log: Logs) -> None:
        works = [self._works[work.plan.router] for work in wave]
        later = [work for work in works if takes_away(work)]
        seen = receivers(works)
        noted = state_data(commit)
        orders = [
            self._about(Unit.MAKE, work, look=work in seen, last=work not in later, commit=noted)
            for work in works
        ]
        self._phase(orders, log)
        standing = {
            work.plan.router: sorted(unsettled_marks(work)) for work in works if work.verified
        }
        orders = [
            self._about(Unit.TAKE, work, standing=standing, last=True, commit=noted)
            for work in later
            if not work.gone
        ]
        self._phase(orders, log)
        gone = [work for work in works if work.gone]
        self._phase([self._about(Unit.LOOK, work, last=True) for work in gone], log)

    def _phase(self, orders: Sequence[Order], log: Logs) -> None:
        """One phase on several routers, with its answers noted as they come."""
        if not orders:
            return
        try:
            before = self._cluster.workers()
        except ClusterError as error:
            for order in orders:
                lose(self._works[order.router], str(error), False, log)
            return
        for order in orders:
            work = self._works[order.router]
            work.begun = work.under_way = True
            if order.unit != Unit.LOOK:
                log(order.router).trying(work.open)
        left = {order.router for order in orders}
        try:
            for order, report in self._cluster.run(orders):
                left.discard(order.router)
                work = self._works[order.router]
                work.under_way = False
                if isinstance(report, str) or report.refusal or report.lost:
                    is_lost = isinstance(report, str) or self._has_lost(before)
                    lose(work, why_not(report), is_lost, log)
                else:
                    note(work, order, report, log)
        except ClusterError as error:
            for router in left:
                lose(self._works[router], str(error), True, log)

    def _has_lost(self, before: frozenset[str]) -> bool:
        """Whether any worker of before is gone, so that it may have been at work here."""
        try:
            return bool(before - self._cluster.workers())
        except ClusterError:
            return True

    # -- leases ----------------------------------------------------------------------

    def _keep_leases(self) -> None:
        while not self._over.wait(LIFETIME / 4):
            self._leases(Unit.KEEP, list(self._works.values()))

    def _leases(self, unit: Unit, works: Iterable[DistantWork]) -> None:
        """Renew leases, or give them back; what cannot be done ends by itself."""
        orders = [self._order(unit, work.plan.router) for work in works if work.attempt]
        try:
            for _ in self._cluster.run(orders, urgent=True):
                continue
        except ClusterError:
            return
