# SPDX-License-Identifier: GPL-3.0-or-later
"""Every address is one service's, in its zone's pools, and nobody else's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise
from typing import NamedTuple

from reconciler.addresses import Interval, Intervals, hosts, interval
from reconciler.inventory.checks.base import Found
from reconciler.inventory.draft import Draft, Placed
from reconciler.inventory.finding import Finding
from reconciler.inventory.model import Subscription
from reconciler.models import Service, Zone
from reconciler.yamlfile import Loc


class _Given(NamedTuple):
    """An address or a target network of a service."""

    placed: Placed
    keys: Loc
    what: IPv4Address | IPv4Network

    @property
    def interval(self) -> Interval:
        return interval(self.what)

    @property
    def loc(self) -> Loc:
        return self.placed.loc(*self.keys)

    def finding(self, code: str, message: str, hint: str, *, warning: bool = False) -> Found:
        return self.placed.reading, Finding(code, self.loc, message, hint, warning)


def _given(service: Service) -> Sequence[tuple[Loc, IPv4Address | IPv4Network]]:
    """The keys and values of its address and targets."""
    own = [(("address",), service.address)] if service.address is not None else []
    if not service.targets:
        return own
    return [*own, *((("targets", index), one) for index, one in enumerate(service.targets))]


def in_pools(draft: Draft) -> Iterator[Found]:
    """An address is in the zone's pools, not reserved, and one that a client can have."""
    pools_of = cache(lambda id_: Intervals(map(interval, draft.inventory.zones[id_].addresses)))
    reserved_of = cache(lambda id_: Intervals(map(interval, draft.inventory.zones[id_].reserved)))
    for sub in draft.inventory.subscriptions:
        zone = sub.zone
        pools, reserved = pools_of(zone.id), reserved_of(zone.id)
        for keys, what in _given(sub.service):
            part = interval(what)
            if not pools.covers(part):
                placed = draft.placed(sub)
                if placed.whole:
                    yield _outside(draft, _Given(placed, keys, what))
            elif reserved.overlaps(part):
                message = f"{what} is reserved in zone {zone.id}."
                given = _Given(draft.placed(sub), keys, what)
                yield given.finding("reserved", message, draft.free_hint(zone))
            elif isinstance(what, IPv4Address) and (network := _edge(zone, part[0])):
                message = f"{what} is the first or last address of {network}."
                given = _Given(draft.placed(sub), keys, what)
                hint = draft.free_hint(zone)
                yield given.finding("edge-address", message, hint, warning=True)


def _outside(draft: Draft, given: _Given) -> Found:
    zone = given.placed.subscription.zone
    message = f"{given.what} is not in the addresses of zone {zone.id}."
    if isinstance(given.what, IPv4Address):
        return given.finding("outside-pools", message, draft.free_hint(zone))
    hint = "Add it there, so that no other service gets it"
    return given.finding("outside-pools", message, hint, warning=True)


def _edge(zone: Zone, number: int) -> IPv4Network | None:
    """The pool whose network or broadcast address this is."""
    for pool in zone.addresses:
        first, last = interval(pool)
        if isinstance(pool, IPv4Network) and first <= number <= last:
            inner_first, inner_last = hosts(pool)
            if not inner_first <= number <= inner_last:
                return pool
    return None


def routers_own(draft: Draft) -> Iterator[Found]:
    """The router's end of the sessions is not a client's."""
    for sub in draft.inventory.subscriptions:
        address = sub.service.address
        own = (sub.zone.local_address, sub.plan.local_address, sub.service.local_address)
        if address is not None and any(one is not None and one == address for one in own):
            placed = draft.placed(sub)
            message = f"{address} is the router's own (local_address)."
            hint = draft.free_hint(sub.zone)
            yield placed.reading, Finding("reserved", placed.loc("address"), message, hint)


def given_once(draft: Draft) -> Iterator[Found]:
    """No address is two services' on one router, alone or within a target."""
    for subs in draft.inventory.by_router.values():
        ends = sorted(interval(what) for sub in subs for _, what in _given(sub.service))
        if any(second[0] <= first[1] for first, second in pairwise(ends)):
            yield from _overlaps(draft, subs)


def _overlaps(draft: Draft, subs: Iterable[Subscription]) -> Iterator[Found]:
    all_given = [
        _Given(placed, keys, what)
        for placed in map(draft.placed, subs)
        for keys, what in _given(placed.subscription.service)
    ]
    all_given.sort(key=lambda given: given.interval)  # stable: equal ones by client id
    widest: _Given | None = None
    for given in all_given:
        if widest is not None and given.interval[0] <= widest.interval[1]:
            if widest.placed is not given.placed:
                yield _also_given(draft, widest, given)
            if given.interval[1] < widest.interval[1]:
                continue
        widest = given


