# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an invoice is as it is: the rule, file and line behind every date and amount.

Imports of the project: the books, calendar, invoices, sources, errors, inventory, models.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from billing.books.account import Account
from billing.books.bill import Books, ClientBooks
from billing.calendar.holidays import named
from billing.calendar.schedule import Dates, RechargeSchedule
from billing.invoices.model import (
    CREDIT_DAYS,
    DISCOUNT,
    LATE_FEE,
    PLAN_CHANGE,
    RECONNECTION_FEE,
    WITH_NEXT,
    Line,
)
from billing.invoices.shares import WHOLE
from billing.sources import Sources
from reconciler.errors import Where
from reconciler.inventory import Inventory
from reconciler.models import Client, PastPlan, Service, Timing, Zone


class Reason(NamedTuple):
    """One date or amount: what it is, its value, the rule, and where the rule's values stand."""

    what: str
    value: str
    rule: str
    where: tuple[Where, ...]


@dataclass(frozen=True)
class Explanation:
    """An invoice with its reasons."""

    account: Account
    reasons: tuple[Reason, ...]


def explain(books: ClientBooks, inventory: Inventory) -> list[Explanation]:
    """All invoices of a client, in issue order."""
    explainer = _Explainer(books, inventory)
    return [Explanation(account, tuple(explainer.reasons(account))) for account in books.accounts]


def holidays_of(one: ClientBooks, books: Books) -> list[tuple[date, str]]:
    """The holidays that the client's cuts heed, in the years of the invoices and of the books."""
    billing = books.inventory.zones[one.client.zone].billing
    if billing is None or not one.accounts:
        return []
    days = [account.invoice.cut_on for account in one.accounts]
    first = date(min(days).year, 1, 1)
    return named(billing.holidays, first, date(max(*days, books.on).year, 12, 31))


