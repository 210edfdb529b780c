# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is reminded on screen on a day: between the notice date of an open invoice and its payment.

Only invoices that were in the ledger before that day remind. Pure. Imports of the project: money,
the books, cuts, models.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.books.bill import Books
from billing.cuts import debts_of
from billing.invoices.model import Invoice
from billing.money import ZERO
from reconciler.models import Status


@dataclass(frozen=True, slots=True)
class Notice:
    """A service that is reminded; `invoice` is the oldest due of those that do."""

    client: str
    service: str
    invoice: Invoice
    open: Decimal
    since: date
    address: str | None


@dataclass(frozen=True)
class NoticeList:
    """The reminded services, and the invoices that would remind but are too fresh in the ledger."""

    on: date
    notices: list[Notice]
    left_out: list[Invoice]


def notice_list(books: Books) -> NoticeList:
    """The active services that are reminded at the end of a day."""
    found = NoticeList(books.on, [], [])
    for one in books.clients:
        for service in one.client.services:
            if service.status is not Status.ACTIVE:
                continue
            reminding = []
            for account in debts_of(one, service):
                since, recorded = account.notice_on, account.invoice.recorded_on
                if since is None or since > books.on:
                    continue
                if recorded is None or recorded >= books.on:
                    found.left_out.append(account.invoice)
                else:
                    reminding.append((account, since))
            if reminding:
                account, since = min(reminding, key=lambda pair: pair[0].due_order)
                total = sum((one.open for one, _ in reminding), ZERO)
                address = None if service.address is None else str(service.address)
                found.notices.append(
                    Notice(one.client.id, service.id, account.invoice, total, since, address)
                )
    return found
