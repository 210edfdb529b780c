# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile unlock`: break a lease that somebody left behind."""

from datetime import UTC, datetime

import click

from reconciler.cli.context import Repo, confirm
from reconciler.cli.options import router_argument, yes_option
from reconciler.lease import break_lease, read_holders
from reconciler.router import connect
from reconciler.run import Scope, make_targets


@click.command()
@router_argument
@yes_option
@click.pass_obj
def unlock(repo: Repo, router: str, yes: bool) -> None:
    """Break the lease on ROUTER. An apply that held it stops writing.

    A lease ends by itself two minutes after its owner stopped renewing it.

    \b
    Example:  reconcile unlock rb-norte --yes
    """
    [target] = make_targets(repo.loaded, Scope((router,)))
    with connect(target.endpoint) as session:
        held = read_holders(session)
        if not held:
            click.echo(f"{router}: no lease is held.")
            return
        now = datetime.now(UTC)
        click.echo(f"{router}: {'; '.join(holder.describe(now) for holder in held)}")
        confirm("Break it?", yes)
        break_lease(session)
        click.echo(f"{router}: the lease is broken.")
