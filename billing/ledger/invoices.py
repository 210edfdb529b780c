# SPDX-License-Identifier: GPL-3.0-or-later
"""Issued invoices: `ledger/invoices/YYYY-MM.jsonl`, one a line, never edited, without gaps.

Pure: texts in, invoices and problems out. Imports of the project: errors, wording, money, the
invoice's model, the ledger's lines.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from billing.invoices.model import INTERNET, OTHER, Invoice, Line, internet_id
from billing.ledger.chain import RawLine, broken_link, broken_seal, lines_of
from billing.ledger.files import LedgerFile
from billing.ledger.objects import (
    SEAL,
    BadLine,
    amount_at,
    checked_keys,
    date_at,
    parse_object,
    text_at,
    text_or_null,
)
from billing.money import ZERO
from reconciler.errors import Problem
from reconciler.wording import show

KEYS = (
    "id", "number", "client", "service", "kind", "period", "issued_on", "due_on", "cut_on",
    "lines", "subtotal", "tax", "total", "currency", "recorded_on", "previous",
)  # fmt: skip
LINE_KEYS = ("description", "quantity", "unit_price", "amount", "item")
_NUMBER = re.compile(r"([A-Za-z0-9./-]{1,20})-(\d{6,12})", re.ASCII)
# A line as this program writes it; what stands between the client and the link many lines share.
_WRITTEN = re.compile(
    r'\{"id":"([a-z0-9-]+/[a-z0-9-]+/internet/[0-9-]+)","number":"([A-Za-z0-9./-]+)",'
    r'"client":"([a-z0-9-]+)",("service":"[a-z0-9-]+","kind":"internet",.+)'
    r',"previous":"([0-9a-f]{64})","hash":"[0-9a-f]{64}"\}'
)
_REMEMBERED = 4096  # texts of lines
_QUANTITY = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)


@dataclass
class IssuedInvoices:
    """All that was issued, in the order of the files, and all that is wrong with it."""

    invoices: list[Invoice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    last_line: str | None = None
    by_id: dict[str, Invoice] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    is_unsure: bool = False
    """Whether the number of a line above could not be read, so that the next may be any higher."""


def read_invoices(
    files: Iterable[LedgerFile], names: Mapping[str, str], digits: int, currency: str
) -> IssuedInvoices:
    """All invoices; `names`: present and former client ids to the present ones."""
    found = IssuedInvoices()
    alike: dict[str, Invoice] = {}
    for line in lines_of(files):
        try:
            invoice, previous, has_hash = _read(line, names, digits, currency, alike)
        except BadLine as error:
            found.problems.append(Problem("ledger-line", error.message, error.hint, line.where))
            found.is_unsure = True
        else:
            broken = broken_link(line, found.last_line, previous)
            changed = broken_seal(line, found.last_line, has_hash)
            found.problems += [one for one in (broken, changed) if one]
            found.problems += _in_order(invoice, line, found)
            found.invoices.append(invoice)
        found.last_line = line.text
    return found


def canonical(invoice_id: str, names: Mapping[str, str]) -> str:
    """The id with the client's present id in front."""
    client, slash, rest = invoice_id.partition("/")
    return f"{names.get(client, client)}{slash}{rest}"


def _read(
    line: RawLine,
    names: Mapping[str, str],
    digits: int,
    currency: str,
    alike: dict[str, Invoice],
) -> tuple[Invoice, object, bool]:
    """The invoice of a line, what it says of the line before, and whether it has a hash.

    `alike`: for texts of which a line was read to the end and found sound, what it said. Of another
    line with that text only what differs is looked at. Raises BadLine.
    """
    written = _WRITTEN.fullmatch(line.text)
    if written is not None:
        id_, number, client, text, previous = written.groups()
        one = alike.get(text)
        if (
            one is not None
            and one.file == line.file.file
            and client in names
            and id_ == internet_id(client, one.service or "", one.start)
        ):
            invoice = Invoice(id_, number, names[client], *one[3:-1], line.row)
            return invoice, previous, True
    value = parse_object(line.text, KEYS, (SEAL,))
    invoice = _invoice(value, line, names, digits, currency)
    if written is not None:
        if len(alike) >= _REMEMBERED:
            alike.clear()
        alike[written[4]] = invoice
    return invoice, value["previous"], SEAL in value


