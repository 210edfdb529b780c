# SPDX-License-Identifier: GPL-3.0-or-later
"""An invoice by hand: a first one with edited dates, a sale of equipment, a month given away.

Pure. Imports of the project: terms, the calendar, invoices, the books, inventory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.calendar.days import ONE_DAY
from billing.invoices.model import INTERNET, Invoice, Line, internet_id
from billing.invoices.totals import totals
from billing.ledger.model import VOID, ClientLedger
from billing.money import ZERO
from billing.terms import TermsBook
from reconciler.models import Client, Service


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; dates that are None follow from the period and the schedule."""

    kind: str
    lines: Sequence[tuple[str, Decimal]]
    issued_on: date
    service: Service | None = None
    period: tuple[date, date] | None = None
    due_on: date | None = None


class Impossible(ValueError):
    """No such invoice can be: the message says why."""


def by_hand(client: Client, wish: Wish, book: TermsBook, part: ClientLedger) -> Invoice:
    """The invoice. Raises Impossible. `part`: what the ledger holds of the client."""
    taken = {one.id for one in part.invoices}
    terms, schedule = book.of(client.zone), book.schedule(client)
    start, end = wish.period or (wish.issued_on, wish.issued_on + ONE_DAY)
    if wish.kind == INTERNET:
        if wish.service is None or wish.period is None:
            raise Impossible("An internet invoice needs its service and its period.")
        id_ = internet_id(client.id, wish.service.id, start)
        if id_ in taken:
            raise Impossible(f"{id_} is there already: void it first, with --reissue.")
        _refuse_overlap(_billed(part, wish.service.id), start, end)
    else:
        plain = f"{client.id}/{wish.kind}/{wish.issued_on}"
        numbers = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
        id_ = next(one for one in (plain, *numbers) if one not in taken)
    due = wish.due_on or (max(start, wish.issued_on) if wish.period else wish.issued_on)
    if due < wish.issued_on:
        raise Impossible(f"The due date {due} is before the day of issue {wish.issued_on}.")
    zero = terms.rounding.zero
    lines = tuple(Line(text, amount + zero) for text, amount in wish.lines)
    subtotal, tax, total = totals(sum((line.amount for line in lines), ZERO), terms)
    return Invoice(
        id=id_,
        number=None,
        client=client.id,
        service=wish.service.id if wish.service else None,
        kind=wish.kind,
        start=start,
        end=end,
        issued_on=wish.issued_on,
        due_on=due,
        cut_on=schedule.dates(due).cut if schedule else terms.cut_days.moved(due),
        lines=lines,
        subtotal=subtotal,
        tax=tax,
        total=total,
        currency=terms.currency,
    )


def _billed(part: ClientLedger, service: str) -> Iterable[Invoice]:
    """The issued internet invoices of a service that are not void."""
    void = {one.invoice for one in part.credits if one.kind == VOID}
    return (
        one
        for one in part.invoices
        if one.is_internet and one.service == service and one.id not in void
    )


def _refuse_overlap(billed: Iterable[Invoice], start: date, end: date) -> None:
    """No day is billed twice by hand: the schedule goes on where the last period ends."""
    for one in billed:
        if start < one.end and one.start < end:
            raise Impossible(
                f"The period {start}..{end} overlaps {one.start}..{one.end} of {one.id}"
                f" ({one.file}:{one.row}). Take days that it leaves free, or void it first."
            )
