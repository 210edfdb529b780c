# SPDX-License-Identifier: GPL-3.0-or-later
"""What is charged besides the plan: add-ons, days without service, changes of plan, fees.

Each is charged once and has a key, its line's `item`; a key belongs to the invoice that should
carry it, whether it did or not. Pure. Imports of the project: money, terms, accounts, invoices,
models.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.books.account import Account
from billing.invoices.course import Course
from billing.invoices.model import (
    CREDIT_DAYS,
    DISCOUNT,
    LATE_FEE,
    PLAN_CHANGE,
    RECONNECTION_FEE,
    WITH_NEXT,
    Line,
)
from billing.invoices.tariff import PlanChange, Tariff
from billing.money import ZERO, instalment, proportion
from billing.terms import Terms
from reconciler.models import Cause, Charge, Client, Item, PastSuspension, Service, Status

Span = tuple[date, date]


@dataclass(slots=True, eq=False)
class ServiceBooks:
    """A service with its periods and its internet invoices so far."""

    service: Service
    place: int
    course: Course
    tariff: Tariff
    off: tuple[Span, ...]
    accounts: list[Account]


class Fee(NamedTuple):
    """A fee that waits for the next invoice of the lead service after `on`, or on it."""

    key: str
    on: date
    same_day: bool
    amount: Decimal
    description: str

    def is_ready(self, day: date) -> bool:
        return self.on < day or (self.same_day and self.on == day)


def days_off(service: Service, terms: Terms) -> tuple[Span, ...]:
    """The days that are credited, joined where they meet: pauses, and suspensions where so."""
    spans = [(one.from_, one.to) for one in service.pauses]
    if terms.credits_suspension:
        spans += [(one.from_, one.to) for one in service.history if isinstance(one, PastSuspension)]
        if service.suspended is not None:
            spans.append((service.suspended.since, date.max))
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def days_within(spans: tuple[Span, ...], start: date, end: date) -> int:
    """How many days of `[start, end)` the spans hold."""
    return sum(max((min(end, last) - max(start, first)).days, 0) for first, last in spans)


def lead_place(client: Client, day: date) -> int | None:
    """The place of the lead service on a day: the first that is billed then."""
    for place, service in enumerate(client.services):
        if (
            service.status is not Status.FREE
            and service.since is not None
            and service.since <= day
            and (service.cancelled is None or service.cancelled.on > day)
        ):
            return place
    return None


def reconnections(client: Client, terms: Terms) -> list[Fee]:
    """The fees for suspensions for debt that ended."""
    amount = terms.reconnection_fee
    if amount is None or not client.billing.reconnection_fee:
        return []
    return [
        Fee(
            f"{RECONNECTION_FEE}{service.id}/{past.from_}",
            past.to,
            True,
            amount,
            terms.words.reconnection_fee.format(on=past.from_),
        )
        for service in client.services
        for past in service.history
        if isinstance(past, PastSuspension) and past.cause is Cause.DEBT and past.fee is None
    ]


def item_lines(
    items: list[Item], charged: Mapping[str, int], day: date, terms: Terms
) -> Iterator[Line]:
    """The add-ons of an invoice of that day; `charged`: how often each was so far."""
    for item in items:
        if (item.start is not None and day < item.start) or (
            item.end is not None and day > item.end
        ):
            continue
        before = charged.get(item.id, 0)
        if item.charge is Charge.RECURRING or (item.charge is Charge.ONCE and not before):
            yield Line(item.name, terms.rounding.whole(item.price), item.id)
        elif item.charge is Charge.INSTALMENTS and item.count and before < item.count:
            amount = instalment(item.price, item.count, before, terms.rounding)
            what = terms.words.instalment.format(what=item.name, index=before + 1, count=item.count)
            yield Line(what, amount, item.id)


def open_changes(books: ServiceBooks, day: date) -> Iterator[tuple[str, PlanChange]]:
    """The changes of plan up to a day, with their keys."""
    for change in books.tariff.changes:
        if change.on <= day:
            yield f"{PLAN_CHANGE}{change.on}", change


def correction_lines(
    key: str, change: PlanChange, books: ServiceBooks, terms: Terms
) -> Iterator[Line]:
    """What earlier invoices charged too much or too little for days after the change."""
    for account in books.accounts:
        invoice = account.invoice
        if invoice.issued_on >= change.on or not account_counts(account):
            continue
        spans = [(invoice.start, invoice.end)]
        first = books.course.first_period
        if first is not None and any(line.item == WITH_NEXT for line in invoice.lines):
            spans.append(first)
        for start, end in spans:
            if end > change.on:
                yield from _two_lines(key, change, (start, end), books.course, terms)


def _two_lines(
    key: str, change: PlanChange, span: Span, course: Course, terms: Terms
) -> Iterator[Line]:
    start, end = span
    begin = max(change.on, start)
    share = course.share(start, end)
    part = (share.days * (end - begin).days, share.base * (end - start).days)
    words = terms.words
    for rate, text, sign in (
        (change.old, words.before_change, -1),
        (change.new, words.after_change, 1),
    ):
        what = words.days(rate.label, begin, end)
        amount = terms.rounding.part(rate.net, *part) * sign
        yield Line(text.format(on=change.on, what=what), amount, key)


def account_counts(account: Account) -> bool:
    """Whether days of this invoice were charged: it is neither void nor free."""
    return account.voided_on is None and not account.invoice.is_free


def ended_periods(books: ServiceBooks, day: date) -> Iterator[tuple[str, Account]]:
    """The invoices of periods that are over on a day, with the keys of their credits."""
    for account in books.accounts:
        if account.invoice.end <= day and account_counts(account):
            yield f"{CREDIT_DAYS}{account.invoice.start}", account


def credit_line(
    key: str, account: Account, books: ServiceBooks, room: Decimal, terms: Terms
) -> Line | None:
    """The credit for the days off of a period, at most `room`."""
    invoice = account.invoice
    days = days_within(books.off, invoice.start, invoice.end)
    if not days or room <= 0:
        return None
    charged = _plan_charged(invoice.lines)
    amount = terms.rounding.part(charged, days, (invoice.end - invoice.start).days)
    amount = min(amount, room)
    if amount <= 0:
        return None
    words = terms.words.suspended_day if days == 1 else terms.words.suspended_days
    text = words.format(days=days, start=invoice.start)
    return Line(text, -amount, key)


def _plan_charged(lines: tuple[Line, ...]) -> Decimal:
    """The plan lines less their part of the discount, which a with-next line shares."""
    plan = sum((line.amount for line in lines if line.item is None), ZERO)
    carried = sum((line.amount for line in lines if line.item == WITH_NEXT), ZERO)
    discount = sum((line.amount for line in lines if line.item == DISCOUNT), ZERO)
    if not discount or not plan:
        return plan
    return plan + proportion(discount, plan, plan + carried)


def late_fee_key(invoice_id: str) -> str:
    return f"{LATE_FEE}{invoice_id}"
