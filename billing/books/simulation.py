# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's account, day by day: invoices, credits and voids, payments, then late fees.

An invoice of the ledger and a draft count alike from their issue date on. Pure. Imports of the
project: money, terms, the calendar, invoices, the ledger's model, accounts, extras, errors, models.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from heapq import heapify, heappop, heappush

from billing.books.account import Account, Purse
from billing.books.drafting import draft_of
from billing.books.extras import (
    Fee,
    ServiceBooks,
    days_off,
    ended_periods,
    late_fee_key,
    lead_place,
    open_changes,
    reconnections,
)
from billing.books.facts import Facts, Returned
from billing.invoices.course import Course
from billing.invoices.model import Invoice
from billing.invoices.tariff import tariff_of
from billing.invoices.totals import without_fees
from billing.ledger.model import CREDIT, VOID, Credit, Payment
from billing.money import HUNDRED, ZERO
from billing.terms import Terms
from reconciler.errors import Problem, Severity
from reconciler.wording import counted

# The order of a day.
_INVOICE, _CREDIT, _PAYMENT, _LATE_FEE = range(4)
Order = tuple[date, int, date, int]
Event = tuple[Order, int, Invoice | Credit | Payment | Account]
"""When it is, its number among those of its kind, what it is; an account may owe a late fee."""
_NEVER: Order = (date.max, _LATE_FEE, date.max, 0)


