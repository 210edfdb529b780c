# SPDX-License-Identifier: GPL-3.0-or-later
"""`--waves`: from the option and the settings to the waves of a run. May import anything."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from pydantic_core import PydanticCustomError

from reconciler.cli.context import Repo, say
from reconciler.cli.windows import Override
from reconciler.errors import UsageError
from reconciler.fleet import Fleet, Waves
from reconciler.inventory import Inventory
from reconciler.inventory.kinds import SETTINGS_FILE
from reconciler.journal import Journal
from reconciler.models import AT_ONCE, parse_waves
from reconciler.waves import Rollout
from reconciler.windows import closed
from reconciler.wording import counted, listing


def _parse(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> str | int | None:
    try:
        return None if value is None else parse_waves(value)
    except PydanticCustomError as error:
        hint = (error.context or {}).get("hint")
        raise click.BadParameter(f"{value} {error.message()}. {hint}.") from None


waves_option = click.option(
    "--waves",
    callback=_parse,
    metavar="zone|PERCENT|none",
    help="A few routers first, the next while these are healthy; by zone, or so many percent.",
)


def waves_asked(repo: Repo, option: str | int | None, executor: str) -> str | int:
    """How a run goes over the routers: as the option says, else the settings.

    Raises UsageError for waves on a cluster, which takes all routers at once.
    """
    by = option or repo.loaded.inventory.settings.waves.by
    if by != AT_ONCE and executor != "local":
        who = f"`waves` of {SETTINGS_FILE}" if option is None else "--waves"
        raise UsageError(
            f"{who} asks for waves by {by}, and --executor {executor} takes all routers at once:"
            " leave --executor out, or write --waves none."
        )
    return by


def in_waves(
    repo: Repo, fleet: Fleet, by: str | int, override: Override | None
) -> Callable[[Journal], Waves] | None:
    """How the run of a journal goes over the routers; None: all at once."""
    inventory = repo.loaded.inventory

    def rollout(journal: Journal) -> Waves:
        def tell(event: str, **more: Any) -> None:
            journal.emit(event, **more)
            say(_wave_line(more) if event == "wave" else _health_line(more))

        return Rollout(
            fleet,
            by,
            inventory.settings.waves,
            zones_of_routers(inventory),
            lambda plans: [] if override else closed(plans, inventory, datetime.now(UTC)),
            tell,
            time.monotonic,
            time.sleep,
        )

    return None if by == AT_ONCE else rollout


def zones_of_routers(inventory: Inventory) -> dict[str, str]:
    """The zone of each router; of several the first."""
    last_first = sorted(inventory.zones.values(), key=lambda zone: zone.id, reverse=True)
    return {zone.router: zone.id for zone in last_first}


def _wave_line(said: dict[str, Any]) -> str:
    return f"Wave {said['wave']} of {said['of']}: {listing(said['routers']) or 'no router'}"


def _health_line(said: dict[str, Any]) -> str:
    if not said["healthy"]:
        return f"{said['router']}: not healthy: {said['reason']}"
    cpu = "" if said["cpu"] is None else f", CPU {said['cpu']} %"
    before, now = said["sessions_before"], said["sessions"]
    return f"{said['router']}: healthy: {counted(now, 'session')} live, {before} before{cpu}"
