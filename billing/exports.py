# SPDX-License-Identifier: GPL-3.0-or-later
"""The books as plain text: beancount or hledger. Both state what the receivables come to.

Pure. Imports of the project: the books, the journal.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from billing.books.bill import Books
from billing.journal import ADVANCES, RECEIVABLE, Entry, entries
from billing.money import ZERO, Rounding


def beancount(books: Books) -> str:
    """A complete file: options, accounts, transactions, and balances that bean-check verifies."""
    return "\n".join(_beancount(books, entries(books))) + "\n"


def hledger(books: Books) -> str:
    """A complete journal."""
    return "\n".join(_hledger(books, entries(books))) + "\n"


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
    yield f"commodity {money.text(Decimal(1000))} {currency}"
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
