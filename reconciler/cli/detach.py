# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile detach`: leave a router as if we had never been there, with its clients connected."""

import click

from reconciler.apply import remove_state
from reconciler.cli.carrying import carry_out
from reconciler.cli.context import Repo, confirm, first_code, print_lines
from reconciler.cli.executing import seal_of
from reconciler.cli.options import router_argument, window_option, yes_option
from reconciler.cli.surveying import change_set, status_codes
from reconciler.cli.windows import check_windows
from reconciler.errors import RouterError
from reconciler.executor import Local
from reconciler.outcome import outcome_codes
from reconciler.planning import RouterPlan, detach_plan
from reconciler.render import text_lines
from reconciler.run import Scope, make_targets
from reconciler.state import PATH, state_row_ids
from reconciler.survey import Actual, read_rows
from reconciler.work import Target, Work


@click.command()
@router_argument
@yes_option
@window_option
@click.pass_obj
def detach(repo: Repo, router: str, yes: bool, override_window: str | None) -> None:
    """Take everything of ours off ROUTER; clients' rows stay, without their mark.

    \b
    Example:  reconcile detach rb-norte --yes
    """
    targets = make_targets(repo.loaded, Scope((router,)))
    with Local(targets, seal_of(repo), plan=_plan) as fleet:
        works = fleet.survey()
        print_lines(text_lines(change_set(repo, works), title="Detach"))
        codes = status_codes(works)
        if not codes:
            override = check_windows(repo, works, override_window)
            confirm(f"Take everything of ours off {router}?", yes)
            carry_out(repo, fleet, override=override)
            _forget(works)
            codes += outcome_codes(works)
    raise SystemExit(first_code(codes))


def _plan(target: Target, actual: Actual) -> RouterPlan:
    return detach_plan(target.router, actual)


def _forget(works: list[Work]) -> None:
    """Remove the state and the lease, once nothing else of ours is left."""
    for work in works:
        if work.session is None or work.remaining or not work.verified:
            continue
        try:
            rows = read_rows(work.session, PATH, (".id", "list"))
            work.troubles += remove_state(work.session, state_row_ids(rows))
        except RouterError as error:
            work.troubles.append(str(error))
