# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of one service: a function a mode, one for ARP bindings, one for the suspended list."""

from collections.abc import Callable, Iterator

from reconciler.compile.plans import burst_times, pair_text, suspended_profile_name
from reconciler.desired import Desired, Source
from reconciler.inventory import Subscription
from reconciler.kinds import (
    ADDRESS_LIST,
    ADDRESS_LIST6,
    ARP,
    HOTSPOT_USER,
    PPP_SECRET,
    QUEUE_SIMPLE,
    Kind,
)
from reconciler.marks import with_mark
from reconciler.models import Binding, Mode
from reconciler.secrets import Secrets

RowMaker = Callable[[Kind, dict[str, str]], Desired]


def service_rows(sub: Subscription, secrets: Secrets) -> Iterator[Desired]:
    """Every row of a service that lives on its router."""
    row = _maker(sub)
    mode = sub.plan.mode
    # First of all, so that who is new on a router is blocked before anything else is there.
    if sub.service.is_blocked:
        yield from _list_rows(sub, row, sub.router.lists.suspended)
    if sub.has_queue and sub.service.address:
        yield row(QUEUE_SIMPLE, _queue(sub))
    if mode is Mode.PCQ:
        yield row(ADDRESS_LIST, {"list": sub.plan.list_name, "address": str(sub.service.address)})
    elif mode is Mode.PPPOE:
        yield row(PPP_SECRET, _secret(sub, secrets))
    elif mode is Mode.HOTSPOT:
        yield row(HOTSPOT_USER, _hotspot_user(sub, secrets))
    if sub.router.binding is Binding.ARP and mode is not Mode.PPPOE:
        yield from _arp(sub, row)


def notice_rows(sub: Subscription) -> Iterator[Desired]:
    yield from _list_rows(sub, _maker(sub, notice=True), sub.router.lists.notice, ipv6=False)


def _maker(sub: Subscription, *, notice: bool = False) -> RowMaker:
    mark, label, former_ids = sub.id, sub.label, sub.former_ids
    comment = with_mark(label, mark)
    source = Source(mark, sub.where, label)

    def make(kind: Kind, values: dict[str, str]) -> Desired:
        values["comment"] = comment
        return Desired(kind, mark, values, source, aliases=former_ids, notice=notice)

    return make


def _queue(sub: Subscription) -> dict[str, str]:
    plan = sub.plan
    targets = [str(sub.service.address) + "/32", *map(str, sub.service.targets)]
    values = {
        "name": sub.queue_name,
        "target": ",".join(targets),
        "max-limit": pair_text(plan),
        "limit-at": pair_text(plan.guaranteed),
        "priority": f"{plan.priority}/{plan.priority}",
    }
    if plan.burst:
        values["burst-limit"] = pair_text(plan.burst)
        values["burst-threshold"] = pair_text(plan.burst.threshold)
        values["burst-time"] = burst_times(plan.burst)
    if sub.parent:
        values["parent"] = sub.parent
    return values


def check_password(sub: Subscription, secrets: Secrets) -> None:
    """Raises FilesError where a row of the service holds its password, and it cannot be had."""
    if sub.plan.has_login:
        secrets.check(sub.service.password, sub.client.id, sub.service.id, sub.where)


def _password(sub: Subscription, secrets: Secrets) -> str:
    """Raises FilesError as `Secrets.resolve` does."""
    return secrets.resolve(sub.service.password, sub.client.id, sub.service.id, sub.where)


def _secret(sub: Subscription, secrets: Secrets) -> dict[str, str]:
    service = sub.service
    values = {
        "name": sub.name,
        "password": _password(sub, secrets),
        "service": service.ppp_service.value,
        "profile": sub.plan.profile_name,
    }
    if service.address:
        values["remote-address"] = str(service.address)
    elif sub.service.is_blocked:
        values["profile"] = suspended_profile_name(sub.plan)
    if sub.local_address:
        values["local-address"] = str(sub.local_address)
    if service.mac:
        values["caller-id"] = service.mac
    return values


def _hotspot_user(sub: Subscription, secrets: Secrets) -> dict[str, str]:
    service = sub.service
    values = {
        "name": sub.name,
        "password": _password(sub, secrets),
        "profile": sub.plan.profile_name,
        "server": service.server,
    }
    if service.address:
        values["address"] = str(service.address)
    elif sub.service.is_blocked:
        values["disabled"] = "true"
    if service.mac:
        values["mac-address"] = service.mac
    return values


def _arp(sub: Subscription, row: RowMaker) -> Iterator[Desired]:
    service = sub.service
    if service.address and service.mac and sub.interface:
        yield row(
            ARP,
            {
                "address": str(service.address),
                "mac-address": service.mac,
                "interface": sub.interface,
            },
        )


def _list_rows(
    sub: Subscription, row: RowMaker, name: str, *, ipv6: bool = True
) -> Iterator[Desired]:
    """Membership of every address that reaches the client's house, so that none leaks."""
    service = sub.service
    if service.address:
        for address in (service.address, *service.targets):
            yield row(ADDRESS_LIST, {"list": name, "address": str(address)})
    if ipv6 and sub.router.ipv6_block:
        for prefix in service.ipv6:
            yield row(ADDRESS_LIST6, {"list": name, "address": str(prefix)})
