# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile undo`: take an earlier run back, planned and applied like any other change set."""

import click

from reconciler.apply import remove_state, write_state
from reconciler.cli.carrying import carry_out, check_limits, check_lockout
from reconciler.cli.context import Repo, confirm, first_code, print_lines
from reconciler.cli.executing import seal_of
from reconciler.cli.options import allow_options, lockout_option, window_option, yes_option
from reconciler.cli.surveying import change_set, status_codes
from reconciler.cli.windows import check_windows
from reconciler.errors import Problem, ReconcileError, RouterError
from reconciler.executor import Local
from reconciler.guards import Allow
from reconciler.planning import RouterPlan
from reconciler.render import Line, text_lines
from reconciler.router import AnswerState
from reconciler.run import Scope, make_targets
from reconciler.state import STATE_LIST, parse_state
from reconciler.survey import Actual
from reconciler.undo import RouterUndo, UndoFile, last_undo, read_undo, undo_plan
from reconciler.wording import counted
from reconciler.work import Target, Work

_NOTHING = "Nothing to undo: the routers are as they were before the run."


@click.command()
@click.argument("run", required=False)
@yes_option
@allow_options
@lockout_option
@window_option
@click.pass_obj
def undo(
    repo: Repo,
    /,
    run: str | None,
    yes: bool,
    allow_lockout: bool,
    override_window: str | None,
    **allow: int | None,
) -> None:
    """Take back what RUN did; without RUN the last run that was no undo itself.

    A row that somebody changed since is a conflict: nothing is undone on its router.

    \b
    Examples:  reconcile undo
               reconcile undo 20261106T030405Z-1f2e3d --yes
    """
    kept = _kept(repo, run)
    targets = _targets(repo, kept)

    def plan(target: Target, actual: Actual) -> RouterPlan:
        return undo_plan(target, actual, kept.routers[target.router.id])

    with Local(targets, seal_of(repo), plan=plan) as fleet:
        works = fleet.survey()

        def show_and_check() -> None:
            print_lines([Line("title", f"Undo of the run {kept.run}, {kept.created}")])
            print_lines(text_lines(change_set(repo, works), title="Undo", nothing=_NOTHING))
            check_limits(repo, works, Allow(**allow))

        check_lockout(fleet, allow_lockout, show_and_check)
        override = check_windows(repo, works, override_window)
        codes = status_codes(works)
        if any(work.is_ready and work.plan.changes for work in works):
            confirm(f"Undo {counted(_count(works), 'change')}?", yes)
            codes.append(carry_out(repo, fleet, undoes=kept.run, override=override))
        for work in works:
            _restore_state(work, kept.routers[work.plan.router])
        codes += _lost_codes(works)
    raise SystemExit(first_code(codes))


def _kept(repo: Repo, run: str | None) -> UndoFile:
    name = run or last_undo(repo.root)
    if name is None:
        raise ReconcileError("There is nothing to undo: no run was kept in .reconcile/undo.")
    return read_undo(repo.root, name, seal_of(repo))


def _targets(repo: Repo, kept: UndoFile) -> list[Target]:
    """The routers of the run; one that no file names any more cannot be reached."""
    unknown = sorted(set(kept.routers) - set(repo.loaded.inventory.routers))
    if unknown:
        names = ", ".join(unknown)
        raise ReconcileError(
            f"The run wrote to {names}, which no file names any more. Nothing was written."
            " Put its file back into inventory/routers to undo the run."
        )
    return make_targets(repo.loaded, Scope(tuple(kept.routers)))


def _count(works: list[Work]) -> int:
    return sum(len(work.plan.changes) for work in works if work.is_ready)


def _restore_state(work: Work, kept: RouterUndo) -> None:
    """The commit noted on the router goes back too, where it is still the one of the run."""
    state = work.state if work.verified else work.plan.state
    session = work.session if work.may_write else None
    undone = work.is_ready and not work.plan.problems and (work.verified or not work.plan.changes)
    if not undone or work.remaining or session is None or state is None:
        return
    if state.comment != kept.state_after or kept.state_after == kept.state_before:
        return
    before = parse_state([{"list": STATE_LIST, "comment": kept.state_before or "", ".id": ""}])
    try:
        if before:
            write_state(session, state, before)
        elif state.row_id:
            work.troubles += remove_state(session, [state.row_id])
    except RouterError as error:
        work.troubles.append(str(error))


def _lost_codes(works: list[Work]) -> list[int]:
    """What could not be restored makes the undo one in part."""
    lost = any(_is_lost(problem) for work in works for problem in work.plan.problems)
    written = any(work.count(AnswerState.DONE) for work in works)
    return [5 if written else 1] if lost else []


def _is_lost(problem: Problem) -> bool:
    return problem.code == "cannot-restore"
