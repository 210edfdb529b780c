# SPDX-License-Identifier: GPL-3.0-or-later
"""Change windows and freezes of zones: when the service of their clients may be disturbed. Pure.

What has a calendar of its own or disturbs nobody is never held up: notices, suspensions and
restores, services that are new on the router, marks. Imports change, errors, inventory, marks,
models, planning and wording.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.change import Action, Change
from reconciler.errors import Problem
from reconciler.inventory import Inventory
from reconciler.marks import is_service_mark
from reconciler.models import Freeze, Weekday, Window, Zone
from reconciler.planning import Census, RouterPlan
from reconciler.wording import counted, printable

_DAYS = tuple(Weekday)
_WEEK = 7


def closed(plans: Iterable[RouterPlan], inventory: Inventory, now: datetime) -> list[Problem]:
    """Why changes of these plans may not be written at `now`, which knows its time zone."""
    zones = {zone.id: zone for zone in inventory.zones.values() if zone.windows or zone.freezes}
    held = plans if zones else ()
    return [problem for plan in held for problem in _router(plan, zones, inventory, now)]


def _router(
    plan: RouterPlan, zones: Mapping[str, Zone], inventory: Inventory, now: datetime
) -> Iterator[Problem]:
    held_up: dict[str, int] = {}
    for change in plan.changes:
        if disturbs(change, plan.census):
            for name in _zones_of(change, plan.router, inventory):
                held_up[name] = held_up.get(name, 0) + 1
    for name, count in sorted(held_up.items()):
        if zone := zones.get(name):
            local = now.astimezone(ZoneInfo(zone.timezone or inventory.settings.timezone))
            yield from _zone(plan.router, zone, count, local, inventory)


def disturbs(change: Change, census: Census) -> bool:
    """Whether a change may be felt by a client who is served already."""
    is_switched = change.mark in census.suspended ^ census.to_suspend or (
        change.mark.startswith("plan/") and change.mark.endswith("/suspended")
    )
    if change.notice or is_switched or set(change.after) == {"comment"}:
        return False
    if change.action is Action.ADD:
        return change.mark in census.held or change.mark.startswith("router/")
    return True


def _zones_of(change: Change, router: str, inventory: Inventory) -> set[str]:
    """The client's zone; of what is nobody's or everybody's, those of the router."""
    client = inventory.clients.get(change.mark.partition("/")[0])
    if client and is_service_mark(change.mark):
        return {client.zone}
    return {zone.id for zone in inventory.zones.values() if zone.router == router}


def _zone(
    router: str, zone: Zone, count: int, local: datetime, inventory: Inventory
) -> Iterator[Problem]:
    what = f"{counted(count, 'change')} of zone {zone.id} on {router}"
    now = f"it is {local:%a %Y-%m-%d %H:%M} there ({local.tzinfo})"
    where = inventory.where(zone)
    freeze = next((one for one in zone.freezes if _is_frozen(one, local)), None)
    if freeze:
        why = f" ({printable(freeze.reason)})" if freeze.reason else ""
        yield Problem(
            "change-freeze",
            f"{what}: frozen from {freeze.from_} until {freeze.to}{why}; {now}.",
            f"Wait until {freeze.to}; --override-window REASON lets it through",
            where,
            router=router,
        )
    elif zone.windows and not any(_is_open(window, local) for window in zone.windows):
        windows = ", ".join(map(_shown, zone.windows))
        yield Problem(
            "change-window",
            f"{what}: outside of the change windows ({windows}); {now}.",
            f"Wait until {_next(zone, local):%a %Y-%m-%d %H:%M}; --override-window REASON lets it"
            " through",
            where,
            router=router,
        )


def _is_frozen(freeze: Freeze, local: datetime) -> bool:
    return freeze.from_ <= local.date() < freeze.to


def _is_open(window: Window, local: datetime) -> bool:
    today, yesterday = _DAYS[local.weekday()], _DAYS[local.weekday() - 1]
    time = local.time().replace(second=0, microsecond=0)
    if window.from_ < window.to:
        return today in window.days and window.from_ <= time < window.to
    began_today = today in window.days and time >= window.from_
    return began_today or (yesterday in window.days and time < window.to)


def _next(zone: Zone, local: datetime) -> datetime:
    """When the next window begins; wall-clock time of the zone."""
    days = [local.date() + timedelta(days=ahead) for ahead in range(_WEEK + 1)]
    starts = [
        datetime.combine(day, window.from_, local.tzinfo)
        for day in days
        for window in zone.windows
        if _DAYS[day.weekday()] in window.days
    ]
    return min(start for start in starts if start > local)


def _shown(window: Window) -> str:
    days = "" if set(window.days) == set(Weekday) else f"{' '.join(window.days)} "
    return f"{days}{window.from_:%H:%M}-{window.to:%H:%M}"
