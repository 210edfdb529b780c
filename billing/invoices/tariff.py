# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of a service, past and present, and their lines on an invoice.

An invoice knows the changes up to its issue date and bills later days at the plan of that date.
Pure. Imports of the project: money, words, the invoice's model, models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.invoices.model import DISCOUNT, Line
from billing.invoices.shares import Share
from billing.money import ZERO, Rounding, less_percent
from billing.words import Words
from reconciler.models import Client, PastPlan, Plan, Service


class Rate(NamedTuple):
    """What a plan costs a service a month: `price`, and `net` after its discount."""

    label: str
    price: Decimal
    net: Decimal


class PlanChange(NamedTuple):
    """From `on` the service has the plan `new` instead of `old`."""

    on: date
    old: Rate
    new: Rate


@dataclass(frozen=True, slots=True)
class Tariff:
    """The present rate of a service and the changes that led to it, the earliest first."""

    rate: Rate
    changes: tuple[PlanChange, ...] = ()

    def rate_on(self, day: date) -> Rate:
        """The plan that held on a day."""
        return next((one.old for one in self.changes if day < one.on), self.rate)

    def parts(self, start: date, end: date, issued_on: date) -> list[tuple[Rate, int]]:
        """The plans of a period as an invoice of that day knows them, each with all its days."""
        if not self.changes:
            return [(self.rate, (end - start).days)]
        days: dict[Rate, int] = {}
        position = start
        for change in self.changes:
            if change.on > issued_on or position == end:
                break
            until = min(max(change.on, position), end)
            if until > position:
                days[change.old] = days.get(change.old, 0) + (until - position).days
                position = until
        if position < end:
            rate = self.rate_on(issued_on)
            days[rate] = days.get(rate, 0) + (end - position).days
        return list(days.items())


def tariff_of(client: Client, place: int, service: Service, plans: Mapping[str, Plan]) -> Tariff:
    """The tariff of the service at that place of the client's file."""
    discount = client.billing.discount
    percent = discount.percent if discount else None
    amount = discount.amount if discount and place == 0 else None

    def rate(plan_id: str) -> Rate:
        plan = plans[plan_id]
        price = net = plan.price or ZERO
        if percent is not None:
            net = less_percent(net, percent)
        if amount is not None:
            net = max(net - amount, ZERO)
        return Rate(plan.label, price, net)

    present = rate(service.plan)
    if not service.history:
        return Tariff(present)
    past = sorted(
        (one for one in service.history if isinstance(one, PastPlan)), key=lambda one: one.to
    )
    if not past:
        return Tariff(present)
    followers = [rate(one.plan) for one in past[1:]] + [present]
    changes = (
        PlanChange(one.to, rate(one.plan), new) for one, new in zip(past, followers, strict=True)
    )
    return Tariff(present, tuple(changes))


@dataclass(frozen=True, slots=True)
class PlanLines:
    """Lines of a period's plans, and what the discount takes off them (never above zero)."""

    lines: tuple[Line, ...]
    discount: Decimal


def plan_lines(
    parts: list[tuple[Rate, int]], period: tuple[date, date], share: Share, money: Rounding,
    words: Words,
) -> PlanLines:  # fmt: skip
    """One line a plan; the last takes the remainder where all cost the same."""
    start, end = period
    if len(parts) == 1:
        rate = parts[0][0]
        amount = money.part(rate.price, *share)
        net = amount if rate.net == rate.price else money.part(rate.net, *share)
        return PlanLines((Line(words.days(rate.label, start, end), amount),), net - amount)
    total = (end - start).days
    prices = [money.part(rate.price, share.days * days, share.base * total) for rate, days in parts]
    nets = [money.part(rate.net, share.days * days, share.base * total) for rate, days in parts]
    if len({rate.price for rate, _ in parts}) == 1:
        prices[-1] = money.part(parts[0][0].price, *share) - sum(prices[:-1])
        nets[-1] = money.part(parts[0][0].net, *share) - sum(nets[:-1])
    lines = tuple(
        Line(f"{words.days(rate.label, start, end)} ({days}/{total})", price)
        for (rate, days), price in zip(parts, prices, strict=True)
    )
    return PlanLines(lines, sum(nets, ZERO) - sum(prices, ZERO))


def discount_line(amount: Decimal, words: Words) -> list[Line]:
    """The line of a discount, where there is any."""
    return [Line(words.discount, amount, DISCOUNT)] if amount else []