def _invoice(
    value: dict[str, Any], line: RawLine, names: Mapping[str, str], digits: int, currency: str
) -> Invoice:
    id_, client = text_at(value, "id"), text_at(value, "client")
    if client not in names:
        raise BadLine(f"There is no client {show(client)}.", "Files of clients who left stay")
    if names.get(id_.partition("/")[0]) != names[client]:
        raise BadLine(f"The id {show(id_)} is not one of {client}.")
    period = checked_keys(value["period"], ("start", "end"), "period")
    start, end = date_at(period, "start"), date_at(period, "end")
    kind, service = text_at(value, "kind"), text_or_null(value, "service")
    if kind not in (INTERNET, OTHER):
        raise BadLine(f"kind {show(kind)} is neither {INTERNET} nor {OTHER}.")
    if end <= start:
        raise BadLine(f"The period ends on {end}, not after its start {start}.")
    if kind == INTERNET and service is not None:
        plain = f"{id_.partition('/')[0]}/{service}/{INTERNET}/{start}"
        if id_ != plain and not re.fullmatch(re.escape(plain) + r"/r[1-9]\d*", id_):
            raise BadLine(f"The id {show(id_)} is not that of its service and period.")
    if value["currency"] != currency:
        raise BadLine(f"currency {show(value['currency'])} is not that of the settings.")
    invoice = Invoice(
        id=id_,
        number=text_or_null(value, "number"),
        client=names[client],
        service=service,
        kind=kind,
        start=start,
        end=end,
        issued_on=date_at(value, "issued_on"),
        due_on=date_at(value, "due_on"),
        cut_on=date_at(value, "cut_on"),
        lines=_lines(value["lines"], digits),
        subtotal=amount_at(value, "subtotal", digits),
        tax=amount_at(value, "tax", digits),
        total=amount_at(value, "total", digits),
        currency=currency,
        recorded_on=_recorded(value, line),
        file=line.file.file,
        row=line.row,
    )
    _check_sums(invoice)
    return invoice


def _recorded(value: dict[str, Any], line: RawLine) -> date:
    day = date_at(value, "recorded_on")
    if day.isoformat()[:7] != line.file.month:
        raise BadLine(f"recorded_on {day} is not in the month of this file.")
    return day


def _lines(value: object, digits: int) -> tuple[Line, ...]:
    if not isinstance(value, list) or not value:
        raise BadLine("lines is no list of at least one line.")
    return tuple(_line(one, digits) for one in value)


def _line(value: object, digits: int) -> Line:
    line = checked_keys(value, LINE_KEYS, "A line of the invoice")
    quantity, amount = text_at(line, "quantity"), amount_at(line, "amount", digits)
    unit = amount_at(line, "unit_price", digits)
    if not _QUANTITY.fullmatch(quantity):
        raise BadLine(f"quantity {show(quantity)} is not a number in quotes.")
    if (Decimal(quantity) * unit - amount).copy_abs() * 2 > Decimal(1).scaleb(-digits):
        raise BadLine(f"{quantity} × {unit} is not {amount}.")
    return Line(text_at(line, "description"), amount, text_or_null(line, "item"), quantity, unit)


def _check_sums(invoice: Invoice) -> None:
    amount = sum((line.amount for line in invoice.lines), ZERO)
    if invoice.subtotal + invoice.tax != invoice.total:
        raise BadLine(
            f"subtotal {invoice.subtotal} and tax {invoice.tax} do not come to {invoice.total}."
        )
    if amount not in (invoice.subtotal, invoice.total):
        raise BadLine(f"The lines come to {amount}, neither subtotal nor total.")
    if bool(invoice.total) != (invoice.number is not None):
        what = "that is not 0.00 has no number" if invoice.total else "of 0.00 has a number"
        raise BadLine(f"An invoice {what}.")


def _in_order(invoice: Invoice, line: RawLine, found: IssuedInvoices) -> list[Problem]:
    """Each once, numbers one after the other, days never backwards."""
    problems: list[Problem] = []
    key = f"{invoice.client}/{invoice.id.partition('/')[2]}"
    first = found.by_id.setdefault(key, invoice)
    if first is not invoice:
        message = f"{invoice.id} was issued already ({first.file}:{first.row})."
        hint = "Restore the files from git and issue again"
        problems.append(Problem("ledger-twice", message, hint, line.where))
    if found.invoices:
        before = found.invoices[-1].recorded_on
        assert before is not None
        assert invoice.recorded_on is not None
        if invoice.recorded_on < before:
            message = f"recorded_on {invoice.recorded_on} is before {before} of the line above."
            problems.append(Problem("ledger-number", message, None, line.where))
    if invoice.number is not None:
        problems += _number(invoice.number, line, found)
    return problems


def _number(text: str, line: RawLine, found: IssuedInvoices) -> list[Problem]:
    parts = parse_number(text)
    if parts is None:
        message = f"{show(text)} is not a number such as A-000001."
        found.is_unsure = True
        return [Problem("ledger-number", message, None, line.where)]
    series, number = parts
    expected = found.numbers.get(series, 0) + 1
    found.numbers[series] = number
    may_be_higher, found.is_unsure = found.is_unsure, False
    if number == expected or (may_be_higher and number > expected):
        return []
    message = f"The number {text} does not follow: {number_text(series, expected)} is next."
    hint = "Numbers have no gaps and are never given twice: restore the files from git"
    return [Problem("ledger-number", message, hint, line.where)]


def parse_number(text: str) -> tuple[str, int] | None:
    """`A-000017` as series and number; None for another shape."""
    parts = _NUMBER.fullmatch(text)
    return (parts[1], int(parts[2])) if parts else None


def number_text(series: str, number: int) -> str:
    """`A-000001`."""
    return f"{series}-{number:06d}"
