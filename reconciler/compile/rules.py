# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that block suspended clients, in private chains, and the list of what they still reach.

Suspended clients get a tcp-reset or icmp-admin-prohibited at once instead of a browser that hangs;
DNS and the allowed list go on working. Only the jumps stand in built-in chains, each first, so
that neither fasttrack nor "accept established" lets a suspended client through.
"""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from reconciler.desired import Desired, Source
from reconciler.errors import Where
from reconciler.kinds import ADDRESS_LIST, ADDRESS_LIST6, FILTER, FILTER6, NAT, PRIVATE_CHAINS, Kind
from reconciler.marks import with_mark
from reconciler.models import Router

FORWARD, DSTNAT = PRIVATE_CHAINS
_WEEK = "sun,mon,tue,wed,thu,fri,sat"


def rule_rows(router: Router, where: Where) -> Iterator[Desired]:
    """All rules and the allowed list of a router with `block_rules`."""
    if not router.block_rules:
        return
    yield from _allowed(router, where)
    yield from _filter(router, where, FILTER)
    if router.notice:
        yield from _nat(router, where)
    if router.ipv6_block:
        yield from _filter(router, where, FILTER6)


def _row(kind: Kind, part: str, label: str, where: Where, **values: str) -> Desired:
    mark = f"router/{part}"
    fields = {name.replace("_", "-"): value for name, value in values.items()}
    fields["comment"] = with_mark(label, mark)
    first = part.startswith("jump-")
    return Desired(kind, mark, fields, Source(mark, where), first=first)


def _allowed(router: Router, where: Where) -> Iterator[Desired]:
    entries = [str(entry) for entry in router.allowed]
    if router.notice and str(router.notice.address) not in entries:
        entries.append(str(router.notice.address))
    name = router.lists.allowed
    for entry in entries:
        version = _version(entry)
        if version != 6:
            yield _row(ADDRESS_LIST, "allowed", "Allowed", where, list=name, address=entry)
        if router.ipv6_block and version != 4:
            yield _row(ADDRESS_LIST6, "allowed", "Allowed", where, list=name, address=entry)


def _version(entry: str) -> int | None:
    """4 or 6 for an address or prefix; None for a DNS name or an IPv4 range."""
    try:
        return ip_network(entry, strict=False).version
    except ValueError:
        return _range_version(entry)


def _range_version(entry: str) -> int | None:
    first, dash, _ = entry.partition("-")
    try:
        return ip_address(first).version if dash else None
    except ValueError:
        return None


def _filter(router: Router, where: Where, kind: Kind) -> Iterator[Desired]:
    suspended, allowed = router.lists.suspended, router.lists.allowed
    chain = {"chain": FORWARD}
    yield _row(
        kind, "jump-forward", "Suspended clients", where,
        chain="forward", action="jump", jump_target=FORWARD, src_address_list=suspended,
    )  # fmt: skip
    yield _row(
        kind, "allowed", "What they still reach", where,
        **chain, action="return", dst_address_list=allowed,
    )  # fmt: skip
    for protocol in ("udp", "tcp"):
        yield _row(
            kind, f"dns-{protocol}", "DNS", where,
            **chain, action="return", protocol=protocol, dst_port="53",
        )  # fmt: skip
    yield _row(
        kind, "tcp", "Refuse at once", where,
        **chain, action="reject", protocol="tcp", reject_with="tcp-reset",
    )  # fmt: skip
    yield _row(
        kind, "rest", "Refuse the rest", where,
        **chain, action="reject", reject_with="icmp-admin-prohibited",
    )  # fmt: skip


def _nat(router: Router, where: Where) -> Iterator[Desired]:
    notice = router.notice
    assert notice is not None
    web = {"protocol": "tcp", "dst_port": "80"}
    # dst-nat to a port needs a protocol in the same rule, though the jump has matched it already.
    page = {
        "chain": DSTNAT,
        "action": "dst-nat",
        "protocol": "tcp",
        "to_addresses": str(notice.address),
        "to_ports": str(notice.port),
    }
    hours = {"time": f"{notice.hours[0]}h-{notice.hours[1]}h,{_WEEK}"} if notice.hours else {}
    yield _row(
        NAT, "jump-dstnat", "Notice page", where,
        chain="dstnat", action="jump", jump_target=DSTNAT, **web,
    )  # fmt: skip
    yield _row(
        NAT, "nat-allowed", "What they still reach", where,
        chain=DSTNAT, action="return", dst_address_list=router.lists.allowed,
    )  # fmt: skip
    yield _row(
        NAT, "nat-suspended", "Suspended clients", where,
        src_address_list=router.lists.suspended, **page,
    )  # fmt: skip
    yield _row(
        NAT, "nat-notice", "Clients with an open invoice", where,
        src_address_list=router.lists.notice, **page, **hours,
    )  # fmt: skip
