# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker does with an order: a fleet of one router, with the very steps of a local run.

Every unit reads the router anew before it does anything, so that an order that is carried out a
second time, because the first worker was lost, does only what is missing. Imports changeset,
errors, inventory, lease, pen, phases, plandata, report, router, run, secrets, survey, tidy, undo,
work and its neighbours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconciler.changeset import Stale
from reconciler.errors import FilesError, RouterError
from reconciler.executor.claim import Claim
from reconciler.executor.local import Local
from reconciler.executor.order import Order, Refusal, Report, Unit
from reconciler.executor.questions import QUESTIONS, Question
from reconciler.executor.taking import go_on, same
from reconciler.inventory import Inventory
from reconciler.lease import Held
from reconciler.pen import Silent
from reconciler.phases import make, take_away
from reconciler.plandata import change_data, change_of, plan_data, state_data, state_of
from reconciler.report import problem_data
from reconciler.router import connect
from reconciler.run import Loaded, Scope, make_targets
from reconciler.secrets import Secrets
from reconciler.survey import read_router
from reconciler.tidy import tidying
from reconciler.undo import Seal
from reconciler.work import Target, Work, make_pen, planner

LOOKS = 30
"""How often at most a router is read until it holds still."""


@dataclass(frozen=True)
class Site:
    """What a worker has beside the order: the files, its environment, a name, and patience.

    `root`: below which secret files are; `attempt` makes a word that nobody made before; `pause`
    waits between two looks at a router that may still be busy with what a lost worker sent.
    """

    inventory: Inventory
    environ: Mapping[str, str]
    root: Path
    name: str
    attempt: Callable[[], str]
    pause: Callable[[], None]


def carry(order: Order, site: Site) -> Report:
    """Do what an order says. Never raises for the files, a secret or the router."""
    secrets = Secrets(site.inventory.settings, site.environ, site.root)
    try:
        (target,) = _targets(order, Loaded(site.inventory, secrets, ()))
        claim = Claim(order.of_run.token, site.attempt())
        seal = Seal(secrets.key if secrets.has_key else None)
        plan = tidying if order.of_run.tidy else planner
        if order.unit in (Unit.KEEP, Unit.RELEASE):
            return _redacted(_lease(order, target, claim), secrets.redact)
        with Local([target], seal, plan=plan, take=claim.take) as fleet:
            report = _UNITS[Unit(order.unit)](order, fleet, claim, site)
    except FilesError as error:
        problems = [problem_data(problem) for problem in error.problems]
        report = Report(refusal=[Refusal.FILES.value, problems, site.name])
    except (Held, Stale) as error:
        kind = Refusal.HELD if isinstance(error, Held) else Refusal.STALE
        report = Report(refusal=[kind.value, str(error)])
    return _redacted(report, secrets.redact)


def _targets(order: Order, loaded: Loaded) -> list[Target]:
    run = order.of_run
    scope = Scope((order.router,), run.zones, run.clients)
    return make_targets(loaded, scope, adopt=run.adopt, noticed=run.noticed)


def _plan(_order: Order, fleet: Local, _claim: Claim, _site: Site) -> Report:
    (work,) = fleet.survey()
    return Report(plan=plan_data(work.plan))


def _ask(order: Order, fleet: Local, _claim: Claim, _site: Site) -> Report:
    work = _surveyed(order, fleet)
    answers = fleet.ask(_question(order))
    return Report(plan=plan_data(work.plan), answer=answers.get(order.router))


def _secure(order: Order, fleet: Local, claim: Claim, _site: Site) -> Report:
    work = _surveyed(order, fleet)
    run = order.of_run
    since = datetime.fromisoformat(run.since)
    answers = fleet.secure(run.owner, since, _question(order))
    if work.is_ready:
        work.lease = None  # it stays with the run: the next phase takes it up
    return Report(
        plan=plan_data(work.plan),
        answer=answers.get(order.router),
        attempt=claim.attempt,
        troubles=work.troubles,
    )


def _question(order: Order) -> Question:
    arguments = dict(order.question or {})
    return QUESTIONS[arguments.pop("name")](**arguments)


