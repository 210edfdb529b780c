# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoices, balances and lists as plain data: the JSON and CSV that the commands print.

Money is a string with the currency's minor digits, dates are ISO, what is absent is null. Pure.
Imports of the project: money, the books, cuts, notices.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from billing.books.account import Account
from billing.books.bill import ClientBooks
from billing.cuts import CutList
from billing.invoices.model import Invoice
from billing.money import Rounding
from billing.notices import NoticeList
from reconciler.wording import harmless

INVOICE_COLUMNS = (
    "id", "number", "client", "service", "kind", "start", "end", "issued_on", "due_on", "cut_on",
    "subtotal", "tax", "total", "open", "currency", "status",
)  # fmt: skip


def invoice_data(invoice: Invoice, money: Rounding) -> dict[str, Any]:
    """An invoice as the ledger holds it, without what only the ledger knows."""
    return {
        "id": invoice.id,
        "number": invoice.number,
        "client": invoice.client,
        "service": invoice.service,
        "kind": invoice.kind,
        "period": {"start": str(invoice.start), "end": str(invoice.end)},
        "issued_on": str(invoice.issued_on),
        "due_on": str(invoice.due_on),
        "cut_on": str(invoice.cut_on),
        "lines": [
            {
                "description": line.description,
                "quantity": line.quantity,
                "unit_price": money.text(line.unit_price),
                "amount": money.text(line.amount),
                "item": line.item,
            }
            for line in invoice.lines
        ],
        "subtotal": money.text(invoice.subtotal),
        "tax": money.text(invoice.tax),
        "total": money.text(invoice.total),
        "currency": invoice.currency,
    }


def account_data(account: Account, money: Rounding) -> dict[str, Any]:
    """An invoice with what is open and its status."""
    data = invoice_data(account.invoice, money)
    currency = data.pop("currency")
    return {
        **data,
        "open": money.text(account.open),
        "currency": currency,
        "status": account.status,
    }


def account_row(account: Account, money: Rounding) -> dict[str, Any]:
    """The same in one flat row, for CSV and tables."""
    data = account_data(account, money)
    period = data.pop("period")
    return {key: {**data, **period}[key] for key in INVOICE_COLUMNS}


def balance_data(books: ClientBooks) -> dict[str, str]:
    """`balance` is what the client owes: open less credit."""
    money = books.terms.rounding
    return {
        "client": books.client.id,
        "open": money.text(books.open),
        "credit": money.text(books.credit),
        "balance": money.text(books.balance),
    }


def cut_data(found: CutList, money: Rounding) -> dict[str, Any]:
    """The three lists of a day."""
    return {
        "on": str(found.on),
        "cuts": [
            {
                "client": one.client,
                "service": one.service,
                "invoice": one.invoice.id,
                "open": money.text(one.open),
                "due_on": str(one.invoice.due_on),
                "cut_on": str(one.invoice.cut_on),
                "reason": one.reason,
            }
            for one in found.cuts
        ],
        "restores": [
            {"client": one.client, "service": one.service, "reason": one.reason}
            for one in found.restores
        ],
        "held": [
            {"client": one.client, "service": one.service, "reason": one.reason}
            for one in found.held
        ],
    }


def cut_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The three lists in one table; `list` says which."""
    return [
        {"list": name.removesuffix("s"), **_CUT_ROW, **row}
        for name in ("cuts", "restores", "held")
        for row in data[name]
    ]


_CUT_ROW = dict.fromkeys(
    ("client", "service", "invoice", "open", "due_on", "cut_on", "reason"), None
)


def notice_data(found: NoticeList, money: Rounding) -> list[dict[str, Any]]:
    """Who is reminded; `address` is null where a service has none, so that nothing can be shown."""
    return [
        {
            "client": one.client,
            "service": one.service,
            "address": one.address,
            "invoice": one.invoice.id,
            "open": money.text(one.open),
            "notice_on": str(one.since),
            "due_on": str(one.invoice.due_on),
        }
        for one in found.notices
    ]


def csv_text(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> str:
    """A table as CSV with a header; what is absent is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {key: "" if row[key] is None else str(row[key]) for key in columns}
        writer.writerow({key: harmless(cell) for key, cell in cells.items()})
    return out.getvalue()
