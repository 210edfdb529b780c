# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules within one client file. Imports of the project: models, findings, the services' rules."""

from collections.abc import Iterator
from datetime import date, timedelta

from reconciler.inventory.finding import Finding
from reconciler.inventory.rules.common import days_that_meet, repeated
from reconciler.inventory.rules.service import SERVICE_RULES
from reconciler.models import Charge, Client, Status, Timing
from reconciler.wording import did_you_mean, listing, show

# The marks of plans and of the block rules begin with these words where a client's id stands.
_MARK_WORDS = frozenset({"plan", "router"})
_PROMISE_DAYS = 7
# What billing writes in the `item` of a line that is no item.
_LINE_WORDS = frozenset({"discount", "with-next"})


def ids(client: Client) -> Iterator[Finding]:
    """Ids that make unambiguous marks."""
    if client.id in _MARK_WORDS:
        message = f"The client id `{client.id}` is a word that the marks on routers begin with."
        yield Finding("client-id", ("id",), message, "Choose another id")
    for index, former in enumerate(client.former_ids):
        loc = ("former_ids", index)
        if former == client.id:
            message = f"The former id {show(former)} is the present one."
            yield Finding("former-id", loc, message, "Remove it")
        elif former in _MARK_WORDS:
            message = f"The former id `{former}` is a word that the marks on routers begin with."
            yield Finding("former-id", loc, message, "Remove it")
    formers = ((("former_ids", i), former) for i, former in enumerate(client.former_ids))
    yield from repeated(formers, "former id")
    services = ((("services", i, "id"), one.id) for i, one in enumerate(client.services))
    yield from repeated(services, "service id")
    yield from repeated(
        ((("items", i, "id"), one.id) for i, one in enumerate(client.items)), "item id"
    )


def services(client: Client) -> Iterator[Finding]:
    """The rules of each service."""
    for index, service in enumerate(client.services):
        for rule in SERVICE_RULES:
            yield from rule(service, ("services", index))


def items(client: Client) -> Iterator[Finding]:
    """Add-ons: `count` exactly with instalments, dates in order, a service that exists."""
    known = [service.id for service in client.services]
    for index, item in enumerate(client.items):
        loc = ("items", index)
        if item.id in _LINE_WORDS:
            message = f"The item id `{item.id}` is a word of the invoices' own lines."
            yield Finding("item", (*loc, "id"), message, "Choose another id")
        if item.charge is Charge.INSTALMENTS and item.count is None:
            message = f"The item {show(item.id)} has no count of instalments."
            yield Finding("item", loc, message, "Add `count: 3`, from 2 to 24", needs_all=True)
        elif item.charge is not Charge.INSTALMENTS and item.count is not None:
            message = f"count is only for instalments, and the charge is {item.charge}."
            yield Finding("item", (*loc, "count"), message, "Remove it")
        if item.start and item.end and item.end < item.start:
            message = f"The item {show(item.id)} ends on {item.end}, before its start {item.start}."
            yield Finding("item", (*loc, "end"), message, "It would never be charged")
        if item.service is not None and item.service not in known:
            message = f"The client has no service {show(item.service)}."
            meant = did_you_mean(item.service, known)
            hint = f"Did you mean `{meant}`?" if meant else f"It has: {listing(known) or 'none'}"
            yield Finding("no-such-service", (*loc, "service"), message, hint, needs_all=True)


def dates(client: Client) -> Iterator[Finding]:
    """Own dates, and what needs them."""
    own = client.billing.own
    if own is not None:
        yield from days_that_meet(own, ("billing", "own"))
    if client.billing.recharge and (own is None or own.timing is not Timing.PREPAID):
        message = "recharge needs own prepaid dates."
        hint = "Add `own: {timing: prepaid, issue_day: …, due_day: …, cut_day: …}`"
        yield Finding("recharge", ("billing", "recharge"), message, hint, needs_all=True)
    months = enumerate(client.billing.free_periods)
    yield from repeated(((("billing", "free_periods", i), month) for i, month in months), "month")


def promises(client: Client) -> Iterator[Finding]:
    """At most a week each, and no two at once; both ends count."""
    sound = []
    for index, promise in enumerate(client.billing.promises):
        loc = ("billing", "promises", index, "until")
        if promise.until < promise.made_on:
            message = f"The promise ends on {promise.until}, before it was made."
            yield Finding("promise", loc, message, f"It was made on {promise.made_on}")
            continue
        if promise.until > promise.made_on + timedelta(days=_PROMISE_DAYS):
            last = promise.made_on + timedelta(days=_PROMISE_DAYS)
            message = f"The promise holds until {promise.until}, more than {_PROMISE_DAYS} days."
            yield Finding("promise", loc, message, f"The last day it may hold is {last}")
        sound.append((promise.made_on, promise.until, index))
    latest: date | None = None
    for made_on, until, index in sorted(sound):
        if latest is not None and made_on <= latest:
            loc = ("billing", "promises", index, "made_on")
            message = f"The promise of {made_on} was made while another held, until {latest}."
            yield Finding("promise", loc, message, "One promise at a time: remove one of them")
        latest = until if latest is None else max(latest, until)


def equipment_back(client: Client) -> Iterator[Finding]:
    """Who left and still has something of ours."""
    left = client.services and all(one.status is Status.CANCELLED for one in client.services)
    if left and client.equipment:
        what = listing(show(one.item) for one in client.equipment)
        message = f"The client has left and still has {what}."
        hint = "Remove what came back from equipment"
        yield Finding("equipment", ("equipment",), message, hint, warning=True)


RULES = (ids, services, items, dates, promises, equipment_back)
