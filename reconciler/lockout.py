# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a plan would cut the way on which we reach routers. Pure.

Only few of our rows can: an address in the suspended list is refused in chain=forward, also on its
way to a router behind this one; a notice redirects tcp/80; an ARP binding ties an address to one
device; a session that drops takes along who works over it. Users, groups, services, interface lists
and input rules are never ours. Imports change, errors, kinds, marks, models and planning.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from reconciler.change import Action, Change
from reconciler.errors import Problem
from reconciler.kinds import (
    ADDRESS_LIST,
    ADDRESS_LIST6,
    ARP,
    FILTER,
    FILTER6,
    HOTSPOT_USER,
    PPP_SECRET,
)
from reconciler.marks import Row, is_disabled
from reconciler.models import Router
from reconciler.planning import RouterPlan

Address = IPv4Address | IPv6Address
_WEB = 80


@dataclass(frozen=True)
class ManagementPath:
    """`addresses`: ours as routers see them, and those of the routers themselves; `port`: the API
    port of the router in question.
    """

    addresses: frozenset[Address]
    port: int


def addresses_of(texts: Iterable[str | None]) -> frozenset[Address]:
    """Those of the texts that are addresses; names are left out."""
    return frozenset(address for text in texts if (address := _address(text or "")))


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def needs_lists(plan: RouterPlan) -> bool:
    """Whether rules come into effect, so that what stands in the suspended list matters too."""
    return any(_blocks_now(change) for change in plan.changes)


def lockouts(
    router: Router, plan: RouterPlan, path: ManagementPath, standing: Sequence[Row]
) -> list[Problem]:
    """Every change that would cut the path; `standing`: the address lists as they are."""
    found = [*_blocked(router, plan, path, standing), *_bound(plan, path), *_dropped(plan, path)]
    return [
        Problem(
            "lockout",
            f"{text}, an address on the way on which routers are reached from here.",
            "Look at the plan; --allow-lockout lets it through",
            router=router.id,
        )
        for text in dict.fromkeys(found)
    ]


def _blocked(
    router: Router, plan: RouterPlan, path: ManagementPath, standing: Sequence[Row]
) -> Iterator[str]:
    lists = {router.lists.suspended}
    if path.port == _WEB:
        lists.add(router.lists.notice)
    for change in plan.changes:
        if change.kind in (ADDRESS_LIST, ADDRESS_LIST6) and change.action is not Action.REMOVE:
            row = _after(change)
            if row.get("list") in lists:
                yield from _holds(row, path, f"{change.mark} puts")
    leaving = {change.row_id for change in plan.changes if change.action is Action.REMOVE}
    if needs_lists(plan):
        for row in standing:
            stays = row.get(".id") not in leaving and not is_disabled(row)
            if row.get("list") in lists and stays:
                yield from _holds(row, path, "the rules of this plan block who stands there, and")


def _blocks_now(change: Change) -> bool:
    """Whether a filter rule of ours comes into effect, or to another place."""
    return change.kind in (FILTER, FILTER6) and change.action is not Action.REMOVE


def _holds(row: Row, path: ManagementPath, who: str) -> Iterator[str]:
    for address in sorted(path.addresses, key=str):
        if contains(row.get("address", ""), address):
            yield f"{who} {row['address']} in {row['list']}, and that is {address}"


def _bound(plan: RouterPlan, path: ManagementPath) -> Iterator[str]:
    for change in plan.changes:
        if change.kind is ARP and change.action is not Action.REMOVE:
            address = _address(_after(change).get("address", ""))
            if address in path.addresses:
                yield f"{change.mark} binds {address} to a device with an ARP row"


def _dropped(plan: RouterPlan, path: ManagementPath) -> Iterator[str]:
    """Who works over a client's own login loses it with the session."""
    fields = {PPP_SECRET: "remote-address", HOTSPOT_USER: "address"}
    for session in plan.sessions:
        field = fields.get(session.cause.kind)
        if not session.drops or field is None:
            continue
        address = _address((session.cause.row or {}).get(field, ""))
        if address in path.addresses:
            yield f"{session.client} is logged out, and works at {address}"


def _after(change: Change) -> Row:
    return {**(change.row or {}), **dict(change.words)}


def contains(entry: str, address: Address) -> bool:
    """Whether an entry of an address list is or holds an address; a name is taken as not."""
    first, dash, last = entry.partition("-")
    if dash:
        low, high = _address(first), _address(last)
        if low is None or high is None or not low.version == high.version == address.version:
            return False
        return int(low) <= int(address) <= int(high)
    try:
        return address in ip_network(entry, strict=False)
    except ValueError:
        return False
