# SPDX-License-Identifier: GPL-3.0-or-later
"""Payments: `ledger/payments/YYYY-MM.csv`, which a bookkeeper may write and a bank export become.

Method and reference identify a payment: of equal lines the first counts. A negative line takes an
earlier one back. Pure: texts in, payments and problems out. Imports of the project: errors,
wording, the ledger's files and model.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from billing.ledger.files import LedgerFile
from billing.ledger.model import Payment
from billing.money import ZERO
from reconciler.errors import Problem, Severity, Where
from reconciler.wording import did_you_mean, show

HEADER = ("date", "client", "amount", "method", "reference", "invoice", "note")
FIRST_YEAR, LAST_YEAR = 1990, 2199
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Payments:
    """What counts (`counted`), what takes it back (`returns`), and all that is wrong."""

    counted: tuple[Payment, ...]
    returns: tuple[Payment, ...]
    problems: tuple[Problem, ...]


def read_payments(files: Iterable[LedgerFile], names: Mapping[str, str], digits: int) -> Payments:
    """All payments; `names`: present and former client ids to the present ones."""
    problems: list[Problem] = []
    lines: list[Payment] = []
    for file in files:
        lines.extend(_read(file, names, digits, problems))
    counted, returns = _identify(lines, problems)
    _alike(counted, problems)
    return Payments(tuple(counted), tuple(returns), tuple(problems))


@lru_cache(maxsize=10_000)
def parse_date(text: str) -> date | None:
    """An ISO date of a plausible year, else None."""
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _read(
    file: LedgerFile, names: Mapping[str, str], digits: int, problems: list[Problem]
) -> Iterator[Payment]:
    reader = csv.reader(io.StringIO(file.text, newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            row, before = before + 1, reader.line_num
            if row == 1:
                if tuple(cell.strip() for cell in cells) != HEADER:
                    problems.append(_no_header(file, cells))
                    return
            elif cells:
                line = _line(cells, file, row, names, digits)
                if isinstance(line, Problem):
                    problems.append(line)
                else:
                    yield line
    except csv.Error as error:
        hint = "Look for a quote that is not closed"
        message = f"This is not CSV: {error}."
        problems.append(Problem("payment-line", message, hint, Where(file.file, before + 1)))
        return
    if not before:
        problems.append(_no_header(file, []))


def _no_header(file: LedgerFile, cells: list[str]) -> Problem:
    hint = f"The first line is `{','.join(HEADER)}`"
    if len(cells) == 1 and ";" in cells[0]:
        hint = "Columns are separated by commas here, not by semicolons"
    elif len(cells) == 1 and "\t" in cells[0]:
        hint = "Columns are separated by commas here, not by tabs"
    return Problem(
        "payment-header", "The file does not begin with the header.", hint, Where(file.file, 1)
    )


def _line(
    cells: list[str], file: LedgerFile, row: int, names: Mapping[str, str], digits: int
) -> Payment | Problem:
    if len(cells) == len(HEADER) and "".join(cells).isprintable():
        day_text, client, amount_text, method, reference, invoice, note = map(str.strip, cells)
        day, amount = parse_date(day_text), _amount(amount_text, digits)
        if day and amount and client in names and day_text[:7] == file.month:
            return Payment(
                day, names[client], amount, method, reference, invoice, note, file.file, row
            )
    return _wrong(cells, file, Where(file.file, row), names, digits)


@lru_cache(maxsize=10_000)
def _amount(text: str, digits: int) -> Decimal | None:
    """An amount that is not zero, with no more decimals than the currency has; else None."""
    amount = Decimal(text) if _AMOUNT.fullmatch(text) else ZERO
    return amount if amount and -int(amount.as_tuple().exponent) <= digits else None


def _wrong(
    cells: list[str], file: LedgerFile, where: Where, names: Mapping[str, str], digits: int
) -> Problem:
    """Why a line is no payment."""
    if len(cells) != len(HEADER):
        message = f"The line has {len(cells)} columns instead of {len(HEADER)}."
        hint = "A text with a comma needs quotes; an amount is written 1350.00"
        return Problem("payment-line", message, hint, where)
    for name, cell in zip(HEADER, cells, strict=True):
        if not cell.isprintable():
            message = f"{name} holds a line end or another control character."
            return Problem("payment-line", message, "Take it out", where)
    day_text, client, amount_text = (cell.strip() for cell in cells[:3])
    return (
        _wrong_date(day_text, file, where)
        or _wrong_client(client, names, where)
        or _wrong_amount(amount_text, digits, where)
    )


def _wrong_date(text: str, file: LedgerFile, where: Where) -> Problem | None:
    day = parse_date(text)
    if day is None:
        hint = "Write it as 2026-11-05"
        if re.fullmatch(r"\d{5}(\.\d+)?", text):
            hint = "This is a spreadsheet's number of a day: format the column as 2026-11-05"
        return Problem("payment-date", f"{show(text)} is not a date.", hint, where)
    if text[:7] != file.month:
        message = f"{text} is not in the month of this file."
        hint = f"Move the line to ledger/payments/{text[:7]}.csv"
        return Problem("payment-date", message, hint, where)
    return None


def _wrong_client(client: str, names: Mapping[str, str], where: Where) -> Problem | None:
    if client in names:
        return None
    near = did_you_mean(client, names)
    hint = f"Did you mean {near}?" if near else "Files of clients who left stay in the repository"
    return Problem("payment-client", f"There is no client {show(client)}.", hint, where)


def _wrong_amount(text: str, digits: int, where: Where) -> Problem:
    if not _AMOUNT.fullmatch(text):
        hint = "Write a decimal such as 1350.00, without currency or separators of thousands"
        return Problem("payment-amount", f"{show(text)} is not an amount.", hint, where)
    if not Decimal(text):
        return Problem("payment-amount", "The amount is zero.", "Remove the line", where)
    message = f"{text} has more decimals than the currency has ({digits})."
    return Problem("payment-amount", message, "Round it", where)


def _identify(lines: list[Payment], problems: list[Problem]) -> tuple[list[Payment], list[Payment]]:
    """Repeats left out and said; returns joined to what they take back."""
    counted: list[Payment] = []
    returns: list[Payment] = []
    known: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line.method, line.reference)
        index = known.get(key) if line.reference else None
        if line.amount > 0 and index is None:
            if line.reference:
                known[key] = len(counted)
            counted.append(line)
        elif index is None:
            problems.append(_no_return(line))
        elif line.amount > 0 or counted[index].returned_on is not None:
            problems.append(_repeat(line, counted[index]))
        elif (-line.amount, line.client) != (counted[index].amount, counted[index].client):
            problems.append(_no_return(line))
        else:
            counted[index] = counted[index]._replace(returned_on=line.date)
            returns.append(line)
    return counted, returns


def _repeat(line: Payment, first: Payment) -> Problem:
    deed = "was returned already" if line.amount < 0 else "is there already"
    message = f"{line.method} {line.reference} {deed} ({first.where}): this line does not count."
    hint = "Remove it, or correct its reference"
    return Problem("payment-repeat", message, hint, line.where, Severity.WARNING)


def _no_return(line: Payment) -> Problem:
    message = f"The amount {line.amount} is below zero and takes no earlier payment back."
    hint = "A return has the method, reference, client and amount of a payment above it"
    return Problem("payment-return", message, hint, line.where)


def _alike(counted: list[Payment], problems: list[Problem]) -> None:
    """Lines without a reference that look like one payment written twice."""
    seen: dict[tuple[date, str, Decimal], Payment] = {}
    for line in counted:
        if line.reference:
            continue
        key = (line.date, line.client, line.amount)
        first = seen.setdefault(key, line)
        if first is not line:
            message = (
                f"{line.client} paid {line.amount} on {line.date} twice ({first.where}),"
                " both without a reference: both count."
            )
            hint = "Give them references, or remove one"
            problems.append(Problem("payment-alike", message, hint, line.where, Severity.WARNING))
