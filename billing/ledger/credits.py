# SPDX-License-Identifier: GPL-3.0-or-later
"""Voids, credit notes and transfers: `ledger/credits/YYYY-MM.jsonl`, one a line, never edited.

Pure: texts in, credits and problems out. Imports of the project: errors, wording, the ledger's
lines and invoices.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from billing.invoices.model import Invoice
from billing.ledger.chain import RawLine, broken_link, broken_seal, lines_of
from billing.ledger.files import LedgerFile
from billing.ledger.invoices import canonical
from billing.ledger.model import CREDIT, TRANSFER, VOID, Credit
from billing.ledger.objects import (
    SEAL,
    BadLine,
    amount_at,
    date_at,
    parse_object,
    text_at,
    text_or_null,
)
from billing.money import ZERO
from reconciler.errors import Problem
from reconciler.wording import show

KEYS = ("id", "date", "kind", "invoice", "amount", "into", "reason", "previous")


@dataclass
class ReadCredits:
    """All of them in the order of the files, and all that is wrong with them."""

    credits: list[Credit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    last_line: str | None = None
    ids: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    credited: dict[str, Decimal] = field(default_factory=dict)


def read_credits(
    files: Iterable[LedgerFile],
    names: Mapping[str, str],
    invoices: Mapping[str, Invoice],
    digits: int,
) -> ReadCredits:
    """All credits; `invoices`: the issued ones by their ids with the present client in front."""
    found = ReadCredits()
    for line in lines_of(files):
        try:
            value = parse_object(line.text, KEYS, (SEAL,))
            invoice = invoices.get(canonical(text_at(value, "invoice"), names))
            if invoice is None:
                raise BadLine(f"There is no issued invoice {show(value['invoice'])}.")
            credit = Credit(
                text_at(value, "id"), date_at(value, "date"), text_at(value, "kind"),
                invoice.id, amount_at(value, "amount", digits), text_or_null(value, "into"),
                text_or_null(value, "reason"), invoice.client, line.file.file, line.row,
            )  # fmt: skip
            _check(credit, line, invoice, invoices, names)
            _check_once(credit, invoice, found)
        except BadLine as error:
            found.problems.append(Problem("ledger-line", error.message, error.hint, line.where))
        else:
            broken = broken_link(line, found.last_line, value["previous"])
            changed = broken_seal(line, found.last_line, SEAL in value)
            found.problems += [one for one in (broken, changed) if one]
            found.credits.append(credit)
        found.last_line = line.text
    return found


def _check(
    credit: Credit,
    line: RawLine,
    invoice: Invoice,
    invoices: Mapping[str, Invoice],
    names: Mapping[str, str],
) -> None:
    if f"{credit.date:%Y-%m}" != line.file.month:
        raise BadLine(f"date {credit.date} is not in the month of this file.")
    if credit.kind not in (VOID, CREDIT, TRANSFER):
        raise BadLine(f"kind {show(credit.kind)} is none of {VOID}, {CREDIT} and {TRANSFER}.")
    if credit.date < invoice.issued_on:
        raise BadLine(f"date {credit.date} is before {invoice.id} was issued.")
    if (credit.into is not None) != (credit.kind == TRANSFER):
        raise BadLine(f"into belongs to a {TRANSFER} alone, and a {TRANSFER} needs it.")
    if credit.into is not None:
        into = invoices.get(canonical(credit.into, names))
        if into is None or not into.is_joined or into.client != invoice.client:
            raise BadLine(f"There is no joined invoice {show(credit.into)} of {invoice.client}.")
    if credit.kind == VOID and credit.amount != invoice.total:
        raise BadLine(f"A void is for the whole total {invoice.total}, not for {credit.amount}.")
    if credit.kind != VOID and credit.amount <= 0:
        raise BadLine(f"amount {credit.amount} is not above zero.")


def _check_once(credit: Credit, invoice: Invoice, found: ReadCredits) -> None:
    if credit.id in found.ids:
        raise BadLine(f"The id {show(credit.id)} is there already.")
    found.ids.add(credit.id)
    if invoice.id in found.ended:
        raise BadLine(f"{invoice.id} is {found.ended[invoice.id]} already.")
    if credit.kind == CREDIT:
        credited = found.credited.get(invoice.id, ZERO) + credit.amount
        found.credited[invoice.id] = credited
        if credited > invoice.total:
            raise BadLine(f"Credit notes of {credited} are more than {invoice.id} came to.")
    else:
        found.ended[invoice.id] = "void" if credit.kind == VOID else "transferred"
