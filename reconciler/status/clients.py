# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's side of a router: its rows, what waits, its sessions, who blocks it. Pure.

Imports addresses, inventory, kinds, marks, planning, render, survey and `model`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import IPv4Network

from reconciler.addresses import network_of
from reconciler.inventory import Subscription
from reconciler.kinds import ADDRESS_LIST, KINDS, Kind
from reconciler.marks import Row, is_disabled
from reconciler.planning import RouterPlan
from reconciler.render import describe
from reconciler.status.model import Membership, RouterStatus, ServiceStatus
from reconciler.survey import Actual


def service_status(
    sub: Subscription, seen: RouterStatus, plan: RouterPlan, actual: Actual | None
) -> ServiceStatus:
    """`actual`: what the router holds, None where it was not reached."""
    wanted = sub.service.status.value
    if actual is None or not seen.is_reachable:
        return ServiceStatus(sub.id, sub.router.id, wanted)
    marks = {sub.id, *sub.former_ids}
    return ServiceStatus(
        sub.id,
        sub.router.id,
        wanted,
        rows=tuple(_rows(marks, actual)),
        changes=tuple(_changes(marks, sub, plan)),
        logins=tuple(one for one in seen.logins or () if one.service == sub.id),
        suspended=tuple(_memberships(sub, actual)),
    )


def _rows(marks: Collection[str], actual: Actual) -> Iterator[str]:
    for kind in KINDS:
        for row in actual.rows(kind.path) if kind.commented else ():
            if kind.mark_of(row) in marks:
                off = ", disabled" if is_disabled(row) else ""
                yield f"{kind.path} {_name(kind, row)}{off}"


def _name(kind: Kind, row: Row) -> str:
    values: Mapping[str, str | None] = {name: row.get(name) for name in kind.key}
    return " ".join(value for value in values.values() if value)


def _changes(marks: Collection[str], sub: Subscription, plan: RouterPlan) -> Iterator[str]:
    """Of its rows, and what its plan still lacks on the router."""
    for change in plan.changes:
        if change.mark in marks or change.source.id in {sub.id, f"plan/{sub.plan.id}"}:
            yield f"{change.action.value} {describe(change)}"


def _memberships(sub: Subscription, actual: Actual) -> Iterator[Membership]:
    service, name = sub.service, sub.router.lists.suspended
    if not service.address:
        return
    listed = networks_of(actual.rows(ADDRESS_LIST.path), name)
    for address in (service.address, *service.targets):
        network = IPv4Network(str(address))
        yield Membership(str(address), any(network.subnet_of(one) for one in listed))


def networks_of(rows: Sequence[Row], name: str) -> list[IPv4Network]:
    """What the enabled entries of a list cover, those of RouterOS's own making too."""
    listed = (
        row.get("address", "") for row in rows if row.get("list") == name and not is_disabled(row)
    )
    return [network for address in listed if (network := network_of(address))]
