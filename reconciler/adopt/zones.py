# SPDX-License-Identifier: GPL-3.0-or-later
"""Which zone a service goes to, and the pools that its zone lacks. Imports addresses."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from reconciler.addresses import AddressRange, Intervals, Pool, interval
from reconciler.adopt.facts import ADDRESS
from reconciler.adopt.found import Found, Proposal
from reconciler.adopt.scene import Scene
from reconciler.errors import UsageError
from reconciler.marks import is_disabled

# Interface networks wider than this say nothing about where the clients are.
_WIDEST, _USUAL = 20, 24


class Places:
    """The zones of one router, with the pools and reservations that this import adds."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._router = scene, scene.router.id
        zones = scene.inventory.zones
        self._zones = [zone for zone in zones.values() if zone.router == self._router]
        self.default = self._default(scene.options.zone)
        self.is_new = self.default not in zones
        self._pools: dict[str, list[Pool]] = {zone.id: list(zone.addresses) for zone in self._zones}
        self._pools.setdefault(self.default, [])
        self._before = {zone: len(pools) for zone, pools in self._pools.items()}
        own = [row for row in scene.facts.rows(ADDRESS) if not is_disabled(row)]
        self._interfaces = [found for row in own if (found := _interface(row.get("address", "")))]

    def _default(self, asked: str | None) -> str:
        zones = self._scene.inventory.zones
        if asked is not None:
            if asked in zones and zones[asked].router != self._router:
                raise UsageError(
                    f"Zone {asked} is on router {zones[asked].router}, not on {self._router}."
                )
            return asked
        if len(self._zones) > 1:
            names = ", ".join(zone.id for zone in self._zones)
            raise UsageError(f"Router {self._router} has several zones ({names}): name one.")
        if self._zones:
            return self._zones[0].id
        return f"{self._router}-zona" if self._router in zones else self._router

    def place(self, found: Found) -> None:
        """Put a service into the zone whose pools hold its address, or make room for it."""
        found.zone = self.default
        if found.address is None:
            return
        parts: list[IPv4Address | IPv4Network] = [found.address, *found.targets]
        for part in parts:
            home = self._home(part)
            if home is None:
                self._pools[self.default].append(self._new_pool(part))
            elif part is found.address:
                found.zone = home

    def _home(self, part: IPv4Address | IPv4Network) -> str | None:
        for zone, pools in self._pools.items():
            if Intervals(map(interval, pools)).covers(interval(part)):
                return zone
        return None

    def _new_pool(self, part: IPv4Address | IPv4Network) -> Pool:
        """The interface's network, else the /24 around it, else the address alone."""
        number = interval(part)[0]
        around = [one.network for one in self._interfaces if IPv4Address(number) in one.network]
        usual = IPv4Network((number >> 8 << 8, _USUAL))
        for pool in (*(one for one in around if one.prefixlen >= _WIDEST), usual):
            taken = [interval(one) for pools in self._pools.values() for one in pools]
            if not Intervals(taken).overlaps(interval(pool)) and self._is_free_of_notice(pool):
                return pool
        first, last = interval(part)
        return (
            part
            if first != last and isinstance(part, IPv4Network)
            else AddressRange(IPv4Address(first), IPv4Address(last))
        )

    def _is_free_of_notice(self, pool: IPv4Network) -> bool:
        notice = self._scene.router.notice
        return notice is None or notice.address not in pool

    def write(self, proposal: Proposal) -> None:
        """The new zone's file, or what the zones' files lack."""
        for zone, pools in self._pools.items():
            added = [str(pool) for pool in pools[self._before.get(zone, 0) :]]
            reserved = self._own_addresses(zone, pools[self._before.get(zone, 0) :])
            if zone == self.default and self.is_new and not proposal.found:
                continue
            if zone == self.default and self.is_new:
                proposal.zones[zone] = {
                    "id": zone,
                    "router": self._router,
                    "addresses": added,
                    "reserved": reserved or None,
                }
            elif added:
                edits = {"addresses": added}
                if reserved:
                    edits["reserved"] = reserved
                proposal.zone_edits[zone] = edits

    def _own_addresses(self, zone: str, added: list[Pool]) -> list[str]:
        """The router's own addresses in the new pools, which no client may be given."""
        known = self._scene.inventory.zones.get(zone)
        before = Intervals(map(interval, known.reserved if known else ()))
        pools = Intervals(map(interval, added))
        found = {one.ip for one in self._interfaces}
        return [
            str(ip)
            for ip in sorted(found)
            if pools.covers(interval(ip)) and not before.covers(interval(ip))
        ]


def _interface(text: str) -> IPv4Interface | None:
    try:
        return IPv4Interface(text)
    except ValueError:
        return None
