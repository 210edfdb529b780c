# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger holds, as values; clients are named by their present ids.

Pure. Imports of the project: the invoice's model, errors.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from billing.invoices.model import Invoice
from reconciler.errors import Where

VOID, CREDIT, TRANSFER = "void", "credit", "transfer"


class Payment(NamedTuple):
    """A payment that counts; from `returned_on` on it does not."""

    date: datetime.date
    client: str
    amount: Decimal
    method: str
    reference: str
    invoice: str
    note: str
    file: str
    row: int
    returned_on: datetime.date | None = None

    @property
    def where(self) -> Where:
        return Where(self.file, self.row)


@dataclass(frozen=True, slots=True)
class Credit:
    """A void, a credit note, or a transfer of an invoice into a joined one."""

    id: str
    date: datetime.date
    kind: str
    invoice: str
    amount: Decimal
    into: str | None
    reason: str | None
    client: str
    file: str
    row: int

    @property
    def where(self) -> Where:
        return Where(self.file, self.row)


@dataclass(frozen=True)
class Ledger:
    """All of it, each part in file order. `last_*` are the last lines of the two hash chains."""

    payments: Sequence[Payment] = ()
    returns: Sequence[Payment] = ()
    invoices: Sequence[Invoice] = ()
    credits: Sequence[Credit] = ()
    last_invoice_line: str | None = None
    last_credit_line: str | None = None
    last_numbers: Mapping[str, int] = field(default_factory=dict)
    by_client: Mapping[str, "ClientLedger"] = field(default_factory=dict)

    def of(self, client: str) -> "ClientLedger":
        """The part that is one client's."""
        return self.by_client.get(client, NOTHING)


@dataclass(slots=True)
class ClientLedger:
    """The part of the ledger that is one client's, in file order."""

    payments: list[Payment] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)


NOTHING = ClientLedger()


def grouped(
    payments: Sequence[Payment], invoices: Sequence[Invoice], notes: Sequence[Credit]
) -> dict[str, ClientLedger]:
    """The ledger by client."""
    found: dict[str, ClientLedger] = {}
    for payment in payments:
        found.setdefault(payment.client, ClientLedger()).payments.append(payment)
    for invoice in invoices:
        found.setdefault(invoice.client, ClientLedger()).invoices.append(invoice)
    for credit in notes:
        found.setdefault(credit.client, ClientLedger()).credits.append(credit)
    return found
