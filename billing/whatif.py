# SPDX-License-Identifier: GPL-3.0-or-later
"""Two sets of books side by side: what other rules would change in money and in cuts.

Pure. Imports of the project: money, the books, cuts.
"""

from typing import Any

from billing.books.bill import Books
from billing.cuts import cut_list
from billing.money import ZERO, Rounding


def difference(before: Books, after: Books, money: Rounding) -> dict[str, Any]:
    """What is billed, open and cut in each, and which invoices and cuts differ; money as text."""
    old, new = _totals(before), _totals(after)
    changed = [
        {
            "invoice": name,
            "before": money.text(old[name]) if name in old else None,
            "after": money.text(new[name]) if name in new else None,
        }
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    old_cuts, new_cuts = _cuts(before), _cuts(after)
    return {
        "on": str(before.on),
        "billed": _three(sum(old.values(), ZERO), sum(new.values(), ZERO), money),
        "open": _three(
            sum((one.open for one in before.clients), ZERO),
            sum((one.open for one in after.clients), ZERO),
            money,
        ),
        "invoices": changed,
        "cuts": {
            "before": len(old_cuts),
            "after": len(new_cuts),
            "more": sorted(new_cuts - old_cuts),
            "fewer": sorted(old_cuts - new_cuts),
        },
    }


def _totals(books: Books) -> dict[str, Any]:
    return {
        account.invoice.id: account.invoice.total
        for _, account in books.accounts()
        if account.voided_on is None and not account.invoice.is_joined
    }


def _cuts(books: Books) -> set[str]:
    return {f"{one.client}/{one.service}" for one in cut_list(books).cuts}


def _three(before: Any, after: Any, money: Rounding) -> dict[str, str]:
    return {
        "before": money.text(before),
        "after": money.text(after),
        "difference": money.text(after - before),
    }
