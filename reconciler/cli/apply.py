# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile apply`: do what was planned, then read back and say what is not as wanted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from reconciler import __version__
from reconciler.changeset import ChangeSet, PlanFile
from reconciler.cli.carrying import carry_out, check_limits, check_lockout
from reconciler.cli.chosen import keep_only_open, keep_only_reviewed, read_plan_file
from reconciler.cli.context import Repo, confirm, print_lines, say
from reconciler.cli.executing import check_executor, executor_for, executor_options
from reconciler.cli.monitor import monitored
from reconciler.cli.noticed import noticed
from reconciler.cli.options import (
    adopt_option,
    allow_options,
    format_option,
    lockout_option,
    on_option,
    plan_file_argument,
    scope_options,
    tidy_option,
    window_option,
    yes_option,
)
from reconciler.cli.policies import check_policies, judged, policy_option
from reconciler.cli.surveying import change_set, known_clients, tell_ages
from reconciler.cli.watch import watched
from reconciler.cli.waves import in_waves, waves_asked, waves_option
from reconciler.cli.windows import check_windows
from reconciler.errors import ReconcileError, UsageError
from reconciler.executor import Executor
from reconciler.fleet import PARALLEL, Fleet
from reconciler.git import head_commit
from reconciler.guards import Allow
from reconciler.models import AT_ONCE
from reconciler.rehearse import is_wrong, rehearsal_lines
from reconciler.rehearse import rehearse as rehearse_works
from reconciler.render import text_lines
from reconciler.resume import LAST, OpenRun, read_run, resume_lines
from reconciler.review import check_expected
from reconciler.run import Scope
from reconciler.state import State
from reconciler.tidy import is_tidied, tidying
from reconciler.unfinished import read_unfinished
from reconciler.wording import counted
from reconciler.work import Planner, Work, planner


@click.command()
@plan_file_argument
@scope_options
@on_option
@adopt_option
@tidy_option
@click.option("--rehearse", is_flag=True, help="First on a copy of each router; stop if refused.")
@yes_option
@allow_options
@click.option(
    "--resume",
    is_flag=False,
    flag_value=LAST,
    metavar="[RUN]",
    help="Only what the last journaled run, or RUN, left open.",
)
@lockout_option
@window_option
@policy_option
@waves_option
@click.option(
    "--confirm",
    "confirm_within",
    type=click.IntRange(20, 86_400),
    metavar="SECONDS",
    help="Routers undo the run by themselves unless it is proven within this time.",
)
@click.option("--expect", metavar="FINGERPRINT", help="Refuse any other change set (exit 6).")
@format_option(text="json: the events of the journal, one a line, as they happen.")
@click.option(
    "--parallel",
    type=click.IntRange(1, 512),
    default=PARALLEL,
    show_default=True,
    metavar="N",
    help="At most so many routers at once.",
)
@executor_options
@click.pass_obj
@monitored("apply")
def apply(
    repo: Repo,
    /,
    planfile: Path | None,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    on: date | None,
    adopt: bool,
    tidy: bool,
    rehearse: bool,
    yes: bool,
    resume: str | None,
    expect: str | None,
    form: str,
    parallel: int,
    allow_lockout: bool,
    override_window: str | None,
    allowed: tuple[str, ...],
    waves: str | int | None,
    confirm_within: int | None,
    executor: str,
    scheduler: str | None,
    **allow: int | None,
) -> None:
    """Make the routers hold what the files say; with PLANFILE exactly the changes in it.

    \b
    Examples:  reconcile apply --yes
               reconcile plan --out change.plan && reconcile apply change.plan
    """
    scope = Scope(routers, zones, clients)
    if resume and (planfile or scope != Scope()):
        raise UsageError("--resume goes on with a whole run: give no plan file and no narrowing.")
    asked = {"--rehearse": rehearse, "--confirm": confirm_within}
    check_executor(executor, scheduler, [name for name, value in asked.items() if value])
    waves = waves_asked(repo, waves, executor)
    if confirm_within and waves != AT_ONCE:
        raise UsageError("--confirm proves all routers together: add --waves none.")
    chosen = read_run(repo.root, resume) if resume else read_plan_file(repo, planfile)
    adopt = adopt or (chosen is not None and chosen.adopts)
    tidy = tidy or (chosen is not None and is_tidied(chosen.entries))
    resumed = chosen if isinstance(chosen, OpenRun) else None
    if resumed:
        open_scope = _open_scope(repo, resumed)
        if open_scope is None:
            print_lines(resume_lines(resumed, []))
            return
        scope = open_scope
    with executor_for(
        repo,
        scope,
        scheduler,
        adopt=adopt,
        tidy=tidy,
        noticed=noticed(repo, on),
        parallel=parallel,
    ) as fleet:
        works = _surveyed(repo, fleet, scope, chosen, expect)

        def checked() -> ChangeSet:
            changes = change_set(repo, works)
            check_limits(repo, works, Allow(**allow))
            check_policies(judged(repo, changes, on), allowed)
            return changes

        with _shown(repo, form) as show:
            changes = check_lockout(fleet, allow_lockout, checked)
            if rehearse or override_window or not yes:
                show()
            override = check_windows(repo, works, override_window)
            if rehearse:
                _rehearse(works, tidying if tidy else planner)
            if not changes.is_empty:
                confirm(f"Apply {counted(len(changes.changes), 'change')}?", yes)
            state = _state(repo, on, overrides=override is not None)
            code = carry_out(
                repo,
                fleet,
                state,
                whole=scope.is_whole,
                stream=form == "json",
                resumes=resumed.run if resumed else None,
                confirm_within=confirm_within,
                waves=in_waves(repo, fleet, waves, override) if isinstance(fleet, Fleet) else None,
                override=override,
                ends_earlier=scope.is_whole and not isinstance(chosen, PlanFile),
                before=show,
            )
        if state is None and scope.is_whole:
            _tell_unnoted(repo, works)
    raise SystemExit(code)


