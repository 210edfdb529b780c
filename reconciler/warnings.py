# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router's own configuration does to our clients: warnings, once a router. Pure.

Imports addresses, desired, errors, kinds, marks, models, sessions and survey.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from operator import itemgetter

from reconciler.addresses import Interval, interval, network_of
from reconciler.desired import Desired
from reconciler.errors import Problem, Severity
from reconciler.kinds import ARP, FILTER, FILTER6, NAT, PRIVATE_CHAINS, QUEUE_SIMPLE
from reconciler.marks import Row, is_fixed
from reconciler.models import Router
from reconciler.sessions import has_fasttrack
from reconciler.survey import Actual


def warnings_of(router: Router, wanted: Sequence[Desired], actual: Actual) -> list[Problem]:
    """Each kind of warning at most once, with the first offenders named."""
    found = [
        *_plain_api(router),
        *_fasttrack(wanted, actual),
        *_covering_queues(wanted, actual),
        *_ipv6(router, wanted, actual),
        *_open_arp(wanted, actual),
        *_foreign_rules(actual),
        *_missing_interfaces(router, actual),
    ]
    return [
        Problem(code, message, hint, severity=Severity.WARNING, router=router.id)
        for code, message, hint in found
    ]


Finding = tuple[str, str, str]


def _plain_api(router: Router) -> Iterator[Finding]:
    """Passwords on the wire, unless the way to the router is a tunnel that ends on this machine."""
    if router.tls is False and not _is_here(router.host):
        yield (
            "plain-api",
            f"the API is spoken unencrypted, port {router.port}: who listens reads passwords,"
            " and may change what is written.",
            "On the router: /ip service set api-ssl certificate=NAME disabled=no; then set"
            f" `tls: true` and `port: 8729` in inventory/routers/{router.id}.yaml",
        )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fasttrack(wanted: Sequence[Desired], actual: Actual) -> Iterator[Finding]:
    queued = any(row.kind is QUEUE_SIMPLE or row.kind.path == "/ppp/secret" for row in wanted)
    if queued and has_fasttrack(actual.rows("/ip/firewall/filter")):
        yield (
            "fasttrack",
            "an enabled fasttrack-connection rule lets clients' traffic bypass their queues.",
            "Disable it, or exclude the clients' addresses from it",
        )


def _covering_queues(wanted: Sequence[Desired], actual: Actual) -> Iterator[Finding]:
    """Foreign queues before ours whose target holds a client's address: the first match wins."""
    rows = actual.rows(QUEUE_SIMPLE.path)
    foreign = [
        (at, row)
        for at, row in enumerate(rows)
        if QUEUE_SIMPLE.mark_of(row) is None and _is_enabled_root(row)
    ]
    hosts = _hosts(wanted, rows) if foreign else []
    covering = [
        row.get("name", "")
        for at, row in foreign
        for low, high in _ranges(row.get("target", ""))
        if any(
            after > at and parent != row.get("name")
            for _, after, parent in _between(hosts, low, high)
        )
    ]
    if covering:
        covering = list(dict.fromkeys(covering))
        names = ", ".join(covering[:3]) + (" …" if len(covering) > 3 else "")
        yield (
            "covering-queue",
            f"hand-made simple queues hold clients' addresses too ({names});"
            " the first that matches decides.",
            "Move them behind the clients' queues, make them their parent, or remove them",
        )


Host = tuple[int, int, str]
"""An address of ours, the place of its queue in the list, and the queue's parent."""


def _hosts(wanted: Sequence[Desired], rows: Sequence[Row]) -> list[Host]:
    """Sorted by address, so that a prefix is a slice."""
    place = {row.get("name"): at for at, row in enumerate(rows)}
    return sorted(
        (low, place.get(row.values["name"], len(rows)), row.values.get("parent", "none"))
        for row in wanted
        if row.kind is QUEUE_SIMPLE
        for low, _ in _ranges(row.values["target"])
    )


def _between(hosts: list[Host], low: int, high: int) -> list[Host]:
    start = bisect_left(hosts, low, key=itemgetter(0))
    return hosts[start : bisect_right(hosts, high, key=itemgetter(0))]


def _is_enabled_root(row: Row) -> bool:
    return not is_fixed(row) and row.get("disabled") != "true" and row.get("parent") == "none"


def _ranges(targets: str) -> list[Interval]:
    """First and last address of each IPv4 prefix in a target list, as numbers."""
    networks = map(network_of, targets.split(","))
    return [interval(network) for network in networks if network]


def _ipv6(router: Router, wanted: Sequence[Desired], actual: Actual) -> Iterator[Finding]:
    if router.ipv6_block or not router.block_rules or not wanted:
        return
    if any(_is_routed(row) for row in actual.rows("/ipv6/address")):
        yield (
            "ipv6-open",
            "the router forwards IPv6, which block rules for IPv4 do not touch.",
            "Set `ipv6_block: true` and the services' `ipv6:` prefixes",
        )


def _is_routed(row: Row) -> bool:
    address = row.get("address", "").lower()
    return row.get("disabled") != "true" and not address.startswith(("fe80", "::1", "fd", "fc"))


def _open_arp(wanted: Sequence[Desired], actual: Actual) -> Iterator[Finding]:
    bound = {row.values["interface"] for row in wanted if row.kind is ARP}
    modes = {
        row.get("name"): row.get("arp", "enabled")
        for path in ("/interface/bridge", "/interface/vlan", "/interface/ethernet")
        for row in actual.rows(path)
    }
    open_ = sorted(name for name in bound if modes.get(name, "reply-only") != "reply-only")
    if open_:
        yield (
            "arp-open",
            f"ARP bindings on {', '.join(open_)} bind nobody: the interface learns by itself.",
            "Set arp=reply-only on it once every client has its binding",
        )


def _foreign_rules(actual: Actual) -> Iterator[Finding]:
    """Hand-made rules in chains that are wholly ours: they are left, and may undo a suspension."""
    found = [
        row.get("comment") or row[".id"]
        for kind in (FILTER, FILTER6, NAT)
        for row in actual.rows(kind.path)
        if row.get("chain") in PRIVATE_CHAINS and kind.mark_of(row) is None and not is_fixed(row)
    ]
    if found:
        yield (
            "foreign-rule",
            f"hand-made rules stand in the chains {' and '.join(PRIVATE_CHAINS)}"
            f" ({', '.join(found[:3])}).",
            "Move them to a chain of their own; they are left as they are",
        )


def _missing_interfaces(router: Router, actual: Actual) -> Iterator[Finding]:
    known = {row.get("name") for row in actual.rows("/interface")}
    missing = [name for name in router.wan_interfaces if name not in known]
    if missing:
        yield (
            "no-such-interface",
            f"wan_interfaces names {', '.join(missing)}, which the router does not have.",
            "Spell it exactly as on the router",
        )
