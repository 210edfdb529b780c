# SPDX-License-Identifier: GPL-3.0-or-later
"""The books for other programs: text of beancount and hledger, plain data for all others.

Both texts state what the receivables come to, so that the programs verify it. Pure. Imports of the
project: money, the books, the journal, jsontext, shapes.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.books.bill import Books
from billing.journal import ADVANCES, RECEIVABLE, Entry, entries
from billing.jsontext import json_text
from billing.money import ZERO, Rounding
from billing.shapes import csv_text

JOURNAL_COLUMNS = ("entry", "date", "client", "text", "settled", "account", "amount", "currency")


def beancount(books: Books) -> str:
    """A complete file: options, accounts, transactions, and balances that bean-check verifies."""
    return "\n".join(_beancount(books, entries(books))) + "\n"


def hledger(books: Books) -> str:
    """A complete journal."""
    return "\n".join(_hledger(books, entries(books))) + "\n"


def journal_data(books: Books) -> list[dict[str, Any]]:
    """Every transaction with its postings, whose amounts sum to zero; money as text."""
    settings = books.inventory.settings
    money = Rounding(settings.minor_digits)
    return [
        {
            "entry": number,
            "date": str(entry.day),
            "client": entry.payee,
            "text": entry.text,
            "settled": entry.settled,
            "currency": settings.currency,
            "postings": [
                {"account": posting.account, "amount": money.text(posting.amount)}
                for posting in entry.postings
            ],
        }
        for number, entry in enumerate(entries(books), 1)
    ]


def journal_csv(books: Books) -> str:
    """The same, a row a posting; `settled` is `yes` or `no`."""
    rows = (
        {**entry, **posting, "settled": "yes" if entry["settled"] else "no"}
        for entry in journal_data(books)
        for posting in entry["postings"]
    )
    return csv_text(rows, JOURNAL_COLUMNS)


def journal_json(books: Books) -> str:
    """The same as JSON."""
    return json_text(journal_data(books)) + "\n"


def _accounts(found: list[Entry]) -> list[str]:
    names = {posting.account for entry in found for posting in entry.postings}
    return sorted(names | {RECEIVABLE, ADVANCES})


def _beancount(books: Books, found: list[Entry]) -> Iterator[str]:
    settings = books.inventory.settings
    money, currency = Rounding(settings.minor_digits), settings.currency
    company = settings.company.name if settings.company else "Books"
    yield f'option "title" "{_quoted(company)}"'
    yield f'option "operating_currency" "{currency}"'
    yield ""
    first = min((entry.day for entry in found), default=books.on)
    for account in _accounts(found):
        yield f"{first} open {account} {currency}"
    for entry in found:
        yield ""
        flag = "*" if entry.settled else "!"
        yield f'{entry.day} {flag} "{_quoted(entry.payee)}" "{_quoted(entry.text)}"'
        for posting in entry.postings:
            yield f"  {posting.account}  {money.text(posting.amount)} {currency}"
    yield ""
    after = books.on + timedelta(days=1)
    for account, amount in _closing(books):
        yield f"{after} balance {account}  {money.text(amount)} {currency}"


def _hledger(books: Books, found: list[Entry]) -> Iterator[str]:
    settings = books.inventory.settings
    money, currency = Rounding(settings.minor_digits), settings.currency
    digits = "0" * settings.minor_digits
    # The point must be there even where no digits follow it.
    yield f"commodity 1000.{digits} {currency}"
    for account in _accounts(found):
        yield f"account {account}"
    for entry in found:
        yield ""
        flag = "*" if entry.settled else "!"
        yield f"{entry.day} {flag} {_plain(entry.payee)} | {_plain(entry.text)}"
        for posting in entry.postings:
            yield f"    {posting.account}  {money.text(posting.amount)} {currency}"
    yield ""
    yield f"{books.on} * Closing"
    for account, amount in _closing(books):
        # =* asserts the balance with that of the accounts below.
        yield f"    {account}  0 {currency} =* {money.text(amount)} {currency}"


def _closing(books: Books) -> list[tuple[str, Decimal]]:
    """What all clients owe, and what was paid ahead."""
    owed = sum((one.open for one in books.clients), ZERO)
    ahead = sum((one.credit for one in books.clients), ZERO)
    return [(RECEIVABLE, owed), (ADVANCES, -ahead)]


def _plain(text: str) -> str:
    """Without what hledger takes for the end of a payee or a comment."""
    return text.replace("|", "/").replace(";", ",")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
