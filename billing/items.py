# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a client's add-ons: how often each was charged, and what is left of it.

Nothing of it is stored: it follows from the invoices that are not void. Pure. Imports of the
project: money, the books, models.
"""

from datetime import date
from typing import Any

from billing.books.bill import ClientBooks
from billing.money import ZERO
from reconciler.models import Charge, Item


def item_data(one: ClientBooks, on: date) -> list[dict[str, Any]]:
    """Each add-on at the end of a day; `of` and `left` are null for recurring ones."""
    money = one.terms.rounding
    lines = [
        line
        for account in one.accounts
        if account.voided_on is None
        for line in account.invoice.lines
    ]
    rows: list[dict[str, Any]] = []
    for item in one.client.items:
        amounts = [line.amount for line in lines if line.item == item.id]
        amount, count = sum(amounts, ZERO), _count(item)
        rows.append(
            {
                "id": item.id,
                "name": item.name,
                "charged": len(amounts),
                "of": count,
                "amount": money.text(amount),
                "left": None if count is None else money.text(item.price - amount),
                "state": _state(item, len(amounts), count, on),
            }
        )
    return rows


def _count(item: Item) -> int | None:
    if item.charge is Charge.RECURRING:
        return None
    return 1 if item.charge is Charge.ONCE else item.count


def _state(item: Item, charged: int, count: int | None, on: date) -> str:
    if count is not None and charged >= count:
        return "charged"
    if item.end is not None and item.end < on:
        return f"ended on {item.end}"
    if item.start is not None and item.start > on:
        return f"from {item.start} on"
    if count is None:
        return "on every invoice"
    return f"{charged} of {count}" if charged else "on the next invoice"
