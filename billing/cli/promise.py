# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing promise`: a promise to pay, in the client's file."""

from datetime import date

import click

from billing.calendar.days import add_months
from billing.cli.alone import alone
from billing.cli.common import chosen_clients, day_of
from reconciler.cli.client.common import finish
from reconciler.cli.context import Repo
from reconciler.cli.options import Day, client_argument, day_option, write_options
from reconciler.edit import Append
from reconciler.errors import Problem
from reconciler.guards import Guarded
from reconciler.models import Client
from reconciler.staging import EditFile

_MOST = 2
_MONTHS = 12


@click.command()
@client_argument
@click.option("--until", type=Day(), required=True, help="The last day it holds.")
@day_option("The day it is made; default: today.")
@click.option("--by", metavar="NAME", help="Who accepted it.")
@click.option("--reason", metavar="TEXT", help="In a few words.")
@click.option(
    "--allow-promises",
    type=click.IntRange(min=0),
    metavar="N",
    help="Go beyond two within twelve months, up to N.",
)
@write_options
@click.pass_obj
@alone
def promise(
    repo: Repo,
    client: str,
    until: date,
    on: date | None,
    by: str | None,
    reason: str | None,
    allow_promises: int | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Note that CLIENT promised to pay: no cut from today until that day, a week at most.

    Late fees go on. A service that was cut is restored by the next `billing cuts --write`.

    \b
    Example:  reconcile billing promise jose-ibarra --until 2026-11-12 --by maria
    """
    inventory = repo.loaded.inventory
    chosen_clients(inventory, (client,), ())
    found = inventory.clients[client]
    day = day_of(inventory, client, on)
    _guard(found, day, allow_promises)
    value = {"made_on": day, "until": until, "by": by, "reason": reason}
    given = {key: one for key, one in value.items() if one is not None}
    act = EditFile(inventory.where(found).file, (Append(("billing", "promises"), given),))
    finish(repo, [act], dry_run=dry_run, yes=yes)


def _guard(client: Client, day: date, allowed: int | None) -> None:
    """Raises Guarded at the third promise of a year: unlimited promises are free credit."""
    year_ago = add_months(day, -_MONTHS)
    made = sum(year_ago < one.made_on <= day for one in client.billing.promises) + 1
    if made <= max(_MOST, allowed or 0):
        return
    raise Guarded(
        [
            Problem(
                "limit-promises",
                f"{client.id} would have made {made} promises within {_MONTHS} months,"
                f" and the limit is {_MOST}.",
                f"Ask who decides; --allow-promises {made} lets it through",
            )
        ]
    )
