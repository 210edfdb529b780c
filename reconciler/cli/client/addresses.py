# SPDX-License-Identifier: GPL-3.0-or-later
"""`client free-address`: the next addresses of a zone that nobody has."""

import click

from reconciler.cli.context import Repo
from reconciler.cli.options import complete_zones
from reconciler.clients.addressing import Allocator
from reconciler.clients.outcome import Impossible
from reconciler.errors import UsageError
from reconciler.wording import unknown


@click.command("free-address")
@click.option(
    "--zone", required=True, metavar="ID", shell_complete=complete_zones, help="Of which zone."
)
@click.option(
    "--count",
    type=click.IntRange(1, 65536),
    default=1,
    show_default=True,
    metavar="N",
    help="How many.",
)
@click.pass_obj
def free_addresses(repo: Repo, zone: str, count: int) -> None:
    """Print the next free address of a zone. Released addresses are free.

    \b
    Example:  reconcile client free-address --zone norte --count 5
    """
    inventory = repo.loaded.inventory
    if zone not in inventory.zones:
        raise UsageError(unknown("zone", zone, inventory.zones))
    allocator = Allocator(inventory)
    for number in range(count):
        try:
            click.echo(str(allocator.next_in(inventory.zones[zone])))
        except Impossible:
            if number == 0:
                raise
            break
