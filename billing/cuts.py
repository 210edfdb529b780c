# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is cut, who is held back from it and who is restored on a day.

An invoice cuts only its own service; a joined one every service whose invoice was joined. Pure.
Imports of the project: money, the books, invoices, models.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.books.account import Account
from billing.books.bill import Books, ClientBooks
from billing.invoices.model import Invoice
from billing.money import ZERO
from reconciler.models import Cause, Client, Promise, Service, Status


@dataclass(frozen=True, slots=True)
class Cut:
    """An active service to be suspended. `invoice` is the oldest due of those that cut it."""

    client: str
    service: str
    invoice: Invoice
    open: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Restore:
    """A service suspended for debt that is to be active again."""

    client: str
    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """An active service that owes and is not cut; `reason` says what holds it."""

    client: str
    service: str
    reason: str


@dataclass(frozen=True)
class CutList:
    """The three lists, each by client and then in the order of the file.

    `left_out` are invoices that would cut but are not in the ledger, or only since that day.
    """

    on: date
    cuts: list[Cut] = field(default_factory=list)
    restores: list[Restore] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    left_out: list[Invoice] = field(default_factory=list)


def cut_list(books: Books, *, settled: bool = False) -> CutList:
    """The lists of a day; `settled`: only invoices that were in the ledger before that day cut."""
    found = CutList(books.on)
    for one in books.clients:
        debts = {service.id: debts_of(one, service) for service in one.client.services}
        for service in one.client.services:
            owed = debts[service.id]
            if service.status is Status.ACTIVE and owed:
                _active(found, one, service, owed, settled)
            elif service.status is Status.SUSPENDED:
                _suspended(found, one, service, owed)
    return found


def joined_lists(several: Iterable[Iterable[CutList]]) -> list[CutList]:
    """The lists of parts of the clients as one a day, by day."""
    by_day: dict[date, CutList] = {}
    for part in (one for some in several for one in some):
        whole = by_day.setdefault(part.on, CutList(part.on))
        whole.cuts.extend(part.cuts)
        whole.restores.extend(part.restores)
        whole.held.extend(part.held)
        whole.left_out.extend(part.left_out)
    return [whole for _, whole in sorted(by_day.items())]


def debts_of(books: ClientBooks, service: Service) -> list[Account]:
    """The open internet invoices that can cut a service."""
    return [
        account
        for account in books.accounts
        if account.open > 0 and account.invoice.is_internet and service.id in _services(account)
    ]


def _services(account: Account) -> Iterator[str]:
    if account.invoice.service is not None:
        yield account.invoice.service
    for part in account.parts:
        if part.invoice.is_internet:
            yield from _services(part)


def _active(
    found: CutList, books: ClientBooks, service: Service, owed: list[Account], settled: bool
) -> None:
    on, terms = found.on, books.terms
    if settled:
        fresh = [one for one in owed if _is_fresh(one.invoice, on)]
        found.left_out.extend(one.invoice for one in fresh if one.invoice.cut_on <= on)
        owed = [one for one in owed if one not in fresh]
    due = [one for one in owed if one.invoice.cut_on <= on]
    promise = promise_on(books.client, on)
    is_day = terms.cut_days.allow(on)
    if _sum(due) > terms.min_debt and promise is None and is_day:
        first = min(due, key=lambda one: one.due_order)
        reason = f"unpaid since {first.invoice.due_on}"
        found.cuts.append(Cut(books.client.id, service.id, first.invoice, _sum(due), reason))
        return
    unmoved = _sum([one for one in owed if one.unmoved_cut <= on])
    if unmoved <= 0:
        return
    if promise is not None:
        reason = f"promise until {promise.until}"
    elif unmoved > terms.min_debt:
        reason = f"holiday or no cut day, until {terms.cut_days.moved(on)}"
    else:
        reason = f"minimum debt of {terms.rounding.text(terms.min_debt)}"
    found.held.append(Held(books.client.id, service.id, reason))


def _is_fresh(invoice: Invoice, on: date) -> bool:
    return invoice.recorded_on is None or invoice.recorded_on >= on


def _suspended(found: CutList, books: ClientBooks, service: Service, owed: list[Account]) -> None:
    suspended = service.suspended
    if suspended is None or suspended.cause is not Cause.DEBT:
        return
    due = _sum([one for one in owed if one.invoice.cut_on <= found.on])
    if due <= books.terms.min_debt:
        reason = "paid"
    elif promise_on(books.client, found.on) is not None:
        reason = "promise"
    else:
        return
    found.restores.append(Restore(books.client.id, service.id, reason))


def promise_on(client: Client, day: date) -> Promise | None:
    """The promise that covers a day, both ends included."""
    promises = client.billing.promises
    return next((one for one in promises if one.made_on <= day <= one.until), None)


def _sum(accounts: list[Account]) -> Decimal:
    return sum((one.open for one in accounts), ZERO)
