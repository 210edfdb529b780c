# SPDX-License-Identifier: GPL-3.0-or-later
"""The next free address of a zone. Imports of the project: addresses, models, the inventory."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from reconciler.addresses import Interval, interval, next_free
from reconciler.inventory.model import Inventory
from reconciler.models import Zone


def free_address(inventory: Inventory, zone: Zone) -> IPv4Address | None:
    """The lowest address of the zone's pools that no service on its router has; None: used up.

    Network and broadcast addresses, reserved ones, the router's own ends and further targets are
    taken; the released addresses of cancelled services are free.
    """
    return next_free(zone.addresses, _taken(inventory, zone))


def free_hint(inventory: Inventory, zone: Zone) -> str:
    """The same as a sentence."""
    if not zone.addresses:
        return f"Zone {zone.id} has no `addresses:`"
    free = free_address(inventory, zone)
    if free is None:
        return f"No address of zone {zone.id} is free"
    return f"Next free in zone {zone.id}: {free}"


def _taken(inventory: Inventory, zone: Zone) -> Iterator[Interval]:
    yield from map(interval, zone.reserved)
    if zone.local_address is not None:
        yield interval(zone.local_address)
    for plan in inventory.plans.values():
        if plan.local_address is not None:
            yield interval(plan.local_address)
    for sub in inventory.subscriptions:
        if zone.id != sub.zone.id and sub.router.id != zone.router:
            continue
        if sub.address is not None:
            yield interval(sub.address)
        if sub.service.local_address is not None:
            yield interval(sub.service.local_address)
        yield from map(interval, sub.service.targets)
