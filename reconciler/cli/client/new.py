# SPDX-License-Identifier: GPL-3.0-or-later
"""`client new`: a file for a new client; on a terminal what is missing is asked for."""

from collections.abc import Iterable
from datetime import date

import click

from reconciler.cli.client.change import field_options
from reconciler.cli.client.common import finish, given, today_in
from reconciler.cli.client.passwords import with_random
from reconciler.cli.context import Repo, is_interactive
from reconciler.cli.options import complete_plans, complete_zones, on_option, write_options
from reconciler.clients.addressing import Allocator, needs_address
from reconciler.clients.create import AUTO, new_client, taken_ids
from reconciler.clients.fields import NONE
from reconciler.clients.naming import unique_id
from reconciler.clients.outcome import Impossible
from reconciler.clients.plans import find_plan
from reconciler.errors import UsageError
from reconciler.models import Plan, Status, Zone
from reconciler.wording import unknown


@click.command("new")
@click.argument("client", required=False)
@click.option("--zone", metavar="ID", shell_complete=complete_zones, help="Its zone.")
@click.option(
    "--plan", metavar="ID", shell_complete=complete_plans, help="Its plan decides the mode."
)
@field_options
@click.option(
    "--status",
    type=click.Choice([Status.ACTIVE.value, Status.FREE.value]),
    default=Status.ACTIVE.value,
    show_default=True,
    help="free: full service, never billed.",
)
@on_option
@write_options
@click.pass_obj
def new(
    repo: Repo,
    /,
    client: str | None,
    zone: str | None,
    plan: str | None,
    status: str,
    on: date | None,
    dry_run: bool,
    yes: bool,
    **fields: str | None,
) -> None:
    """Add a client. Without an id it is made from the name; without an address one is picked.

    Passwords are derived from the repository's key, unless --password says otherwise.

    \b
    Examples:  reconcile client new --name "Ana López" --zone norte --plan hogar-10
               reconcile client new pedro --zone norte --plan basico-5 --address none
    """
    inventory = repo.loaded.inventory
    values = given(fields)
    asks = is_interactive() and not yes
    if client is None and "name" not in values:
        values["name"] = _asked("Name of the client", asks, "--name")
    if client is None:
        proposal = unique_id(values["name"], taken_ids(inventory), "client")
        client = click.prompt("Id", default=proposal, err=True) if asks else proposal
    zone = zone or _asked("Zone", asks, "--zone", inventory.zones)
    plan = plan or _asked("Plan", asks, "--plan", inventory.plans)
    in_zone, of_plan = _zone(repo, zone), find_plan(inventory, plan)
    allocator = Allocator(inventory)
    if asks:
        _ask_more(values, in_zone, of_plan, Allocator(inventory))
    file = new_client(
        inventory,
        allocator,
        client,
        in_zone,
        of_plan,
        with_random(repo, values),
        today_in(repo, in_zone, on),
        Status(status),
    )
    finish(repo, [file], dry_run=dry_run, yes=yes, ask=True)


def _ask_more(values: dict[str, str], zone: Zone, plan: Plan, allocator: Allocator) -> None:
    if "address" not in values:
        free = str(allocator.next_in(zone)) if needs_address(plan) else NONE
        values["address"] = click.prompt(f"Address (or {AUTO})", default=free, err=True)
    if plan.has_login and "password" not in values:
        text = "Password: derived:1, random, env:NAME"
        values["password"] = click.prompt(text, default="derived:1", err=True)
    if "phone" not in values:
        values["phone"] = click.prompt("Telephone", default="", show_default=False, err=True)
    for name in [name for name, value in values.items() if not value]:
        del values[name]


def _asked(what: str, asks: bool, option: str, known: Iterable[str] = ()) -> str:
    if not asks:
        raise UsageError(f"Give {option}: it is asked for on a terminal alone, and without --yes.")
    names = list(known)
    text = f"{what} ({', '.join(names)})" if names else what
    answer: str = click.prompt(text, err=True)
    return answer


def _zone(repo: Repo, name: str) -> Zone:
    zones = repo.loaded.inventory.zones
    if name not in zones:
        raise Impossible(unknown("zone", name, zones))
    return zones[name]
