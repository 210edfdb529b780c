# SPDX-License-Identifier: GPL-3.0-or-later
"""New lines of the ledger as texts: invoices that are issued, and a payment at its place.

Pure: nothing is written here. Imports of the project: money, shapes, the books, the ledger.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from billing.books.bill import Books
from billing.invoices.model import Invoice
from billing.ledger.chain import digest, sealed
from billing.ledger.invoices import number_text
from billing.ledger.model import Credit, Ledger
from billing.ledger.payments import HEADER
from billing.money import Rounding
from billing.shapes import invoice_data

Draft = tuple[tuple[object, ...], Invoice]
"""An invoice that is not issued yet, and its place in the order of issue."""


@dataclass
class Issued:
    """What an issue adds: invoices with their numbers, and the lines of each file."""

    invoices: list[Invoice] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)


def issue_lines(
    drafts: Iterable[Draft],
    ledger: Ledger,
    recorded_on: date,
    series: str,
    money: Rounding,
) -> Issued:
    """Lines for drafts, in the order of their keys; one of 0.00 gets no number."""
    done = Issued()
    previous = ledger.last_invoice_line
    number = ledger.last_numbers.get(series, 0)
    file = f"ledger/invoices/{recorded_on:%Y-%m}.jsonl"
    for _, draft in sorted(drafts, key=lambda one: one[0]):
        given = None
        if draft.total:
            number += 1
            given = number_text(series, number)
        invoice = draft._replace(number=given, recorded_on=recorded_on)
        previous = invoice_line(invoice, previous, money)
        done.invoices.append(invoice)
        done.lines.setdefault(file, []).append(previous)
    return done


def invoice_line(invoice: Invoice, previous: str | None, money: Rounding) -> str:
    """The line of an invoice behind another."""
    data = invoice_data(invoice, money)
    data["recorded_on"] = str(invoice.recorded_on)
    data["previous"] = digest(previous)
    return sealed(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def credit_line(credit: Credit, previous: str | None, money: Rounding) -> str:
    """The line of a void, a credit note or a transfer behind another."""
    data = {
        "id": credit.id,
        "date": str(credit.date),
        "kind": credit.kind,
        "invoice": credit.invoice,
        "amount": money.text(credit.amount),
        "into": credit.into,
        "reason": credit.reason,
        "previous": digest(previous),
    }
    return sealed(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def credit_lines(notes: Iterable[Credit], ledger: Ledger, money: Rounding) -> dict[str, list[str]]:
    """Lines for credits, by file, in their order."""
    previous = ledger.last_credit_line
    lines: dict[str, list[str]] = {}
    for credit in notes:
        previous = credit_line(credit, previous, money)
        lines.setdefault(f"ledger/credits/{credit.date:%Y-%m}.jsonl", []).append(previous)
    return lines


def drafts_of(books: Books) -> list[Draft]:
    """All drafts with their order: issue date, client, period, place of the service."""
    return [
        ((account.invoice.issued_on, one.client.id, account.invoice.start, account.place),
         account.invoice)
        for one, account in books.accounts()
        if account.invoice.is_draft
    ]  # fmt: skip


def with_lines(text: str, lines: Iterable[str]) -> str:
    """A file's text with lines at its end."""
    text = text if not text or text.endswith("\n") else text + "\n"
    return text + "".join(line + "\n" for line in lines)


def with_payments(text: str, several: Iterable[Mapping[str, str]]) -> str:
    """A month's payments with more, placed by date and reference among the others.

    Two branches that add payments then rarely touch the same place. Lines that are there keep
    their order and spelling.
    """
    if not text.strip():
        text = ",".join(HEADER) + "\n"
    text = text if text.endswith("\n") else text + "\n"
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    keys = [_key(line) for line in lines]
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    for values in sorted(several, key=lambda one: (one["date"], one["reference"])):
        key = (values["date"], values["reference"])
        place = len(lines)
        while place > 1 and keys[place - 1] > key:
            place -= 1
        out = io.StringIO()
        csv.writer(out, lineterminator=ending).writerow([values[name] for name in HEADER])
        lines.insert(place, out.getvalue())
        keys.insert(place, key)
    return bom + "".join(lines)


def _key(line: str) -> tuple[str, str]:
    cells = next(csv.reader([line.rstrip("\r\n")]), [])
    if len(cells) != len(HEADER):
        return ("9999", "")
    return (cells[0].strip(), cells[4].strip())