@contextmanager
def _shown(repo: Repo, form: str) -> Iterator[Callable[[], None]]:
    """What shows the plan, once; if nobody asked before, it is shown when the run is stopped."""
    left = [form] if form == "text" else []

    def show() -> None:
        while left:
            left.clear()
            if repo.seen.changes:
                print_lines(text_lines(repo.seen.changes))

    try:
        yield show
    finally:
        show()


def _open_scope(repo: Repo, run: OpenRun) -> Scope | None:
    """The routers on which a run left something open; None where there is nothing."""
    unfinished = {one.router for one in read_unfinished(repo.root)}
    if not (run.open or unfinished):
        return None
    known = unfinished & set(repo.loaded.inventory.routers)
    return Scope(routers=tuple(sorted({*run.routers, *known})))


def _surveyed(
    repo: Repo,
    fleet: Executor,
    scope: Scope,
    chosen: PlanFile | OpenRun | None,
    expect: str | None,
) -> list[Work]:
    """The routers as they are, and of all that would be done what a file or a run chooses."""
    works = watched(fleet)
    tell_ages(repo, works)
    known_clients(repo, scope, works)
    if expect is not None:
        check_expected(change_set(repo, works), expect)
    if isinstance(chosen, PlanFile):
        keep_only_reviewed(works, chosen)
    elif chosen:
        keep_only_open(repo, works, chosen)
    return works


def _tell_unnoted(repo: Repo, works: list[Work]) -> None:
    """Who works without git is not told after each apply what it would be good for."""
    if head_commit(repo.root) and any(work.verified for work in works):
        say(
            "No commit was noted on the routers: these files are not those of a commit. Commit"
            " them and apply again, so that `drift` and `status` know what was applied.",
            "yellow",
        )


def _rehearse(works: list[Work], planned: Planner) -> None:
    rehearsal = rehearse_works(works, planned)
    if is_wrong(rehearsal):
        print_lines(rehearsal_lines(rehearsal))
        raise ReconcileError("The rehearsal went wrong. Nothing was written to a router.")


def _state(repo: Repo, on: date | None, *, overrides: bool) -> State | None:
    if repo.commit is None:
        return None
    return State(repo.commit, repo.today(on), __version__, overrides=overrides)
