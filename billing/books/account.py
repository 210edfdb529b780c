# SPDX-License-Identifier: GPL-3.0-or-later
"""Open amounts and who pays them: money put on invoices, the oldest due first, else kept as credit.

What comes in is on invoices or in the credit, never lost and never twice. Pure. Imports of the
project: money, the calendar's schedules, the invoice's model.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.calendar.schedule import Schedule
from billing.invoices.model import Invoice
from billing.ledger.model import Payment
from billing.money import ZERO


@dataclass(slots=True, eq=False)
class Account:
    """An invoice and what became of it. `place`: its service's in the client's file.

    `schedule` is that of the service when it was issued; `keys` what it charged once and for all.
    """

    invoice: Invoice
    place: int
    open: Decimal
    schedule: Schedule | None = None
    paid: Decimal = ZERO
    voided_on: date | None = None
    joined_into: str | None = None
    parts: list["Account"] = field(default_factory=list)
    keys: list[tuple[int, str]] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        """Whether it is neither void nor part of another."""
        return self.voided_on is None and self.joined_into is None

    @property
    def status(self) -> str:
        """As `billing invoices` shows it."""
        if self.invoice.is_draft:
            return "draft"
        if self.voided_on is not None:
            return "void"
        if self.joined_into is not None:
            return "transferred"
        return "issued" if self.open else "paid"

    @property
    def issue_order(self) -> tuple[date, date, int]:
        return (self.invoice.issued_on, self.invoice.start, self.place)

    @property
    def due_order(self) -> tuple[date, date, date, int]:
        return (self.invoice.due_on, *self.issue_order)

    @property
    def notice_on(self) -> date | None:
        """From when on the client is reminded; None where the zone has no notice day."""
        if self.schedule is None:
            return None
        notice = self.schedule.dates(self.invoice.due_on).notice
        return None if notice is None else max(notice, self.invoice.issued_on)

    @property
    def unmoved_cut(self) -> date:
        """The cut date before weekdays and holidays moved it."""
        if self.schedule is None:
            return self.invoice.cut_on
        return min(self.schedule.dates(self.invoice.due_on).unmoved, self.invoice.cut_on)


class Allocation(NamedTuple):
    """An amount that was put on an invoice; `payment` is None for credit and credit notes."""

    date: date
    account: Account
    amount: Decimal
    payment: Payment | None


class Purse:
    """A client's open invoices and credit."""

    __slots__ = ("allocations", "credit", "open")

    def __init__(self) -> None:
        self.open: list[Account] = []
        self.credit = ZERO
        self.allocations: list[Allocation] = []

    def put(self, account: Account, amount: Decimal, day: date, payment: Payment | None) -> Decimal:
        """Up to that amount on an invoice; returns what it took."""
        taken = min(account.open, amount)
        if taken > 0:
            account.open -= taken
            account.paid += taken
            self.allocations.append(Allocation(day, account, taken, payment))
            if not account.open:
                self.open.remove(account)
        return max(taken, ZERO)

    def spread(self, amount: Decimal, day: date, payment: Payment | None) -> list[Account]:
        """On open invoices, the oldest due first, the rest to credit; returns those paid off."""
        paid_off: list[Account] = []
        if amount > 0 and len(self.open) > 1:
            self.open.sort(key=lambda one: one.due_order)
        while amount > 0 and self.open:
            account = self.open[0]
            amount -= self.put(account, amount, day, payment)
            if not account.open:
                paid_off.append(account)
        self.credit += amount
        return paid_off

    def enter(self, account: Account, day: date) -> None:
        """A new invoice takes what credit there is; one below zero pays others."""
        total = account.invoice.total
        if total < 0:
            account.open = ZERO
            self.spread(-total, day, None)
        elif total > 0:
            self.open.append(account)
            if self.credit > 0:
                self.credit -= self.put(account, self.credit, day, None)

    def transfer(self, account: Account, amount: Decimal, day: date) -> None:
        """That much of it is owed on another invoice now.

        Where a payment came to light or went since that was written, what was paid beyond is the
        client's again, and what was not carried over is still owed.
        """
        beyond = amount - account.open
        if beyond > 0:
            self.close(account)
            account.paid -= beyond
            self.allocations.append(Allocation(day, account, -beyond, None))
            self.spread(beyond, day, None)
        elif beyond:
            account.open -= amount
        else:
            self.close(account)

    def take_back(self, amount: Decimal, day: date) -> None:
        """So much was never given: it comes off the credit, then off what invoices had last."""
        held = min(amount, self.credit)
        self.credit -= held
        amount -= held
        for one in reversed(tuple(self.allocations)):
            account = one.account
            taken = min(amount, account.paid) if account.counts else ZERO
            if taken > 0:
                if not account.open:
                    self.open.append(account)
                account.open += taken
                account.paid -= taken
                amount -= taken
                self.allocations.append(Allocation(day, account, -taken, None))
        self.credit -= amount

    def close(self, account: Account) -> None:
        """Nothing is owed on it any more."""
        if account.open:
            self.open.remove(account)
            account.open = ZERO
