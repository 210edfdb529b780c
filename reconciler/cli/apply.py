# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile apply`: do what was planned, then read back and say what is not as wanted."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from reconciler import __version__
from reconciler.changeset import ChangeSet, PlanFile, Stale, change_json, essence
from reconciler.cli.context import (
    Repo,
    allow_options,
    confirm,
    first_code,
    on_option,
    print_lines,
    say,
    scope_options,
)
from reconciler.cli.plan import change_set, status_codes
from reconciler.fleet import PARALLEL, Fleet, Work
from reconciler.guards import Allow, Guarded, check
from reconciler.outcome import outcome_codes, outcome_lines
from reconciler.render import describe, summary_text, text_lines
from reconciler.run import Scope, limits_of_routers, make_targets
from reconciler.state import State


@click.command()
@click.argument(
    "planfile", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@scope_options
@on_option
@click.option("--adopt", is_flag=True, help="Take over rows without our mark that hold a key.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@allow_options
@click.option("--expect", metavar="FINGERPRINT", help="Refuse any other change set (exit 6).")
@click.option("--parallel", type=click.IntRange(1, 512), default=PARALLEL, show_default=True)
@click.pass_obj
def apply(
    repo: Repo,
    /,
    planfile: Path | None,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    on: date | None,
    adopt: bool,
    yes: bool,
    expect: str | None,
    parallel: int,
    **allow: int | None,
) -> None:
    """Make the routers hold what the files say; with PLANFILE exactly the changes in it.

    \b
    Examples:  reconcile apply --yes
               reconcile plan --out change.plan && reconcile apply change.plan
    """
    scope = Scope(routers, zones, clients)
    reviewed = PlanFile.parse(planfile.read_text(encoding="utf-8")) if planfile else None
    adopt = adopt or (reviewed is not None and reviewed.adopts)
    targets = make_targets(repo.loaded, scope, adopt=adopt)
    with Fleet(targets, parallel=parallel) as fleet:
        works = fleet.survey()
        changes = change_set(repo, works)
        _check_expected(changes, expect)
        left = _choose(works, reviewed) if reviewed else []
        chosen = sum(len(work.chosen) for work in works)
        print_lines(text_lines(changes))
        if left:
            say(f"{len(left)} more differences are not in the plan file and are left:")
            for line in left:
                say(f"  {line}")
        check_limits(repo, works, Allow(**allow))
        if chosen:
            confirm(f"Apply {chosen} changes?", yes)
        whole = scope.is_whole and not left
        fleet.apply(_state(repo, on), whole=whole, on_write=_progress)
        print_lines(outcome_lines(works))
        raise SystemExit(first_code([*status_codes(works), *outcome_codes(works)]))


def check_limits(repo: Repo, works: list[Work], allow: Allow) -> None:
    """Raises Guarded where what is chosen goes beyond a limit on any router."""
    inventory = repo.loaded.inventory
    problems = check(
        [(work.plan, work.chosen) for work in works],
        limits_of_routers(inventory),
        inventory.settings.limits,
        allow,
    )
    if problems:
        raise Guarded(problems)


def _check_expected(changes: ChangeSet, expect: str | None) -> None:
    if expect and expect != changes.fingerprint:
        raise Stale(
            f"The change set is not the one that was reviewed. Expected {expect}, now it is"
            f" {changes.fingerprint} ({summary_text(changes)}) Nothing was written."
            " Review the new plan."
        )


def _choose(works: list[Work], reviewed: PlanFile) -> list[str]:
    """Keep of each router's changes those that were reviewed; what is left, as text.

    Raises Stale where a reviewed change is not what would be done now.
    """
    wanted = {essence(entry) for entry in reviewed.entries}
    notices = {essence(entry) for entry in reviewed.notices}
    left: list[str] = []
    for work in works:
        entries = {
            essence(change_json(work.plan.router, change)): change for change in work.plan.changes
        }
        work.chosen = tuple(c for key, c in entries.items() if key in wanted | notices)
        left += [
            f"{work.plan.router}: {change.action.value} {describe(change)}"
            for key, change in entries.items()
            if key not in wanted | notices
        ]
        wanted -= entries.keys()
    away = {work.plan.router for work in works if not work.is_ready}
    stale = [
        entry
        for entry in reviewed.entries
        if essence(entry) in wanted and entry["router"] not in away
    ]
    if stale:
        raise Stale(_stale_text(stale, left))
    return left


def _stale_text(stale: Sequence[object], left: list[str]) -> str:
    shown = "\n".join(f"  reviewed: {_entry_text(entry)}" for entry in stale[:10])
    now = "\n".join(f"  now: {line}" for line in left[:10])
    return (
        f"The plan file is no longer true: {len(stale)} of its changes are not what would be done"
        f" now. Nothing was written.\n{shown}\n{now}".rstrip()
        + "\nMake a new plan and review it."
    )


def _entry_text(entry: object) -> str:
    assert isinstance(entry, dict)
    key = " ".join(str(part) for part in entry["key"].values())
    name = f"{entry['router']}: {entry['action']} {entry['path']} {key}"
    return f"{name} {entry['before']} → {entry['after']}"


def _state(repo: Repo, on: date | None) -> State | None:
    return State(repo.commit, repo.today(on), __version__) if repo.commit else None


def _progress(work: Work) -> None:
    done = sum(answer.state.value == "done" for answer in work.written.answers.values())
    if work.chosen:
        say(f"{work.plan.router}: {done} of {len(work.chosen)} written")
