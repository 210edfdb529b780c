# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router sees of its clients' devices, against what the files say: MAC and interface.

ARP knows address, MAC and interface; leases know address and MAC; a PPPoE session knows the MAC of
who dialled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.clients.select import Chosen
from reconciler.edit import Edit, Put
from reconciler.models import Mode

MENUS: Mapping[str, tuple[str, ...]] = {
    "/ip/arp": ("address", "mac-address", "interface", "invalid", "disabled", "complete"),
    "/ip/dhcp-server/lease": ("address", "active-address", "mac-address", "active-mac-address"),
    "/ppp/active": ("name", "caller-id", "service"),
    "/interface": ("name", "mac-address"),
}


@dataclass(frozen=True)
class Seen:
    """A device: upper-case MAC, and the interface where ARP saw it; a PPP session has none."""

    mac: str
    interface: str | None = None


@dataclass
class Sightings:
    """Devices by address and, for PPP sessions, by user name."""

    by_address: dict[str, set[Seen]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[str, set[Seen]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True)
class Proposal:
    """A service and what was seen for it; `seen` is None where nothing or several devices were."""

    chosen: Chosen
    seen: Seen | None
    reason: str = ""

    def edits(self) -> list[Edit]:
        if self.seen is None:
            return []
        service = self.chosen.sub.service
        edits: list[Edit] = []
        if self.seen.mac != service.mac:
            edits.append(Put((*self.chosen.at, "mac"), self.seen.mac))
        if self.seen.interface not in (None, self.chosen.sub.interface):
            edits.append(Put((*self.chosen.at, "interface"), self.seen.interface))
        return edits


def read_sightings(tables: Mapping[str, Iterable[Mapping[str, str]]]) -> Sightings:
    """Sort what was read of MENUS. The router's own addresses in ARP never count."""
    found = Sightings()
    own = {row.get("mac-address", "").upper() for row in tables.get("/interface", ())}
    arp_knows: set[tuple[str, str]] = set()
    for row in tables.get("/ip/arp", ()):
        mac = row.get("mac-address", "").upper()
        dead = "true" in (row.get("invalid"), row.get("disabled")) or row.get("complete") == "false"
        if mac and mac not in own and not dead and mac != "00:00:00:00:00:00":
            address = row.get("address", "")
            found.by_address[address].add(Seen(mac, row.get("interface")))
            arp_knows.add((address, mac))
    for row in tables.get("/ip/dhcp-server/lease", ()):
        mac = (row.get("active-mac-address") or row.get("mac-address") or "").upper()
        address = row.get("active-address") or row.get("address") or ""
        if mac and (address, mac) not in arp_knows:
            found.by_address[address].add(Seen(mac))
    for row in tables.get("/ppp/active", ()):
        caller = row.get("caller-id", "").upper()
        if caller.count(":") == 5:
            found.by_name[row.get("name", "")].add(Seen(caller))
    return found


def propose(one: Chosen, sightings: Sightings) -> Proposal:
    """What the files could say of one service."""
    sub = one.sub
    is_ppp = sub.plan.mode is Mode.PPPOE
    seen = set(sightings.by_name.get(sub.name, ())) if is_ppp else set()
    if not seen and sub.address is not None and not is_ppp:
        seen = set(sightings.by_address.get(str(sub.address), ()))
    if not is_ppp and sub.address is None:
        return Proposal(one, None, "has no address")
    if not seen:
        return Proposal(one, None, "is not logged in" if is_ppp else "was not seen")
    macs = {device.mac for device in seen}
    if len(macs) > 1:
        return Proposal(one, None, f"several devices: {', '.join(sorted(macs))}")
    interfaces = {device.interface for device in seen if device.interface}
    if len(interfaces) > 1:
        return Proposal(one, None, f"on several interfaces: {', '.join(sorted(interfaces))}")
    return Proposal(one, Seen(macs.pop(), next(iter(interfaces), None)))
