# SPDX-License-Identifier: GPL-3.0-or-later
"""Free addresses of zones for many services at once: what one was given, no other gets."""

from collections import defaultdict
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from reconciler.addresses import Intervals, Pool, interval
from reconciler.clients.outcome import Impossible
from reconciler.inventory import Inventory, free_address
from reconciler.models import Mode, Plan, Service, Shaping, Zone


@dataclass
class Allocator:
    """Hands out free addresses; those of this run are taken for every zone of the router."""

    inventory: Inventory
    _given: defaultdict[str, list[Pool]] = field(default_factory=lambda: defaultdict(list))

    def next_in(self, zone: Zone) -> IPv4Address:
        """The lowest free address. Raises Impossible where there is none."""
        found = self._first_of(zone, zone.addresses)
        if found is None:
            raise Impossible(
                f"No address of zone {zone.id} is free: add to its `addresses`."
                if zone.addresses
                else f"Zone {zone.id} has no `addresses`."
            )
        self.take(zone, found)
        return found

    def is_free(self, zone: Zone, address: IPv4Address) -> bool:
        """Whether it lies in the zone's pools and nobody has it."""
        return covers(zone, address) and self._first_of(zone, (IPv4Network(address),)) is not None

    def take(self, zone: Zone, address: IPv4Address) -> None:
        self._given[zone.router].append(IPv4Network(address))

    def _first_of(self, zone: Zone, pools: tuple[Pool, ...]) -> IPv4Address | None:
        reserved = (*zone.reserved, *self._given[zone.router])
        narrowed = zone.model_copy(update={"addresses": pools, "reserved": reserved})
        return free_address(self.inventory, narrowed)


def covers(zone: Zone, address: IPv4Address) -> bool:
    """Whether the address lies in the zone's pools and is not reserved."""
    part = interval(address)
    return Intervals(map(interval, zone.addresses)).covers(part) and not Intervals(
        map(interval, zone.reserved)
    ).overlaps(part)


def needs_address(plan: Plan) -> bool:
    """Whether a service of the plan cannot be without a fixed address."""
    if plan.mode in (Mode.SIMPLE_QUEUE, Mode.PCQ) or plan.shaping is Shaping.QUEUE:
        return True
    return plan.mode is Mode.PPPOE and plan.shaping is Shaping.OWN and not plan.pool


def address_back(
    allocator: Allocator, zone: Zone, plan: Plan, service: Service
) -> IPv4Address | None:
    """For a service that returns: its old address if free, else the next; None: it needs none."""
    if service.address is not None:
        return service.address
    released = service.cancelled.released if service.cancelled else None
    if released is not None and allocator.is_free(zone, released):
        allocator.take(zone, released)
        return released
    if released is None and not needs_address(plan):
        return None
    return allocator.next_in(zone)
