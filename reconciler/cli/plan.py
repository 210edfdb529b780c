# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile plan`: what would change, and nothing written."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

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
from reconciler.cli.executing import check_executor, executor_for, executor_options
from reconciler.cli.monitor import monitored
from reconciler.cli.noticed import noticed
from reconciler.cli.policies import judged
from reconciler.cli.previewed import previewed
from reconciler.cli.watch import Watch
from reconciler.effects import effects_of
from reconciler.errors import UsageError
from reconciler.journal import last_reached
from reconciler.planning import RouterPlan, Status
from reconciler.render import markdown, text_lines
from reconciler.run import Scope, check_clients, routers_in
from reconciler.shards import Part, Shard, hash_of, part_data
from reconciler.wording import ago
from reconciler.work import Work

Command = Callable[..., None]

FORMATS: dict[str, Callable[[ChangeSet], str]] = {
    "markdown": markdown,
    "json": lambda changes: json.dumps(to_json(changes), indent=1),
    "junit": machine.junit,
    "terraform": machine.terraform,
}


def html_page(changes: ChangeSet, title: str = "Plan") -> str:
    from reconciler.page import plan_page  # noqa: PLC0415 - only who wants a page waits for jinja2

    return plan_page(changes, title)


FILES = {form: FORMATS[form] for form in ("markdown", "junit", "terraform")} | {"html": html_page}


def form_files(forms: Iterable[str]) -> Callable[[Command], Command]:
    """`--markdown FILE` and the like: also write that form, of the same reading, to a file."""

    def add(command: Command) -> Command:
        for form in reversed(list(forms)):
            command = click.option(
                f"--{form}",
                type=click.Path(path_type=Path, dir_okay=False, writable=True),
                help=f"Also write it as {form} to a file.",
            )(command)
        return command

    return add


def report_options(command: Command) -> Command:
    """How a plan is shown and kept: `--format`, `--out` and others, `--detailed-exitcode`."""
    for option in (
        click.option(
            "--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes."
        ),
        click.option(
            "--out",
            "file",
            type=click.Path(path_type=Path, dir_okay=False, writable=True),
            help="Write the plan to a file that `apply` carries out exactly.",
        ),
        form_files(FILES),
        click.option(
            "--format",
            "form",
            type=click.Choice(["text", *FORMATS]),
            default="text",
            show_default=True,
        ),
    ):
        command = option(command)
    return command


def write_forms(
    changes: ChangeSet,
    forms: Mapping[str, Callable[[ChangeSet], str]],
    files: Mapping[str, Path | None],
) -> None:
    for form, file in files.items():
        if file is not None:
            file.write_text(f"{forms[form](changes)}\n", encoding="utf-8")


@click.command()
@scope_options
@on_option
@click.option("--adopt", is_flag=True, help="Take over rows without our mark that hold a key.")
@tidy_option
@click.option(
    "--shard",
    metavar="N/M",
    callback=lambda _ctx, _param, value: Shard.parse(value) if value else None,
    help="Only the N-th of M parts of the routers; `merge` puts their files together.",
)
@click.option(
    "--base",
    metavar="REV",
    help="Without routers: what these files want other than those where HEAD left REV.",
)
@report_options
@executor_options
@click.pass_obj
@monitored("plan")
def plan(
    repo: Repo,
    /,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    on: date | None,
    adopt: bool,
    tidy: bool,
    shard: Shard | None,
    base: str | None,
    form: str,
    file: Path | None,
    detailed_exitcode: bool,
    executor: str,
    scheduler: str | None,
    **files: Path | None,
) -> None:
    """Show what would change on the routers. Nothing is written to them.

    \b
    Example:  reconcile plan --router rb-norte --out change.plan
    """
    check_executor(executor, scheduler)
    scope = Scope(routers, zones, clients, shard)
    if base is not None:
        if adopt or tidy or shard or file or scheduler:
            raise UsageError(
                "--base asks no router: leave --adopt, --tidy, --shard, --out, --scheduler."
            )
        changes = judged(repo, previewed(repo, scope, base), on)
        report(repo, changes, files, form=form, file=None, detailed_exitcode=detailed_exitcode)
    reminded = noticed(repo, on)
    with executor_for(repo, scope, scheduler, adopt=adopt, tidy=tidy, noticed=reminded) as fleet:
        with Watch(fleet.routers) as watch:
            works = fleet.survey(watch.done)
        tell_ages(repo, works)
        known_clients(repo, scope, works)
        changes = change_set(repo, works)
    more = None
    if shard and file:
        asked = [adopt, tidy, sorted(reminded), zones, clients]
        whole = routers_in(replace(scope, shard=None), repo.loaded.inventory)
        more = part_data(changes, Part(shard, tuple(one.id for one in whole), hash_of(asked)))
    changes = judged(repo, changes, on)
    report(
        repo, changes, files, form=form, file=file, detailed_exitcode=detailed_exitcode, more=more
    )


def report(
    repo: Repo,
    changes: ChangeSet,
    files: Mapping[str, Path | None],
    *,
    form: str,
    file: Path | None,
    detailed_exitcode: bool,
    more: Mapping[str, Any] | None = None,
) -> NoReturn:
    """Keep and show a plan, and end with its exit code.

    `files`: what else to write, by form; `more` goes into the plan file.
    """
    if file:
        sign = repo.loaded.secrets.fingerprint
        file.write_text(plan_file_text(changes, sign, more), encoding="utf-8")
    write_forms(changes, FILES, files)
    if form == "text":
        print_lines(text_lines(changes))
    else:
        print_data(FORMATS[form](changes))
    codes = plan_codes(changes.plans)
    if any(problem.is_error for problem in changes.denials):
        codes.append(1)
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
    if not scope.shard and all(work.plan.status is not Status.UNREACHABLE for work in works):
        found = [change for work in works for change in work.plan.changes]
        check_clients(scope, repo.loaded.inventory, found)


def change_set(repo: Repo, works: list[Work]) -> ChangeSet:
    plans = tuple(work.plan for work in works)
    repo.seen.changes = ChangeSet(
        plans,
        commit=repo.commit,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        problems=repo.loaded.problems,
        effects=effects_of(plans, repo.loaded.inventory),
    )
    return repo.seen.changes


def status_codes(works: list[Work]) -> list[int]:
    """Those of the plans of works."""
    return plan_codes(work.plan for work in works)


def plan_codes(plans: Iterable[RouterPlan]) -> list[int]:
    """3 for routers that are away, 1 for conflicts and refusals."""
    codes: list[int] = []
    for plan in plans:
        if plan.status is Status.UNREACHABLE:
            codes.append(1 if any(p.is_error for p in plan.problems) else 3)
        elif plan.status is Status.CONFLICT:
            codes.append(1)
    return codes