@dataclass(slots=True, eq=False)
class Simulation:
    """The account as it grows; `run` takes it to the end of a day."""

    facts: Facts
    returned: Sequence[Returned] = ()
    terms: Terms = field(init=False)
    services: list[ServiceBooks] = field(init=False)
    purse: Purse = field(default_factory=Purse)
    accounts: list[Account] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fees: list[Fee] = field(init=False)
    late: set[str] = field(default_factory=set)
    taken: dict[tuple[int, str], Account] = field(default_factory=dict)
    charged: dict[str, int] = field(default_factory=dict)
    carried: dict[tuple[int, str], int] = field(default_factory=dict)
    _names: dict[str, Account] = field(default_factory=dict)
    _agenda: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        client, book = self.facts.client, self.facts.book
        self.terms = book.of(client.zone)
        self.fees = reconnections(client, self.terms)
        self.services = []
        fixed = self.facts.fixed
        for place, service in enumerate(client.services):
            own = [one for one in fixed if one.service == service.id and one.is_internet]
            self.services.append(
                ServiceBooks(
                    service,
                    place,
                    Course(client, service, book, own),
                    tariff_of(client, place, service, self.facts.plans),
                    days_off(service, self.terms),
                    [],
                )
            )

    def run(self, until: date) -> None:
        """Everything up to the end of a day."""
        last = len(self.services)
        places = {one.service.id: one.place for one in self.services}
        issued = [
            (one, places.get(one.service or "", last) if one.is_internet else last)
            for one in self.facts.fixed
        ]
        for one, place in issued:
            # Also what is dated later: a draft of an earlier day must not charge it again.
            self._count(one, place, 1)
        agenda: list[Event] = [
            ((one.issued_on, _INVOICE, one.start, place), number, one)
            for number, (one, place) in enumerate(issued)
        ]
        agenda += [
            ((one.date, _CREDIT, date.min, 0), number, one)
            for number, one in enumerate(self.facts.credits)
        ]
        agenda += [
            ((one.date, _PAYMENT, date.min, 0), number, one)
            for number, one in enumerate(self.facts.payments)
        ]
        heapify(agenda)
        self._agenda = agenda
        while self._step(until):
            pass

    def _step(self, until: date) -> bool:
        """Take what comes next, a draft of a service or what is on the agenda; False at the end."""
        agenda, drafted = self._agenda, None
        soonest = agenda[0][0] if agenda else _NEVER
        for books in self.services:
            up = books.course.upcoming()
            if up is not None and (order := (up.issue, _INVOICE, up.start, books.place)) < soonest:
                soonest, drafted = order, books
        if soonest[0] > until:
            return False
        if drafted is not None:
            self._draft(drafted)
            return True
        if not agenda:
            return False
        order, _, what = heappop(agenda)
        if isinstance(what, Invoice):
            self._fixed(what, order[3])
        elif isinstance(what, Payment):
            self._pay(what)
        elif isinstance(what, Credit):
            self._credit(what)
        else:
            self._fall_due(what, order[0])
        return True

    def _draft(self, books: ServiceBooks) -> None:
        up = books.course.upcoming()
        assert up is not None
        keys = [] if up.is_free else self.keys(books, up.issue)
        invoice = draft_of(self, books, up, keys)
        books.course.advance()
        self._count(invoice, books.place, 1)
        self._enter(invoice, books.place, keys)

    def _fixed(self, invoice: Invoice, place: int) -> None:
        keys: list[tuple[int, str]] = []
        if place < len(self.services) and invoice.is_internet:
            books = self.services[place]
            books.course.entered()
            if not invoice.is_free:
                keys = self.keys(books, invoice.issued_on)
        # What it does charge is its own, though one that is void by the end of the day had it.
        self._enter(invoice, place, keys + _keys_of(invoice, place))

    def keys(self, books: ServiceBooks, day: date) -> list[tuple[int, str]]:
        """What an invoice of that service and day is to carry: (place or -1 for fees, key)."""
        found: list[tuple[int, str]] = []
        place = books.place
        if books.off:
            found += [(place, key) for key, _ in ended_periods(books, day)]
        if books.tariff.changes:
            found += [(place, key) for key, _ in open_changes(books, day)]
        if self.fees and lead_place(self.facts.client, day) == place:
            found += [(-1, fee.key) for fee in self.fees if fee.is_ready(day)]
        return [key for key in found if key not in self.taken and not self.carried.get(key)]

    def _enter(self, invoice: Invoice, place: int, keys: list[tuple[int, str]]) -> None:
        books = self.services[place] if place < len(self.services) else None
        schedule = books.course.schedule if books else self.facts.book.schedule(self.facts.client)
        account = Account(invoice, place, invoice.total, schedule, keys=keys)
        for key in keys:
            self.taken[key] = account
        self.accounts.append(account)
        self._names[invoice.id] = account
        if invoice.number is not None:
            self._names[invoice.number] = account
        if invoice.is_internet:
            if books is not None:
                books.accounts.append(account)
            fee = self.terms.late_fee
            if fee and invoice.total > 0 and not invoice.is_joined:
                day = invoice.due_on + self.terms.cut_days.grace
                if self.facts.client.billing.late_fee:
                    order = (day, _LATE_FEE, date.min, 0)
                    heappush(self._agenda, (order, len(self.accounts), account))
        # What is joined is owed from the transfer on, which follows the day's invoices.
        if not (invoice.is_joined and any(x.into == invoice.id for x in self.facts.credits)):
            self.purse.enter(account, invoice.issued_on)

    def _count(self, invoice: Invoice, place: int, step: int) -> None:
        """What it consumes of items, and what it charges once and for all."""
        for line in invoice.lines:
            if line.item is not None:
                self.charged[line.item] = self.charged.get(line.item, 0) + step
                if line.is_once:
                    key = (-1 if line.is_fee else place, line.item)
                    self.carried[key] = self.carried.get(key, 0) + step

    def _find(self, name: str) -> Account | None:
        found = self._names.get(name)
        if found is None and "/" in name:
            former, _, rest = name.partition("/")
            if former in self.facts.client.former_ids:
                found = self._names.get(f"{self.facts.client.id}/{rest}")
        return found

    def _credit(self, credit: Credit) -> None:
        account = self._find(credit.invoice)
        if account is None or not account.counts:
            return
        if credit.kind == CREDIT:
            taken = self.purse.put(account, credit.amount, credit.date, None)
            self.purse.spread(credit.amount - taken, credit.date, None)
            return
        if credit.kind != VOID:
            self._transfer(credit, account)
            return
        self.purse.close(account)
        account.voided_on = credit.date
        self._count(account.invoice, account.place, -1)
        for key in account.keys:
            if self.taken.get(key) is account:
                del self.taken[key]
        if account.invoice.total < 0:
            self.purse.take_back(-account.invoice.total, credit.date)
        released, account.paid = account.paid, ZERO
        self.purse.spread(released, credit.date, None)

    def _transfer(self, credit: Credit, account: Account) -> None:
        into = self._find(credit.into or "")
        self.purse.transfer(account, credit.amount, credit.date)
        account.joined_into = credit.into
        if into is not None:
            if not into.parts:
                self.purse.enter(into, credit.date)
            into.parts.append(account)

    def _pay(self, payment: Payment) -> None:
        target = self._named(payment) if payment.invoice else None
        amount = payment.amount
        paid_off: list[Account] = []
        if target is not None:
            amount -= self.purse.put(target, amount, payment.date, payment)
            if not target.open:
                paid_off.append(target)
        if amount:
            paid_off += self.purse.spread(amount, payment.date, payment)
        if self.facts.client.billing.recharge:
            for account in paid_off:
                self._recharge(account, payment)

    def _named(self, payment: Payment) -> Account | None:
        """The invoice a payment names, where it takes any."""
        account = self._find(payment.invoice)
        if account is None:
            self.problems.append(
                Problem(
                    "payment-invoice",
                    f"{payment.client} has no invoice {payment.invoice} on {payment.date}.",
                    "Leave the invoice empty, or name one of that client issued by then",
                    payment.where,
                )
            )
            return None
        while account is not None and account.joined_into is not None:
            account = self._find(account.joined_into)
        return account if account is not None and account.open else None

    def _recharge(self, account: Account, payment: Payment) -> None:
        if account.place >= len(self.services) or not account.invoice.is_internet:
            return
        books = self.services[account.place]
        newest = next((one for one in reversed(books.accounts) if one.voided_on is None), None)
        if newest is not account:
            return
        shift = books.course.paid(account.invoice, payment.date)
        if shift is None:
            return
        days = abs((shift.start - shift.expected).days)
        passed = f"{counted(days, 'day')} {'is' if days == 1 else 'are'}"
        what = f"{passed} billed twice" if shift.start < shift.expected else f"{passed} not billed"
        self.problems.append(
            Problem(
                "recharge-days",
                f"{payment.client} paid on {payment.date}: the next period begins on"
                f" {shift.start}, not on {shift.expected}, so {what}.",
                None,
                payment.where,
                Severity.WARNING,
            )
        )

    def _fall_due(self, account: Account, day: date) -> None:
        """An invoice that is not paid at the end of its last day owes a late fee."""
        fee, invoice = self.terms.late_fee, account.invoice
        if fee is None or not account.counts:
            return
        owed = without_fees(invoice.lines, invoice.total, self.terms) - account.paid
        if owed <= self.terms.min_debt or owed <= 0:
            return
        key = late_fee_key(invoice.id)
        amount = self._late_amount(owed)
        self.late.add(key)
        known = next((one.on for one in self.returned if day < one.on and key not in one.fees), day)
        words = self.terms.words.late_fee.format(what=invoice.id)
        self.fees.append(Fee(key, known, False, amount, words))

    def _late_amount(self, owed: Decimal) -> Decimal:
        fee = self.terms.late_fee
        assert fee is not None
        if fee.amount is not None:
            return fee.amount
        return self.terms.rounding.part(owed * (fee.percent or 0), 1, int(HUNDRED))


def _keys_of(invoice: Invoice, place: int) -> list[tuple[int, str]]:
    """What its lines charge once and for all."""
    return [
        (-1 if line.is_fee else place, line.item)
        for line in invoice.lines
        if line.item is not None and line.is_once
    ]
