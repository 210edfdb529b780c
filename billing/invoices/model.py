# SPDX-License-Identifier: GPL-3.0-or-later
"""An invoice, issued or draft, as a value.

Pure. Imports of the project: money.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

INTERNET = "internet"
OTHER = "other"

# What `item` says of a line that is neither the plan (null) nor an add-on (its id).
DISCOUNT = "discount"
WITH_NEXT = "with-next"
CREDIT_DAYS = "credit-days:"
PLAN_CHANGE = "plan-change:"
LATE_FEE = "late-fee:"
RECONNECTION_FEE = "reconnection-fee:"
JOINED = "joined:"
_FEES = (LATE_FEE, RECONNECTION_FEE)
_ONCE = (*_FEES, CREDIT_DAYS, PLAN_CHANGE)


class Line(NamedTuple):
    """One line; `quantity` is "1" where nothing is counted."""

    description: str
    amount: Decimal
    item: str | None = None
    quantity: str = "1"
    unit: Decimal | None = None

    @property
    def unit_price(self) -> Decimal:
        return self.amount if self.unit is None else self.unit

    @property
    def is_fee(self) -> bool:
        return self.item is not None and self.item.startswith(_FEES)

    @property
    def is_once(self) -> bool:
        """Whether its item is a key that is charged once and for all."""
        return self.item is not None and self.item.startswith(_ONCE)


class Invoice(NamedTuple):
    """One invoice; `start` and `end` are its period, half-open.

    `recorded_on` is None for a draft. `file` and `row` say where the ledger holds it.
    """

    id: str
    number: str | None
    client: str
    service: str | None
    kind: str
    start: date
    end: date
    issued_on: date
    due_on: date
    cut_on: date
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    recorded_on: date | None = None
    file: str = ""
    row: int = 0

    @property
    def is_draft(self) -> bool:
        return self.recorded_on is None

    @property
    def is_internet(self) -> bool:
        return self.kind == INTERNET

    @property
    def is_joined(self) -> bool:
        """Whether it was made of others, as its id says."""
        return self.service is None and "/joined/" in self.id

    @property
    def is_free(self) -> bool:
        """Whether it is one of 0.00 that stands for a period given away."""
        return not self.total and all(line.item is None and not line.amount for line in self.lines)


def internet_id(client: str, service: str, start: date, revision: int = 1) -> str:
    """`ana/internet/internet/2026-11-01`, from the second revision on with `/r2`."""
    name = f"{client}/{service}/{INTERNET}/{start}"
    return name if revision == 1 else f"{name}/r{revision}"
