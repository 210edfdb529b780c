# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile plan`: what would change, and nothing written."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click

from reconciler import machine
from reconciler.changeset import ChangeSet, plan_file_text, to_json
from reconciler.cli.context import (
    Repo,
    first_code,
    on_option,
    print_data,
    print_lines,
    scope_options,
    tidy_option,
)
from reconciler.cli.noticed import noticed
from reconciler.cli.watch import Watch
from reconciler.fleet import Fleet
from reconciler.journal import last_reached
from reconciler.planning import Status
from reconciler.render import markdown, text_lines
from reconciler.run import Scope, check_clients, make_targets
from reconciler.tidy import tidying
from reconciler.wording import ago
from reconciler.work import Work, planner

FORMATS: dict[str, Callable[[ChangeSet], str]] = {
    "markdown": markdown,
    "json": lambda changes: json.dumps(to_json(changes), indent=1),
    "junit": machine.junit,
    "terraform": machine.terraform,
}


@click.command()
@scope_options
@on_option
@click.option("--adopt", is_flag=True, help="Take over rows without our mark that hold a key.")
@tidy_option
@click.option(
    "--format", "form", type=click.Choice(["text", *FORMATS]), default="text", show_default=True
)
@click.option(
    "--out",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write the plan to a file that `apply` carries out exactly.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@click.pass_obj
def plan(
    repo: Repo,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    on: date | None,
    adopt: bool,
    tidy: bool,
    form: str,
    file: Path | None,
    detailed_exitcode: bool,
) -> None:
    """Show what would change on the routers. Nothing is written to them.

    \b
    Example:  reconcile plan --router rb-norte --out change.plan
    """
    scope = Scope(routers, zones, clients)
    targets = make_targets(repo.loaded, scope, adopt=adopt, noticed=noticed(repo, on))
    with Fleet(targets, plan=tidying if tidy else planner) as fleet:
        with Watch(fleet.routers) as watch:
            works = fleet.survey(watch.done)
        tell_ages(repo, works)
        known_clients(repo, scope, works)
        changes = change_set(repo, works)
    if file:
        sign = repo.loaded.secrets.fingerprint
        file.write_text(plan_file_text(changes, sign), encoding="utf-8")
    if form == "text":
        print_lines(text_lines(changes))
    else:
        print_data(FORMATS[form](changes))
    codes = status_codes(works)
    if detailed_exitcode and not changes.is_empty:
        codes.append(2)
    raise SystemExit(first_code(codes))


def tell_ages(repo: Repo, works: list[Work]) -> None:
    """Add to what is said of a router that is away when a run here last reached it."""
    now = datetime.now(UTC)
    for work in works:
        if work.plan.status is Status.UNREACHABLE:
            reached = last_reached(repo.root, work.plan.router)
            age = (
                f"Last reached {ago(now - reached)} ago." if reached else "Never reached from here."
            )
            work.plan = replace(work.plan, error=f"{work.plan.error} {age}")


def known_clients(repo: Repo, scope: Scope, works: list[Work]) -> None:
    """Raises UsageError for a client that nothing knows, once every router has been asked."""
    if all(work.plan.status is not Status.UNREACHABLE for work in works):
        found = [change for work in works for change in work.plan.changes]
        check_clients(scope, repo.loaded.inventory, found)


def change_set(repo: Repo, works: list[Work]) -> ChangeSet:
    return ChangeSet(
        tuple(work.plan for work in works),
        commit=repo.commit,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        problems=repo.loaded.problems,
    )


def status_codes(works: list[Work]) -> list[int]:
    """3 for routers that are away, 1 for conflicts and refusals."""
    codes: list[int] = []
    for work in works:
        if work.plan.status is Status.UNREACHABLE:
            codes.append(1 if any(p.is_error for p in work.plan.problems) else 3)
        elif work.plan.status is Status.CONFLICT:
            codes.append(1)
    return codes