class _Explainer:
    def __init__(self, books: ClientBooks, inventory: Inventory) -> None:
        self.books = books
        self.client: Client = books.client
        self.zone: Zone = inventory.zones[self.client.zone]
        self.inventory = inventory
        self.sources = Sources(inventory)

    def reasons(self, account: Account) -> Iterator[Reason]:
        invoice = account.invoice
        if invoice.recorded_on is not None:
            yield Reason(
                "recorded", str(invoice.recorded_on), "an issued line is never changed",
                (Where(invoice.file, invoice.row),),
            )  # fmt: skip
        service = self._service(account)
        if service is not None and account.schedule is not None:
            dates = account.schedule.dates(invoice.due_on)
            yield self._period(account, service)
            yield self._due(account, service)
            yield self._issue(account, service, dates)
            yield from self._notice(account)
            yield self._cut(account, dates)
        for line in invoice.lines:
            yield self._line(account, service, line)
        yield from self._total(account)
        yield from self._paid(account)

    def _service(self, account: Account) -> Service | None:
        services = self.client.services
        return services[account.place] if account.place < len(services) else None

    def _days(self, *keys: str) -> tuple[Where, ...]:
        """Where the dates stand: the client's own, else the zone's."""
        own = self.client.billing.own is not None
        return self._at(
            *((self.client, ("billing", "own", key)) for key in keys if own),
            *((self.zone, ("billing", key)) for key in keys if not own),
        )

    def _at(self, *places: tuple[Client | Zone, tuple[str | int, ...]]) -> tuple[Where, ...]:
        found = (self.sources.of(model, *loc) for model, loc in places)
        return tuple(dict.fromkeys(where for where in found if where is not None))

    def _since(self, account: Account) -> tuple[Client, tuple[str | int, ...]]:
        return (self.client, ("services", account.place, "since"))

    def _is_rolling(self, account: Account) -> bool:
        return isinstance(account.schedule, RechargeSchedule)

    def _period(self, account: Account, service: Service) -> Reason:
        invoice = account.invoice
        value = f"[{invoice.start}, {invoice.end})"
        schedule = account.schedule
        assert schedule is not None
        if service.cancelled is not None and invoice.end == service.cancelled.on:
            rule = "up to the last day of a cancelled service"
            where = self._at((self.client, ("services", account.place, "cancelled", "on")))
        elif invoice.start == service.since:
            rule = "from the start of billing (since) to the next due date"
            where = self._at(self._since(account)) + self._days("due_day")
        elif self._is_rolling(account):
            rule = "a month from the due date that follows from a payment (recharge)"
            where = self._at((self.client, ("billing", "recharge")))
        elif schedule.timing is Timing.PREPAID:
            rule = "prepaid: from the due date to the next one"
            where = self._days("timing", "due_day")
        else:
            rule = "postpaid: from the due date before to this one"
            where = self._days("timing", "due_day")
        if invoice.start != service.since and not schedule.is_due(invoice.start):
            rule += "; begins where the last issued period ended"
        return Reason("period", value, rule, where)

    def _due(self, account: Account, service: Service) -> Reason:
        invoice = account.invoice
        schedule = account.schedule
        assert schedule is not None
        days = self.books.terms.first.due_days
        if (
            schedule.timing is Timing.PREPAID
            and invoice.start == service.since
            and invoice.due_on == invoice.start + timedelta(days=days)
        ):
            rule = f"{days} days after since (first_invoice.due_days)"
            place = (self.zone, ("billing", "first_invoice", "due_days"))
            return Reason("due", str(invoice.due_on), rule, self._at(self._since(account), place))
        if self._is_rolling(account):
            rule = f"a month after the payment, on day {schedule.due_day} clamped to the month"
            where = self._at((self.client, ("billing", "recharge")))
        else:
            rule = f"due_day {schedule.due_day}, clamped to the month"
            where = self._days("due_day")
        return Reason("due", str(invoice.due_on), rule, where)

    def _issue(self, account: Account, service: Service, dates: Dates) -> Reason:
        value = str(account.invoice.issued_on)
        if account.invoice.issued_on == service.since and dates.issue != service.since:
            rule = "never before since"
            return Reason("issued", value, rule, self._at(self._since(account)))
        if self._is_rolling(account):
            return Reason("issued", value, "6 days before the due date (recharge)", ())
        rule = "the last issue_day on or before the due date"
        return Reason("issued", value, rule, self._days("issue_day"))

    def _notice(self, account: Account) -> Iterator[Reason]:
        if account.notice_on is None:
            return
        rule = "the last notice_day on or before the due date, never before the issue date"
        if self._is_rolling(account):
            rule = "4 days before the due date (recharge)"
        yield Reason("notice", str(account.notice_on), rule, self._days("notice_day"))

    def _cut(self, account: Account, dates: Dates) -> Reason:
        invoice, billing = account.invoice, self.zone.billing
        rule = "the later of the first cut_day and due + grace_days"
        if self._is_rolling(account):
            rule = "6 days after the due date (recharge), at least due + grace_days"
        where = self._days("cut_day")
        if billing is not None:
            where += self._at((self.zone, ("billing", "grace_days")))
        if dates.unmoved < invoice.cut_on and billing is not None:
            rule += f": {dates.unmoved}, moved to the next allowed day"
            listed = named(billing.holidays, dates.unmoved, invoice.cut_on)
            if listed:
                rule += "; holidays: " + ", ".join(f"{day} {name}" for day, name in listed)
            where += self._at(
                (self.zone, ("billing", "cut_weekdays")), (self.zone, ("billing", "holidays"))
            )
        return Reason("cut", str(invoice.cut_on), rule, tuple(dict.fromkeys(where)))

    def _line(self, account: Account, service: Service | None, line: Line) -> Reason:
        amount = self.books.terms.rounding.text(line.amount)
        rule, where = self._line_rule(account, service, line)
        return Reason(f"line: {line.description}", amount, rule, where)

    def _line_rule(
        self, account: Account, service: Service | None, line: Line
    ) -> tuple[str, tuple[Where, ...]]:
        item = line.item
        if item is None or item == WITH_NEXT:
            return self._plan_rule(account, service)
        if item == DISCOUNT:
            where = self._at((self.client, ("billing", "discount")))
            return "the discounted price's share less the price's share", where
        if item.startswith(LATE_FEE):
            where = self._at((self.zone, ("billing", "late_fee")))
            return f"{item.removeprefix(LATE_FEE)} was open after due + grace_days", where
        if item.startswith(RECONNECTION_FEE):
            where = self._at((self.zone, ("billing", "reconnection_fee")))
            return "a suspension for debt ended", where + self._history(account)
        if item.startswith(CREDIT_DAYS):
            return "days without service of an earlier period, credited", self._history(account)
        if item.startswith(PLAN_CHANGE):
            return "days after a change of plan that an earlier invoice charged at the old", (
                self._history(account)
            )
        for index, one in enumerate(self.client.items):
            if one.id == item:
                where = self._at((self.client, ("items", index, "price")))
                return f"{one.charge.value}: price {one.price}", where
        return "written by hand", ()

    def _history(self, account: Account) -> tuple[Where, ...]:
        return self._at((self.client, ("services", account.place, "history")))

    def _plan_rule(
        self, account: Account, service: Service | None
    ) -> tuple[str, tuple[Where, ...]]:
        if service is None:
            return "carried over", ()
        books = self.books.services[account.place]
        invoice = account.invoice
        share = books.course.share(invoice.start, invoice.end)
        if invoice.is_free:
            return "a free period", self._at((self.client, ("billing", "free_periods")))
        part = "the whole price" if share == WHOLE else f"price × {share.days}/{share.base} days"
        ids = [service.plan, *(one.plan for one in service.history if isinstance(one, PastPlan))]
        parts = books.tariff.parts(invoice.start, invoice.end, invoice.issued_on)
        labels = {rate.label for rate, _ in parts}
        prices: list[str] = []
        where: tuple[Where, ...] = ()
        for plan in dict.fromkeys(ids):
            found = self.inventory.plans[plan]
            if found.label in labels:
                prices.append(f"{plan} {found.price}")
                place = self.sources.of(found, "price")
                where += () if place is None else (place,)
        return f"{part} of {', '.join(prices)}", where

    def _total(self, account: Account) -> Iterator[Reason]:
        invoice, terms = account.invoice, self.books.terms
        money = terms.rounding
        if terms.tax:
            how = "in the prices" if terms.tax_included else "added to the lines"
            rule = f"{terms.tax} % {how}, rounded once an invoice"
            yield Reason("tax", money.text(invoice.tax), rule, self._at((self.zone, ("taxes",))))
        yield Reason("total", money.text(invoice.total), "subtotal and tax", ())

    def _paid(self, account: Account) -> Iterator[Reason]:
        money = self.books.terms.rounding
        for one in self.books.allocations:
            if one.account is account:
                payment = one.payment
                rule = "credit" if payment is None else f"{payment.method} {payment.reference}"
                where = () if payment is None else (payment.where,)
                yield Reason(f"paid {one.date}", money.text(one.amount), rule.strip(), where)
        yield Reason("open", money.text(account.open), f"status {account.status}", ())