def _surveyed(order: Order, fleet: Local) -> Work:
    """The router's work with the changes of the order alone. Raises Stale where one is gone."""
    (work,) = fleet.survey()
    if work.is_ready:
        work.keep_only({work.essence(change_of(data)) for data in order.changes})
        if len(work.plan.changes) != len(order.changes):
            raise Stale(
                f"{order.router} changed after it was planned. Nothing was written. Run again."
            )
    return work


def _write(order: Order, fleet: Local, claim: Claim, site: Site) -> Report:
    """One phase of an apply, from wherever an earlier attempt at it was lost."""
    (work,) = fleet.survey()
    if not work.is_ready:
        return Report(lost=work.plan.error or work.plan.status.value, attempt=order.attempt)
    taken_over = False
    if order.changes:
        try:
            taken_over = _take_up(work, order, claim)
            if taken_over:
                _settle(work, fleet, site)
        except (RouterError, Held) as error:
            return Report(lost=str(error), attempt=order.attempt)
    answers = go_on(work, order)
    work.pen = make_pen(work, Silent())
    work.pen.answers.update(answers)
    _phase(order, fleet, work)
    report = _report(order, work, claim)
    report.taken_over = taken_over
    if not order.last:
        work.lease = None
    return report


def _take_up(work: Work, order: Order, claim: Claim) -> bool:
    """Whether an earlier attempt at this very order had the lease, or it was gone."""
    assert work.session is not None
    run = order.of_run
    since = datetime.fromisoformat(run.since)
    work.lease, before = claim.take_up(work.session, run.owner, since)
    return before != order.attempt


def _settle(work: Work, fleet: Local, site: Site) -> None:
    """Plan anew until two looks are alike: what a lost worker sent may still be carried out."""
    assert work.session is not None
    for _ in range(LOOKS):
        before = work.plan
        site.pause()
        if work.lease:
            work.lease.keep()
        work.plan = fleet.planner(work.target, read_router(work.session))
        if same(before, work.plan):
            return


def _phase(order: Order, fleet: Local, work: Work) -> None:
    if order.unit == Unit.MAKE:
        make(work)
    elif order.unit == Unit.TAKE:
        take_away(work, {router: set(marks) for router, marks in order.standing.items()})
    if order.last:
        fleet.finish(work, state_of(order.commit))
    elif order.look:
        fleet.read_back(work)


def _report(order: Order, work: Work, claim: Claim) -> Report:
    numbers = {id(change): number for number, change in enumerate(work.plan.changes)}
    known = work.pen.answers if work.pen else {}
    return Report(
        attempt=claim.attempt if order.changes else None,
        answers=[
            [numbers[one], answer.state.value, answer.message]
            for one, answer in known.items()
            if one in numbers
        ],
        ended=[number for number, one in enumerate(work.plan.sessions) if id(one) in work.ended],
        owed=[[numbers[id(change)], reason] for change, reason in work.owed],
        lingering=[[one.kind.value, one.client, one.reason] for one in work.lingering],
        troubles=work.troubles,
        remaining=[change_data(order.router, change) for change in work.remaining],
        verified=work.verified,
        state=state_data(work.state),
    )


def _lease(order: Order, target: Target, claim: Claim) -> Report:
    """Renew the run's lease while its router waits for others, or give it back."""
    try:
        with connect(target.endpoint) as session:
            (claim.renew if order.unit == Unit.KEEP else claim.release)(session)
    except RouterError as error:
        return Report(lost=str(error))
    return Report()


def _redacted(report: Report, redact: Callable[[str], str]) -> Report:
    """No text of a router or of an error holds a secret."""
    report.troubles = [redact(text) for text in report.troubles]
    report.lingering = [[kind, client, redact(why)] for kind, client, why in report.lingering]
    report.lost = report.lost and redact(report.lost)
    report.answers = [
        [number, state, message and redact(message)] for number, state, message in report.answers
    ]
    if report.plan:
        report.plan["error"] = report.plan["error"] and redact(report.plan["error"])
        for problem in report.plan["problems"]:
            problem["message"] = redact(problem["message"])
    return report


_UNITS: dict[Unit, Callable[[Order, Local, Claim, Site], Report]] = {
    Unit.PLAN: _plan,
    Unit.ASK: _ask,
    Unit.SECURE: _secure,
    Unit.MAKE: _write,
    Unit.TAKE: _write,
    Unit.LOOK: _write,
}
