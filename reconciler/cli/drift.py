# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile drift`: what somebody changed on the routers by hand since the last apply."""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Lock

import click

from reconciler.changeset import ChangeSet
from reconciler.cli.confirming import confirm_drift, confirm_options
from reconciler.cli.context import Repo, first_code, print_data, print_lines
from reconciler.cli.forms import FORMATS as PLAN_FORMATS
from reconciler.cli.forms import form_files, html_page, write_forms
from reconciler.cli.monitor import monitored
from reconciler.cli.noticed import noticed
from reconciler.cli.options import format_option, on_option, scope_options
from reconciler.cli.surveying import change_set, known_clients, status_codes
from reconciler.cli.triage import offer
from reconciler.cli.watch import Watch
from reconciler.drift import DRIFT, with_causes
from reconciler.errors import ReconcileError, UsageError
from reconciler.fleet import Fleet
from reconciler.git import tree_at
from reconciler.handmade import issue
from reconciler.planning import RouterPlan
from reconciler.render import Line, text_lines
from reconciler.run import Loaded, Scope, load_repository, make_targets
from reconciler.survey import Actual
from reconciler.traces import with_deeds
from reconciler.work import Target, Work, planner

FORMATS = {"json": PLAN_FORMATS["json"], "junit": PLAN_FORMATS["junit"], "issue": issue}
FILES = FORMATS | {"html": partial(html_page, title="Drift")}


@click.command()
@scope_options
@on_option
@format_option(["text", *FORMATS], "How it is printed.")
@form_files(FILES)
@click.option(
    "--adopt",
    is_flag=True,
    help="Offer the edits of the files that would make the router right, and write them.",
)
@confirm_options
@click.option("--yes", is_flag=True, help="With --adopt: write all that can be, do not ask.")
@click.pass_obj
@monitored("drift")
def drift(
    repo: Repo,
    /,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    on: date | None,
    form: str,
    adopt: bool,
    confirm_runs: int,
    confirm_wait: float,
    yes: bool,
    **files: Path | None,
) -> None:
    """Tell hand-made changes from pending ones. Exits with 2 where there is drift.

    \b
    Example:  reconcile drift --format json
    """
    if (yes and not adopt) or (adopt and form != "text"):
        raise UsageError("--yes goes with --adopt, and --adopt with --format text alone.")
    scope = Scope(routers, zones, clients)
    history = History(repo, scope)
    targets = make_targets(repo.loaded, scope, noticed=noticed(repo, on))
    with Fleet(targets, plan=history.plan) as fleet:
        with Watch(fleet.routers) as watch:
            works = fleet.survey(watch.done)
        history.raise_error()
        known_clients(repo, scope, works)
        confirm_drift(fleet, history.plan, confirm_runs, confirm_wait)
        history.raise_error()
        fleet.each([work for work in works if work.session], _find_deeds)
        changes = change_set(repo, works)
    write_forms(changes, FILES, files)
    if form == "text":
        print_lines(_lines(changes))
    else:
        print_data(FORMATS[form](changes))
    codes = status_codes(works)
    drifted = any(change.cause == DRIFT for _, change in changes.changes)
    if adopt:
        drifted = not offer(repo, changes.plans, history.actuals, on, yes=yes)
    if drifted:
        codes.append(2)
    raise SystemExit(first_code(codes))


def _find_deeds(work: Work) -> None:
    if work.session is not None and work.session.alive:
        work.plan = with_deeds(work.plan, work.session, work.target.endpoint.username)


class History:
    """Plans a router twice: for what is wanted now and for the commit that its state row names.

    `actuals`: what the routers held when they were read last.
    """

    def __init__(self, repo: Repo, scope: Scope) -> None:
        self._repo, self._scope = repo, scope
        self._lock = Lock()
        self._targets: dict[str, dict[str, Target]] = {}
        self._error: ReconcileError | None = None
        self.actuals: dict[str, Actual] = {}

    def plan(self, target: Target, actual: Actual) -> RouterPlan:
        self.actuals[target.router.id] = actual
        now = planner(target, actual)
        if actual.state is None:
            return with_causes(now, None)
        try:
            then = self._at(actual.state.commit).get(target.router.id)
        except ReconcileError as error:
            self._error = error
            return now
        return with_causes(now, planner(replace(then, keep=target.keep), actual) if then else None)

    def raise_error(self) -> None:
        """What went wrong while looking at an older commit; nobody else could be asked then."""
        if self._error:
            raise self._error

    def _at(self, commit: str) -> dict[str, Target]:
        with self._lock:
            if commit not in self._targets:
                with tree_at(self._repo.root, commit) as root:
                    loaded: Loaded = load_repository(root, self._repo.environ)
                    targets = make_targets(loaded, Scope())
                self._targets[commit] = {target.router.id: target for target in targets}
            return self._targets[commit]


def _lines(changes: ChangeSet) -> list[Line]:
    drifted = sum(change.cause == DRIFT for _, change in changes.changes)
    pending = len(changes.changes) - drifted
    title = "Drift" if drifted else "No drift"
    counts = Line("title", f"{drifted} changed by hand, {pending} pending.")
    lines = [line for line in text_lines(changes, title=title) if "Fingerprint" not in line.text]
    return [*lines, counts] if changes.changes else lines
