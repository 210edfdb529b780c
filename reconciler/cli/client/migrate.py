# SPDX-License-Identifier: GPL-3.0-or-later
"""`client migrate`: to another zone, router or kind of plan."""

from collections.abc import Sequence
from datetime import date
from ipaddress import IPv4Address

import click

from reconciler.cli.client.common import Selection, finish, gather, selection_options, today_in
from reconciler.cli.client.ledger import issued_by_day
from reconciler.cli.client.states import address_given
from reconciler.cli.context import Repo, is_interactive
from reconciler.cli.options import (
    complete_plans,
    complete_routers,
    complete_zones,
    on_option,
    write_options,
)
from reconciler.clients.addressing import Allocator
from reconciler.clients.migrate import Move, migrate, missing, move_client
from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.plans import find_plan
from reconciler.clients.select import Chosen, all_services
from reconciler.edit import Put
from reconciler.errors import UsageError
from reconciler.models import Plan
from reconciler.staging import EditFile
from reconciler.wording import unknown

_LACKS = {
    "local_address": "the router's end of its PPPoE session: --local-address A, or"
    " `local_address:` in the zone or the plan",
    "key": "a password: set `secrets: {key: …}` in reconcile.yaml, or its `password:` first",
}


@click.command("migrate")
@click.option("--zone", "zone", metavar="ID", shell_complete=complete_zones, help="To this zone.")
@click.option("--plan", "plan", metavar="ID", shell_complete=complete_plans, help="To this plan.")
@click.option(
    "--router", metavar="ID", shell_complete=complete_routers, help="To this router of the zone."
)
@click.option(
    "--address", metavar="A", help="Default: the present one if it fits, else a free one."
)
@click.option("--local-address", metavar="A", help="The router's end of PPPoE sessions.")
@selection_options(prefix="from-")
@on_option
@write_options
@click.pass_obj
def migrate_services(
    repo: Repo,
    selection: Selection,
    zone: str | None,
    plan: str | None,
    router: str | None,
    address: str | None,
    local_address: str | None,
    on: date | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Move clients to another zone, router or plan of any mode, with addresses of the new place.

    On the routers `apply` makes the new rows first and removes the old ones after.

    \b
    Examples:  reconcile client migrate ana-lopez --zone sur
               reconcile client migrate --from-zone centro --from-plan comunidad-8 --plan hogar-10
    """
    inventory = repo.loaded.inventory
    if zone is None and plan is None and router is None:
        raise UsageError("Say where to: --zone, --plan or --router.")
    for noun, name, known in (
        ("zone", zone, inventory.zones),
        ("router", router, inventory.routers),
    ):
        if name is not None and name not in known:
            raise UsageError(unknown(noun, name, known))
    chosen = selection.services(inventory)
    given = address_given(address)
    if given is not None and len(chosen) != 1:
        raise UsageError("--address is for one service: name it.")
    work = _Migration(
        repo,
        zone,
        None if plan is None else find_plan(inventory, plan),
        router,
        given,
        address_given(local_address),
        on,
    )
    acts, notes = gather(chosen, work.outcome, skip=not selection.ids)
    acts = work.moved(chosen, acts)
    finish(repo, acts, notes, dry_run=dry_run, yes=yes, ask=len(acts) > 1)


class _Migration:
    """One run: where to, and what is asked for once and holds for all."""

    def __init__(
        self,
        repo: Repo,
        zone: str | None,
        plan: Plan | None,
        router: str | None,
        address: IPv4Address | None,
        local_address: IPv4Address | None,
        on: date | None,
    ) -> None:
        self._repo = repo
        self._zone = zone
        self._plan = plan
        self._router = router
        self._address = address
        self._local_address = local_address
        self._on = on
        self._allocator = Allocator(repo.loaded.inventory)
        self._issued = issued_by_day(repo.root)

    def outcome(self, one: Chosen) -> Outcome:
        move = self._move(one)
        settings = self._repo.loaded.inventory.settings
        for lack in missing(one, move, settings):
            if lack == "local_address" and is_interactive():
                text = click.prompt("Local address (the router's end of PPPoE sessions)", err=True)
                self._local_address = address_given(text)
                move = self._move(one)
            else:
                raise Impossible(f"{one.sub.id} needs {_LACKS[lack]}.")
        day = today_in(self._repo, move.zone, self._on)
        outcome = migrate(one, move, self._allocator, day, self._issued(day))
        if move.zone.id != one.sub.zone.id:
            outcome += Outcome((Put(("zone",), move.zone.id),))
        return outcome

    def moved(self, chosen: Sequence[Chosen], acts: Sequence[EditFile]) -> list[EditFile]:
        """The same edits, each file in the folder of its new zone."""
        whole = _services_by_file(self._repo)
        moving = {(one.file, one.index) for one in chosen}
        result: list[EditFile] = []
        for act in acts:
            ones = whole[act.file]
            client = ones[0].sub.client
            if self._zone in (None, client.zone):
                result.append(act)
                continue
            left = [one for one in ones if (act.file, one.index) not in moving]
            names = [one.sub.id for one in left if one.sub.service.has_rows]
            if names:
                raise Impossible(
                    f"A zone is a whole client's: {', '.join(names)} would have to move too."
                )
            new = move_client(act.file, client.zone, str(self._zone), client.id)
            result.append(EditFile(act.file, act.edits, new))
        return result

    def _move(self, one: Chosen) -> Move:
        zones = self._repo.loaded.inventory.zones
        zone = zones[self._zone] if self._zone is not None else one.sub.zone
        return Move(zone, self._plan, self._router, self._address, self._local_address)


def _services_by_file(repo: Repo) -> dict[str, list[Chosen]]:
    found: dict[str, list[Chosen]] = {}
    for one in all_services(repo.loaded.inventory):
        found.setdefault(one.file, []).append(one)
    return found