def _also_given(draft: Draft, first: _Given, second: _Given) -> Found:
    other = second.placed.subscription
    client = other.client.id if other.service.id == "internet" else other.id
    place = draft.where(second.placed.reading, second.loc)
    if first.interval == second.interval:
        message = f"{first.what} is also given to {client} ({place})."
    else:
        message = f"{first.what} overlaps {second.what}, which is given to {client} ({place})."
    hint = draft.free_hint(first.placed.subscription.zone)
    return first.finding("duplicate-address", message, hint)


def prefixes_once(draft: Draft) -> Iterator[Found]:
    """No IPv6 prefix is two services' on one router."""
    by_router: defaultdict[str, list[tuple[int, int, Placed, int]]] = defaultdict(list)
    for sub in draft.inventory.subscriptions:
        if not sub.service.ipv6:
            continue
        placed = draft.placed(sub)
        for index, prefix in enumerate(sub.service.ipv6):
            ends = int(prefix.network_address), int(prefix.broadcast_address)
            by_router[sub.router.id].append((*ends, placed, index))
    for prefixes in by_router.values():
        prefixes.sort(key=lambda one: one[:2])
        widest = prefixes[0]
        for one in prefixes[1:]:
            if one[0] <= widest[1] and one[2] is not widest[2]:
                yield _also_given6(draft, widest[2], widest[3], one[2], one[3])
            if one[1] >= widest[1]:
                widest = one


def _also_given6(draft: Draft, first: Placed, i: int, second: Placed, j: int) -> Found:
    ours, theirs = first.subscription, second.subscription
    place = draft.where(second.reading, second.loc("ipv6", j))
    mine, other = ours.service.ipv6[i], theirs.service.ipv6[j]
    if mine == other:
        message = f"{mine} is also given to {theirs.id} ({place})."
    else:
        message = f"{mine} overlaps {other}, which is given to {theirs.id} ({place})."
    hint = "Give each service prefixes of its own"
    return first.reading, Finding("duplicate-address", first.loc("ipv6", i), message, hint)


def devices_once(draft: Draft) -> Iterator[Found]:
    """One device at two clients is mostly a slip."""
    last: dict[tuple[str, str], Subscription] = {}
    for sub in draft.inventory.subscriptions:
        if sub.service.mac is None or not sub.service.has_rows:
            continue
        key = (sub.router.id, sub.service.mac)
        other = last.get(key)
        if other is not None and other.client is not sub.client:
            placed, before = draft.placed(sub), draft.placed(other)
            place = draft.where(placed.reading, placed.loc("mac"))
            message = f"The MAC address {sub.service.mac} is also that of {sub.id} ({place})."
            finding = Finding(
                "duplicate-mac", before.loc("mac"), message, "Is one a slip?", warning=True
            )
            yield before.reading, finding
        last[key] = sub


def zones_apart(draft: Draft) -> Iterator[Found]:
    """Zones of one router do not share addresses: both would give the same one away."""
    zones = list(draft.of_kind("zone"))
    for position, (zone, reading) in enumerate(zones):
        for index, pool in enumerate(zone.addresses):
            for other, where in zones[:position]:
                if other.router != zone.router or other.id == zone.id:
                    continue
                for theirs in other.addresses:
                    if Intervals([interval(theirs)]).overlaps(interval(pool)):
                        message = f"{pool} overlaps {theirs} of zone {other.id} ({where.file})."
                        hint = f"Both are on router {zone.router}: divide the addresses"
                        loc = ("addresses", index)
                        yield reading, Finding("pools-overlap", loc, message, hint)


def notice_elsewhere(draft: Draft) -> Iterator[Found]:
    """The notice page is reached by suspended clients, so it is not one of their addresses."""
    for router, reading in draft.of_kind("router"):
        if router.notice is None:
            continue
        for zone in draft.inventory.zones.values():
            if Intervals(map(interval, zone.addresses)).covering(int(router.notice.address)):
                message = f"The notice address {router.notice.address} is in zone {zone.id}."
                hint = "Put the page on an address that no client can have"
                yield reading, Finding("notice-address", ("notice", "address"), message, hint)


CHECKS = (
    in_pools,
    routers_own,
    given_once,
    prefixes_once,
    devices_once,
    zones_apart,
    notice_elsewhere,
)
