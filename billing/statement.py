# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's statement: what was charged and paid, day by day, with the balance after each.

Pure. Imports of the project: money, the books, the journal.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.books.bill import Books
from billing.journal import ADVANCES, RECEIVABLE, RETURNED, entries
from billing.money import ZERO

_CLIENTS = (f"{RECEIVABLE}:", f"{ADVANCES}:", RETURNED)


class Row(NamedTuple):
    """One movement; `change` above zero is owed by the client, `balance` what is owed after it."""

    day: date
    text: str
    change: Decimal
    balance: Decimal


def statement(books: Books, client: str) -> list[Row]:
    """All movements of a client up to the day of the books; the last balance is the balance."""
    rows: list[Row] = []
    balance = ZERO
    (one,) = (each for each in books.clients if each.client.id == client)
    alone = Books(books.on, books.inventory, books.ledger, (one,))
    for entry in entries(alone):
        amounts = (x.amount for x in entry.postings if x.account.startswith(_CLIENTS))
        change = sum(amounts, ZERO)
        if change:
            balance += change
            rows.append(Row(entry.day, entry.text, change, balance))
    return rows
