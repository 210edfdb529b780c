# SPDX-License-Identifier: GPL-3.0-or-later
"""The two halves of a run with --confirm: what routers can undo by themselves, then the rest.

First half: the inverse goes onto each router, the plan is written but for what waits, each router
is read back over a fresh connection. Only when all are proven are the schedulers taken away; then
what waited is written. Imports change, errors, fleet, guards, planning, router, survey, undo, work
and its neighbours.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic

from reconciler.change import Change
from reconciler.confirm.deadman import PREFIX, disarm, install
from reconciler.confirm.script import undo_script
from reconciler.confirm.waiting import before_proof, identity, waiting
from reconciler.errors import Problem, RouterError
from reconciler.fleet import Fleet
from reconciler.guards import Guarded
from reconciler.planning import RouterPlan, narrowed
from reconciler.router import Answer, Session, connect
from reconciler.survey import read_router
from reconciler.undo.record import read_losses, record
from reconciler.work import Logs, Planner, Work

# Who is proven later than this before the end might be undone while it is being confirmed.
MARGIN = 5.0
Planned = Callable[[RouterPlan], None]
_Half = tuple[tuple[Change, ...], dict[int, Answer]]
"""The changes of the first half, and their answers."""


@dataclass
class Confirmation:
    """One run with --confirm. `most`: bytes that a script may have; `planned` is told of plans."""

    run: str
    seconds: int
    most: int
    clock: Callable[[], float] = monotonic
    unproven: dict[str, str] = field(default_factory=dict)
    _armed: dict[str, float] = field(default_factory=dict)
    _waiting: dict[str, set[object]] = field(default_factory=dict)
    _first: dict[str, _Half] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.run}"

    def first_half(self, fleet: Fleet, planned: Planned, log: Logs) -> bool:
        """Whether all of it is proven and confirmed; `unproven` says of each router why not.

        Raises Guarded, before the first write on any router, where a script would be too large.
        """
        plan = fleet.planner
        fleet.plan_with(lambda target, actual: before_proof(plan(target, actual)))
        for work in fleet.works:
            if work.is_ready:
                self._waiting[work.plan.router] = {identity(c) for c in waiting(work.plan)}
                work.plan = before_proof(work.plan)
        scripts = self._scripts(fleet)

        def arm(work: Work, session: Session) -> None:
            begun = self.clock()
            install(session, self.name, scripts[work.plan.router], self.seconds)
            self._armed[work.plan.router] = begun

        fleet.prepare(arm)
        for work in fleet.works:
            planned(work.plan)
        fleet.apply(log=log)
        for work in fleet.works:
            if work.pen:
                self._first[work.plan.router] = work.plan.changes, dict(work.pen.answers)
        return self._prove(fleet)

    def _scripts(self, fleet: Fleet) -> dict[str, str]:
        scripts: dict[str, str] = {}

        def write(work: Work, session: Session) -> None:
            tables = read_losses(session, work.plan.changes)
            undo = record(work.plan, tables, None)
            scripts[work.plan.router] = undo_script(
                undo, tables, self.name, work.target.router.charset
            )

        fleet.prepare(write)
        large = [
            Problem(
                "confirm-too-large",
                f"the inverse of this plan has {len(text.encode())} bytes, and a router is to keep"
                f" no more than {self.most} for --confirm.",
                "Narrow the run with --zone or --client, or raise limits.confirm_bytes",
                router=router,
            )
            for router, text in sorted(scripts.items())
            if len(text.encode()) > self.most
        ]
        if large:
            raise Guarded(large)
        return scripts

    def _prove(self, fleet: Fleet) -> bool:
        works = [work for work in fleet.works if work.plan.router in self._armed]
        fresh: dict[str, Session] = {}
        try:
            for work in works:
                reason = self._proof(work, fleet.planner, fresh)
                if reason:
                    self.unproven[work.plan.router] = reason
            if self.unproven:
                return False
            for work in works:
                self._confirm(work, fresh[work.plan.router])
        finally:
            for session in fresh.values():
                session.close()
        return not self.unproven

    def _proof(self, work: Work, plan: Planner, fresh: dict[str, Session]) -> str | None:
        """Why a router is not proven; None where a new login finds everything as wanted."""
        router = work.plan.router
        try:
            session = fresh[router] = connect(work.target.endpoint)
            left = {work.essence(change) for change in work.left}
            found = plan(work.target, read_router(session)).changes
        except RouterError as error:
            return str(error)
        if [change for change in found if work.essence(change) not in left]:
            return "it is not as wanted"
        if self.clock() - self._armed[router] > self.seconds - MARGIN:
            return "the time was too short"
        return None

    def _confirm(self, work: Work, session: Session) -> None:
        router = work.plan.router
        try:
            if not disarm(session, self.name):
                self.unproven[router] = "it has undone the run by itself"
        except RouterError as error:
            self.unproven[router] = str(error)

    def second_half(self, fleet: Fleet, plan: Planner) -> None:
        """Plan anew what waited, for `fleet.apply` to write."""
        fleet.plan_with(plan)
        for work in fleet.works:
            if work.is_ready and work.session is not None:
                later = self._waiting[work.plan.router]
                try:
                    whole = plan(work.target, read_router(work.session))
                except RouterError as error:
                    work.troubles.append(str(error))
                else:
                    work.plan, _ = narrowed(whole, partial(_is_in, later))

    def count_both(self, fleet: Fleet) -> None:
        """Let the works tell of both halves, once the second is written."""
        for work in fleet.works:
            if work.pen and work.plan.router in self._first:
                changes, answers = self._first[work.plan.router]
                work.pen.answers.update(answers)
                work.plan = replace(work.plan, changes=(*changes, *work.plan.changes))


def _is_in(identities: set[object], change: Change) -> bool:
    return identity(change) in identities
