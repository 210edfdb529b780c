# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile rehearse`: carry out a plan on a copy of the live router."""

from pathlib import Path

import click

from reconciler.cli.chosen import keep_only_reviewed, read_plan_file
from reconciler.cli.context import Repo, first_code, print_lines
from reconciler.cli.noticed import noticed
from reconciler.cli.options import adopt_option, plan_file_argument, scope_options
from reconciler.cli.surveying import change_set, status_codes
from reconciler.fleet import Fleet
from reconciler.rehearse import is_wrong, rehearsal_lines
from reconciler.rehearse import rehearse as rehearse_works
from reconciler.render import text_lines
from reconciler.run import Scope, make_targets


@click.command()
@plan_file_argument
@scope_options
@adopt_option
@click.pass_obj
def rehearse(
    repo: Repo,
    planfile: Path | None,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    adopt: bool,
) -> None:
    """Carry out the plan on an emulated copy of each router. Nothing is written to a router.

    Exits with 2 where a router would refuse something.

    \b
    Example:  reconcile rehearse --router rb-norte
    """
    reviewed = read_plan_file(repo, planfile)
    adopt = adopt or (reviewed is not None and reviewed.adopts)
    targets = make_targets(
        repo.loaded, Scope(routers, zones, clients), adopt=adopt, noticed=noticed(repo)
    )
    with Fleet(targets) as fleet:
        works = fleet.survey()
        if reviewed:
            keep_only_reviewed(works, reviewed)
        print_lines(text_lines(change_set(repo, works)))
        rehearsal = rehearse_works(works)
    print_lines(rehearsal_lines(rehearsal))
    codes = status_codes(works)
    if is_wrong(rehearsal):
        codes.append(2)
    raise SystemExit(first_code(codes))
