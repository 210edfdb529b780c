# SPDX-License-Identifier: GPL-3.0-or-later
"""The books as double entries: receivables, cash by method, income net of tax, taxes, advances.

Every entry sums to zero. What a client paid ahead is a liability until an invoice takes it. A
joined invoice is no new income. A payment that was taken back is cash that came and went. Pure.
Imports of the project: money, the books, invoices, the ledger's model.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.books.account import Account
from billing.books.bill import Books, ClientBooks
from billing.invoices.model import Invoice
from billing.ledger.model import CREDIT, Payment
from billing.money import ZERO, proportion

RECEIVABLE, ADVANCES = "Assets:Receivable", "Liabilities:Advances"
CASH, TAXES, RETURNED = "Assets:Cash", "Liabilities:Taxes", "Liabilities:Returned"


class Posting(NamedTuple):
    """An amount on an account; below zero it is a credit."""

    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction; `settled` is false for a draft."""

    day: date
    payee: str
    text: str
    postings: tuple[Posting, ...]
    settled: bool = True


def entries(books: Books) -> list[Entry]:
    """All transactions up to the day of the books, by day, then client."""
    found = [entry for one in books.clients for entry in _of_client(one, books)]
    kept = [_without_zeros(entry) for entry in found]
    return sorted((one for one in kept if one.postings), key=lambda one: (one.day, one.payee))


def component(text: str) -> str:
    """A part of an account's name that every program takes: `Ana-lopez`, `Tarjeta-visa`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", plain).lstrip("-")
    return plain[:1].upper() + plain[1:] if plain else "Unknown"


def _without_zeros(entry: Entry) -> Entry:
    postings = tuple(one for one in entry.postings if one.amount)
    return Entry(entry.day, entry.payee, entry.text, postings, entry.settled)


def _of_client(one: ClientBooks, books: Books) -> Iterator[Entry]:
    client = one.client.id
    owed, ahead = f"{RECEIVABLE}:{component(client)}", f"{ADVANCES}:{component(client)}"
    for account in one.accounts:
        if not account.invoice.is_joined:
            yield _issued(account, owed, ahead)
        if account.voided_on is not None:
            paid = sum((x.amount for x in one.allocations if x.account is account), ZERO)
            yield _voided(account, paid, owed, ahead)
    yield from _credited(one, books, ahead)
    put: dict[int, Decimal] = {}
    for allocation in one.allocations:
        if allocation.payment is not None:
            key = id(allocation.payment)
            put[key] = put.get(key, ZERO) + allocation.amount
            continue
        text = f"Credit on {allocation.account.invoice.id}"
        amount = allocation.amount
        yield Entry(allocation.date, client, text, (Posting(ahead, amount), Posting(owed, -amount)))
    part = books.ledger.by_client.get(client)
    for payment in part.payments if part else ():
        if payment.date <= books.on:
            yield from _paid(payment, put.get(id(payment), ZERO), owed, ahead, books.on)


def _issued(account: Account, owed: str, ahead: str) -> Entry:
    invoice = account.invoice
    name = f"{invoice.number} {invoice.id}" if invoice.number else invoice.id
    against = owed if invoice.total >= 0 else ahead
    return Entry(
        invoice.issued_on, invoice.client, name,
        (Posting(against, invoice.total), *_income(invoice, -1)), not invoice.is_draft,
    )  # fmt: skip


def _voided(account: Account, paid: Decimal, owed: str, ahead: str) -> Entry:
    invoice = account.invoice
    assert account.voided_on is not None
    if invoice.total < 0:
        back: tuple[Posting, ...] = (Posting(ahead, -invoice.total),)
    else:
        back = (Posting(owed, paid - invoice.total), Posting(ahead, -paid))
    text = f"Void of {invoice.number or invoice.id}"
    return Entry(account.voided_on, invoice.client, text, (*back, *_income(invoice, 1)))


def _credited(one: ClientBooks, books: Books, ahead: str) -> Iterator[Entry]:
    """Credit notes, with the tax that is in them."""
    part = books.ledger.by_client.get(one.client.id)
    invoices = {account.invoice.id: account for account in one.accounts}
    for credit in part.credits if part else ():
        account = invoices.get(credit.invoice)
        if credit.kind != CREDIT or credit.date > books.on or account is None:
            continue
        invoice = account.invoice
        tax = ZERO
        if invoice.total:
            tax = one.terms.rounding.whole(proportion(credit.amount, invoice.tax, invoice.total))
        yield Entry(
            credit.date, invoice.client, f"Credit note for {invoice.number or invoice.id}",
            (
                Posting(_income_account(invoice), credit.amount - tax),
                Posting(TAXES, tax),
                Posting(ahead, -credit.amount),
            ),
        )  # fmt: skip


def _income_account(invoice: Invoice) -> str:
    return f"Income:{component(invoice.kind)}"


def _income(invoice: Invoice, sign: int) -> tuple[Posting, Posting]:
    return (
        Posting(_income_account(invoice), invoice.subtotal * sign),
        Posting(TAXES, invoice.tax * sign),
    )


def _paid(payment: Payment, put: Decimal, owed: str, ahead: str, on: date) -> Iterator[Entry]:
    cash = f"{CASH}:{component(payment.method)}"
    text = f"{payment.method} {payment.reference}".strip() or "payment"
    amount = payment.amount
    back = payment.returned_on
    if back is not None and back <= on:
        held = (Posting(cash, amount), Posting(RETURNED, -amount))
        yield Entry(payment.date, payment.client, text, held)
        taken = (Posting(cash, -amount), Posting(RETURNED, amount))
        yield Entry(max(back, payment.date), payment.client, f"Return of {text}", taken)
        return
    postings = (Posting(cash, amount), Posting(owed, -put), Posting(ahead, put - amount))
    yield Entry(payment.date, payment.client, text, postings)
