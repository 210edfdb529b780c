# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile plan`: what would change, and nothing written."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from reconciler.cli.context import Repo
from reconciler.cli.executing import check_executor, executor_for, executor_options
from reconciler.cli.forms import report, report_options
from reconciler.cli.monitor import monitored
from reconciler.cli.noticed import noticed
from reconciler.cli.options import adopt_option, on_option, scope_options, tidy_option
from reconciler.cli.policies import judged
from reconciler.cli.previewed import previewed
from reconciler.cli.surveying import change_set, known_clients, tell_ages
from reconciler.cli.watch import watched
from reconciler.errors import UsageError
from reconciler.run import Scope, routers_in
from reconciler.shards import Part, Shard, hash_of, part_data


@click.command()
@scope_options
@on_option
@adopt_option
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
        works = watched(fleet)
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
