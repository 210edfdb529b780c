# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on the network right now although suspended: sessions, connections, addresses. Pure.

Imports addresses, inventory, kinds, models, normal, sessions, status and its neighbours.
"""

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from reconciler.addresses import network_of
from reconciler.doctor.case import Case, blocked_networks, finding
from reconciler.errors import Problem
from reconciler.inventory import Subscription
from reconciler.kinds import ADDRESS_LIST, ARP
from reconciler.models import Mode
from reconciler.normal import mac
from reconciler.sessions import SERVICES, SessionKind
from reconciler.status.clients import networks_of

CONNECTIONS = "/ip/firewall/connection"
_KIND = {Mode.PPPOE: SessionKind.PPP, Mode.HOTSPOT: SessionKind.HOTSPOT}


def escaping_sessions(case: Case) -> Iterator[Problem]:
    """A session that began before the suspension, or at another address, is not in the list."""
    for service in SERVICES:
        subs = {sub.name: sub for sub in case.suspended if _KIND.get(sub.plan.mode) is service.kind}
        for row in case.rows(service.active):
            name = row.get(service.user_field, "")
            address = network_of(row.get("address", ""))
            if name not in subs or address is None or case.is_listed(address):
                continue
            text = (
                f"{subs[name].id} is suspended and logged in at {row['address']}, which is not in"
                f" {case.suspended_list}."
            )
            menu = service.active.replace("/", " ").strip()
            mend = f'On the router: /{menu} remove [find {service.user_field}="{name}"]'
            yield finding("session-escapes", text, mend)


def open_connections(case: Case) -> Iterator[Problem]:
    """Connections of the suspended beyond what they may still reach."""
    if case.connections > case.router.connections.maximum:
        text = (
            f"{case.connections} tracked connections were not looked through: more than"
            f" {case.router.connections.maximum}."
        )
        mend = f"Set `connections: {{max: {case.connections * 2}}}` in {case.file}"
        yield finding("connections-unseen", text, mend, warning=True)
        return
    blocked = blocked_networks(case)
    allowed = networks_of(case.actual.rows(ADDRESS_LIST.path), case.router.lists.allowed)
    found: Counter[str] = Counter()
    for row in case.rows(CONNECTIONS):
        source, _ = _endpoint(row.get("src-address", ""))
        target, port = _endpoint(row.get("dst-address", ""))
        if source is None or target is None or not _within(source, blocked):
            continue
        to_notice = port == "80" and case.router.notice is not None
        if port != "53" and not to_notice and not _within(target, allowed):
            found[str(source)] += 1
    for address, count in found.items():
        text = f"{address} is suspended and still has {count} open connections."
        if count == 1:
            text = f"{address} is suspended and still has an open connection."
        mend = (
            "On the router: /ip firewall connection remove"
            f' [find src-address~"^{address.replace(".", chr(92) + ".")}:"]'
        )
        yield finding("open-connections", text, mend)


def _endpoint(text: str) -> tuple[IPv4Address | None, str]:
    """`10.0.0.7:443` in its parts; protocols without ports have no colon."""
    host, _, port = text.partition(":")
    try:
        return IPv4Address(host), port
    except ValueError:
        return None, port


def _within(address: IPv4Address, networks: list[IPv4Network]) -> bool:
    return any(address in network for network in networks)


def other_addresses(case: Case) -> Iterator[Problem]:
    """The device of a suspended service, seen at an address that is not blocked."""
    macs = {sub.service.mac: sub for sub in case.suspended if sub.service.mac}
    for row in case.rows(ARP.path):
        sub = macs.get(mac(row.get("mac-address", "")))
        network = network_of(row.get("address", ""))
        if sub is None or network is None or case.is_listed(network):
            continue
        if str(network.network_address) == str(sub.service.address) or _is_shared(case, sub):
            continue
        text = (
            f"{sub.id} is suspended, and its device {sub.service.mac} is seen at {row['address']},"
            f" which is not in {case.suspended_list}."
        )
        mend = (
            f"Set `binding: arp` in {case.file}, and on the router:"
            f" /ip arp remove [find address={row['address']}]"
        )
        yield finding("other-address", text, mend)


def _is_shared(case: Case, sub: Subscription) -> bool:
    """One device may serve an active service beside the suspended one."""
    return any(
        other.service.mac == sub.service.mac and not other.service.is_blocked for other in case.subs
    )
