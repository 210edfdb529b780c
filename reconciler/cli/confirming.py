# SPDX-License-Identifier: GPL-3.0-or-later
"""`drift --confirm-runs`: real drift from a flapping read, or from a person who is just working.

May import anything.
"""

import re
from collections.abc import Sequence
from time import sleep

import click

from reconciler.cli.context import say
from reconciler.cli.options import together
from reconciler.drift import DRIFT, only_drift
from reconciler.errors import RouterError
from reconciler.fleet import Fleet
from reconciler.planning import narrowed
from reconciler.survey import read_router
from reconciler.wording import counted
from reconciler.work import Planner, Work, failed_plan, revive, with_live_sessions


def _seconds(_ctx: click.Context, _param: click.Parameter, text: str) -> float:
    """`30s`, `5m`, `1h`, or seconds."""
    match = re.fullmatch(r"(\d{1,5})([smh]?)", text)
    if match is None:
        raise click.BadParameter(f"{text} is no time: write it as 30s or 5m.")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


confirm_options = together(
    click.option(
        "--confirm-runs",
        type=click.IntRange(0, 100),
        default=0,
        metavar="N",
        help="Read N times more, and tell only what is there every time.",
    ),
    click.option(
        "--confirm-wait",
        callback=_seconds,
        default="30s",
        show_default=True,
        metavar="TIME",
        help="How long to wait before each of them.",
    ),
)


def confirm_drift(fleet: Fleet, plan: Planner, runs: int, wait: float) -> None:
    """Read the routers with drift again; what is not there every time is told of no more."""
    first = _drifts(fleet.works)

    def again(work: Work) -> None:
        seen = {work.essence(one) for one in work.plan.changes if one.cause == DRIFT}
        try:
            session = revive(work)
            found = plan(work.target, read_router(session))
            found = with_live_sessions(found, session)
        except RouterError as error:
            work.plan = failed_plan(work.target.router.id, error)
            return
        work.plan, _ = narrowed(found, lambda c: c.cause != DRIFT or work.essence(c) in seen)

    for _ in range(runs):
        works = [work for work in fleet.works if only_drift(work.plan).changes]
        if not works:
            break
        sleep(wait)
        fleet.each(works, again)
    if gone := first - _drifts(fleet.works):
        say(f"{counted(gone, 'change')} by hand did not stay as it was read first: not told.")


def _drifts(works: Sequence[Work]) -> int:
    return sum(len(only_drift(work.plan).changes) for work in works)
