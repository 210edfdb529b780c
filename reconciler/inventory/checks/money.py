# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts fit the currency, and whoever is billed can be billed."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from reconciler.inventory.checks.base import Found
from reconciler.inventory.draft import Draft
from reconciler.inventory.finding import Finding
from reconciler.inventory.model import Subscription
from reconciler.models import Client, PastPlan, Plan, Settings, Status, Zone
from reconciler.yamlfile import Loc

Amount = tuple[Loc, Decimal | None]


def minor_digits(draft: Draft) -> Iterator[Found]:
    """No more decimals than the currency has."""
    settings = draft.inventory.settings
    if draft.settings.damaged:
        return
    digits = settings.minor_digits
    for reading in draft.readings:
        model = reading.model
        if isinstance(model, Client) and not (model.items or model.billing.discount):
            continue
        for loc, amount in _amounts(model):
            if amount is not None and -int(amount.as_tuple().exponent) > digits:
                message = f"{amount} has more decimals than {settings.currency} has ({digits})."
                yield reading, Finding("minor-digits", loc, message, "Round it")


def _amounts(model: object) -> Iterator[Amount]:
    if isinstance(model, Plan):
        yield ("price",), model.price
    elif isinstance(model, Zone) and model.billing is not None:
        yield ("billing", "min_debt"), model.billing.min_debt
        for key in ("late_fee", "reconnection_fee"):
            yield ("billing", key, "amount"), getattr(getattr(model.billing, key), "amount", None)
    elif isinstance(model, Client):
        if model.billing.discount is not None:
            yield ("billing", "discount", "amount"), model.billing.discount.amount
        for index, item in enumerate(model.items):
            yield ("items", index, "price"), item.price


def instalments(draft: Draft) -> Iterator[Found]:
    """The last instalment takes the remainder, which must leave something to charge."""
    unit = Decimal(1).scaleb(-draft.inventory.settings.minor_digits)
    for client, reading in draft.of_kind("client"):
        for index, item in enumerate(client.items):
            if item.count is None:
                continue
            part = (item.price / item.count).quantize(unit, ROUND_HALF_UP)
            last = item.price - part * (item.count - 1)
            if last <= 0:
                message = f"{item.count} instalments of {item.price} leave {last} for the last one."
                loc = ("items", index, "count")
                yield reading, Finding("item", loc, message, "Take fewer instalments")


def _billed(sub: Subscription) -> bool:
    has_dates = sub.zone.billing is not None or sub.client.billing.own is not None
    return has_dates and sub.service.status is not Status.FREE


def prices(draft: Draft) -> Iterator[Found]:
    """What is billed has a price, the plans of the past included."""
    plans = {plan.id: (plan, reading) for plan, reading in draft.of_kind("plan")}
    reported = set()
    priceless = {id_ for id_, (plan, _) in plans.items() if plan.price is None}
    for sub in draft.inventory.subscriptions if priceless else ():
        if not _billed(sub):
            continue
        past = [one.plan for one in sub.service.history if isinstance(one, PastPlan)]
        for id_ in (sub.plan.id, *past):
            plan, reading = plans.get(id_, (None, None))
            if plan is None or reading is None or plan.price is not None or id_ in reported:
                continue
            reported.add(id_)
            message = f"The plan has no price, but {sub.id} is billed by it."
            hint = 'Add `price: "350.00"`'
            yield reading, Finding("no-price", ("price",), message, hint, needs_all=True)


def starts(draft: Draft) -> Iterator[Found]:
    """Billing starts with `since`."""
    for sub in draft.inventory.subscriptions:
        if (
            sub.service.since is None
            and sub.service.status is not Status.CANCELLED
            and _billed(sub)
        ):
            placed = draft.placed(sub)
            message = "The service has no `since`, so it is never billed."
            hint = "Add the day it was installed, or `status: free`"
            yield (
                placed.reading,
                Finding("no-since", placed.loc(), message, hint, warning=True, needs_all=True),
            )


def currency_said(draft: Draft) -> Iterator[Found]:
    """Where anything is billed, currency and time zone are not left to a default."""
    settings = draft.settings.model
    if not isinstance(settings, Settings):
        return
    billing = next((zone for zone in draft.inventory.zones.values() if zone.billing), None)
    for key, example in (("currency", "MXN"), ("timezone", "America/Mexico_City")):
        if billing is not None and key not in settings.model_fields_set:
            if key == "timezone" and billing.timezone:
                continue
            message = f"Zone {billing.id} bills, but `{key}` is missing."
            finding = Finding(
                "missing-key", (key,), message, f"Add `{key}: {example}`", needs_all=True
            )
            yield draft.settings, finding


CHECKS = (minor_digits, instalments, prices, starts, currency_said)
