# SPDX-License-Identifier: GPL-3.0-or-later
"""What lines come to: subtotal, tax and total, one rounding of tax an invoice.

Pure. Imports of the project: money, terms, the invoice's model.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from billing.invoices.model import Line
from billing.money import ZERO
from billing.terms import Terms


class Totals(NamedTuple):
    """`subtotal` + `tax` = `total`."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal


def totals(amount: Decimal, terms: Terms) -> Totals:
    """Of a sum of lines: gross where prices hold the tax, net where it is added."""
    money = terms.rounding
    if terms.tax_included:
        gross = money.whole(amount)
        net = money.without(gross, terms.tax)
        return Totals(net, gross - net, gross)
    net = money.whole(amount)
    tax = money.percent(net, terms.tax) if terms.tax else money.zero
    return Totals(net, tax, net + tax)


def without_fees(lines: Iterable[Line], total: Decimal, terms: Terms) -> Decimal:
    """The part of an invoice's total that is not fees: its other lines with their tax."""
    others = [line.amount for line in lines if not line.is_fee]
    if len(others) == len(tuple(lines)):
        return total
    return totals(sum(others, ZERO), terms).total
