# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client's account is computed from.

Pure. Imports of the project: terms, the invoice's and the ledger's models, models.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from billing.invoices.model import Invoice
from billing.ledger.model import Credit, Payment
from billing.terms import TermsBook
from reconciler.models import Client, Plan


class Facts(NamedTuple):
    """What a client's account is computed from. `fixed`: invoices that are as they are."""

    client: Client
    book: TermsBook
    plans: Mapping[str, Plan]
    fixed: Sequence[Invoice]
    credits: Sequence[Credit]
    payments: Sequence[Payment]


@dataclass(slots=True)
class Returned:
    """What an earlier computation knew before a payment was taken back on `on`."""

    on: date
    fees: Collection[str]
