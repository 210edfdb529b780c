# SPDX-License-Identifier: GPL-3.0-or-later
"""The business in figures: billed and collected by month, overdue by age, by zone and plan.

Void invoices and joined ones count nowhere as billed, returned payments nowhere as collected. Pure.
Imports of the project: money, the books.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from billing.books.account import Account
from billing.books.bill import Books, ClientBooks
from billing.money import ZERO, Rounding

AGES = ((0, "not due"), (30, "1-30"), (60, "31-60"), (90, "61-90"))
_OLDER = "over 90"


class Sums:
    """Amounts and counts by name."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Decimal]] = {}

    def add(self, name: str, **amounts: Decimal | int) -> None:
        row = self.found.setdefault(name, {})
        for key, amount in amounts.items():
            row[key] = row.get(key, ZERO) + amount

    def rows(self, label: str, money: Rounding, counts: Iterable[str] = ()) -> list[dict[str, Any]]:
        """One row a name, in the order of the names; `counts` are whole numbers, the rest money."""
        whole = set(counts)
        return [
            {
                label: name,
                **{
                    key: int(value) if key in whole else money.text(value)
                    for key, value in self.found[name].items()
                },
            }
            for name in sorted(self.found)
        ]


def report_data(
    several: Iterable[Books], on: date, currency: str, money: Rounding
) -> dict[str, Any]:
    """The figures of all clients in the books; money as text."""
    months, zones, plans = Sums(), Sums(), Sums()
    ages = dict.fromkeys((*(name for _, name in AGES), _OLDER), (0, ZERO))
    open_, credit = ZERO, ZERO
    for books in several:
        for one in books.clients:
            open_ += one.open
            credit += one.credit
            zone = one.client.zone
            zones.add(zone, clients=1, open=one.open, credit=one.credit, overdue=ZERO)
            _collected(one, books, months)
            for account in one.accounts:
                _billed(account, one, months, plans)
                if account.open > 0:
                    age = _age(account.invoice.due_on, books.on)
                    count, amount = ages[age]
                    ages[age] = (count + 1, amount + account.open)
                    if age != AGES[0][1]:
                        zones.add(zone, overdue=account.open)
    return {
        "on": str(on),
        "currency": currency,
        "open": money.text(open_),
        "credit": money.text(credit),
        "months": months.rows("month", money),
        "ages": [
            {"age": name, "invoices": count, "open": money.text(amount)}
            for name, (count, amount) in ages.items()
        ],
        "zones": zones.rows("zone", money, ("clients",)),
        "plans": plans.rows("plan", money, ("invoices",)),
    }


def _age(due: date, on: date) -> str:
    days = (on - due).days
    return next((name for most, name in AGES if days <= most), _OLDER)


def _billed(account: Account, one: ClientBooks, months: Sums, plans: Sums) -> None:
    invoice = account.invoice
    if account.voided_on is None and not invoice.is_joined:
        amounts = {"billed": invoice.total, "tax": invoice.tax, "collected": ZERO}
        months.add(f"{invoice.issued_on:%Y-%m}", **amounts)
    services = one.client.services
    if invoice.is_internet and account.place < len(services):
        billed = ZERO if account.voided_on is not None else invoice.total
        plans.add(services[account.place].plan, invoices=1, billed=billed, open=account.open)


def _collected(one: ClientBooks, books: Books, months: Sums) -> None:
    part = books.ledger.by_client.get(one.client.id)
    for payment in part.payments if part else ():
        back = payment.returned_on
        if payment.date <= books.on and (back is None or back > books.on):
            amounts = {"billed": ZERO, "tax": ZERO, "collected": payment.amount}
            months.add(f"{payment.date:%Y-%m}", **amounts)
