# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile doctor`: why a suspended client still browses, and what else is wrong."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from reconciler.cli.context import Repo, first_code, print_data, print_lines, say
from reconciler.cli.noticed import noticed
from reconciler.cli.options import format_option, router_argument
from reconciler.cli.surveying import status_codes
from reconciler.doctor import Case, examine
from reconciler.doctor.read import Seen, read_more
from reconciler.errors import Problem
from reconciler.fleet import Fleet
from reconciler.planning import RouterPlan
from reconciler.render import Line
from reconciler.report import count, problem_data
from reconciler.run import Scope, make_targets
from reconciler.survey import Actual
from reconciler.wording import printable
from reconciler.work import Target, Work, planner


@click.command()
@router_argument
@format_option()
@click.pass_obj
def doctor(repo: Repo, router: str, form: str) -> None:
    """Look for what lets suspended clients of ROUTER browse, and for what else is wrong.

    Nothing is written. Exits with 2 where something was found.

    \b
    Example:  reconcile doctor rb-norte
    """
    held: list[Actual] = []

    def plan(target: Target, actual: Actual) -> RouterPlan:
        held.append(actual)
        return planner(target, actual)

    targets = make_targets(repo.loaded, Scope((router,)), noticed=noticed(repo))
    with Fleet(targets, plan=plan) as fleet:
        [work] = fleet.survey()
        if work.session is None:
            say(f"{router}: {work.plan.error}", "bold red")
            raise SystemExit(first_code(status_codes([work])))
        seen = read_more(work.session, work.target.router.connections.maximum)
    case = _case(repo, work, held[-1], seen)
    found = examine(case)
    if form == "json":
        data = {
            "router": router,
            "version": work.plan.version,
            "suspended": len(case.suspended),
            "unseen": list(seen.refused),
            "problems": [problem_data(problem) for problem in found],
        }
        print_data(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        print_lines(_lines(case, found, seen))
    raise SystemExit(2 if found else 0)


def _case(repo: Repo, work: Work, actual: Actual, seen: Seen) -> Case:
    inventory = repo.loaded.inventory
    router = work.target.router
    now = datetime.now(UTC)
    subs = [sub for sub in inventory.by_router.get(router.id, ()) if sub.has_rows]
    local = now.astimezone(ZoneInfo(inventory.settings.timezone))
    offset = local.utcoffset() or timedelta(0)
    return Case(router, subs, actual, work.plan, now, offset, seen.more, seen.connections)


def _lines(case: Case, found: Sequence[Problem], seen: Seen) -> Iterator[Line]:
    suspended = f"{len(case.suspended)} of {len(case.subs)} services suspended"
    head = f"{case.router.id} · RouterOS {case.plan.version} · {suspended}"
    yield Line("title", printable(head))
    for problem in found:
        kind = problem.severity.value
        yield Line(kind, printable(f"{kind} {problem.code}: {problem.message}"))
        if problem.hint:
            yield Line("plain", printable(f"  mend: {problem.hint}"))
    if seen.refused:
        yield Line("source", f"Not looked at, for want of rights: {', '.join(seen.refused)}")
    yield Line("title", f"{count(found)}." if found else "Nothing is wrong.")
