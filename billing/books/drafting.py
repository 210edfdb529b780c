# SPDX-License-Identifier: GPL-3.0-or-later
"""The next invoice of a service as a draft: its lines in order, and their total.

Pure. Imports of the project: money, terms, invoices, extras, facts.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from billing.books.extras import (
    Fee,
    ServiceBooks,
    correction_lines,
    credit_line,
    ended_periods,
    item_lines,
    lead_place,
    open_changes,
)
from billing.books.facts import Facts
from billing.invoices.course import Upcoming
from billing.invoices.model import INTERNET, WITH_NEXT, Invoice, Line, internet_id
from billing.invoices.tariff import discount_line, plan_lines
from billing.invoices.totals import totals
from billing.money import ZERO
from billing.terms import Terms


class State(Protocol):
    """What drafting needs to know of a client's account."""

    @property
    def facts(self) -> Facts: ...
    @property
    def terms(self) -> Terms: ...
    @property
    def fees(self) -> Sequence[Fee]: ...
    @property
    def charged(self) -> Mapping[str, int]: ...


def draft_of(
    state: State,
    books: ServiceBooks,
    up: Upcoming,
    keys: Collection[tuple[int, str]],
) -> Invoice:
    """The invoice of the upcoming period with all that waits for it."""
    terms, client = state.terms, state.facts.client
    lines = list(_plan_part(state, books, up))
    if not up.is_free:
        if client.items:
            lines += _items(state, books, up)
        if keys:
            lines += _waiting(state, books, up, {key for _, key in keys})
    amount = sum((line.amount for line in lines), ZERO)
    if books.off and keys:
        credited = _credits(books, up, {key for _, key in keys}, amount, terms)
        lines += credited
        amount += sum((line.amount for line in credited), ZERO)
    subtotal, tax, total = totals(amount, terms)
    return Invoice(
        id=internet_id(client.id, books.service.id, up.start),
        number=None,
        client=client.id,
        service=books.service.id,
        kind=INTERNET,
        start=up.start,
        end=up.end,
        issued_on=up.issue,
        due_on=up.due,
        cut_on=up.cut,
        lines=tuple(lines),
        subtotal=subtotal,
        tax=tax,
        total=total,
        currency=terms.currency,
    )


def _plan_part(state: State, books: ServiceBooks, up: Upcoming) -> tuple[Line, ...]:
    """The plan, the first days where they wait for this invoice, and the discount on both."""
    if books.tariff.changes or up.carries is not None:
        return tuple(_plan_lines(books, up, state.terms))
    # The same for all who have a plan at that price, in zones of whatever terms.
    return state.facts.book.once(
        (books.tariff.rate, up), lambda: tuple(_plan_lines(books, up, state.terms))
    )


def _plan_lines(books: ServiceBooks, up: Upcoming, terms: Terms) -> list[Line]:
    words, tariff = terms.words, books.tariff
    if up.is_free:
        label = tariff.rate_on(up.issue).label
        text = f"{words.days(label, up.start, up.end)} ({words.free})"
        return [Line(text, terms.rounding.zero)]
    parts = tariff.parts(up.start, up.end, up.issue)
    plan = plan_lines(parts, (up.start, up.end), up.share, terms.rounding, words)
    lines, discount = list(plan.lines), plan.discount
    if up.carries is not None:
        first, last = up.carries
        share = books.course.share(first, last)
        parts = tariff.parts(first, last, up.issue)
        carried = plan_lines(parts, up.carries, share, terms.rounding, words)
        lines += [line._replace(item=WITH_NEXT) for line in carried.lines]
        discount += carried.discount
    return lines + discount_line(discount, words)


def _items(state: State, books: ServiceBooks, up: Upcoming) -> list[Line]:
    lead = lead_place(state.facts.client, up.issue)
    items = [
        item
        for item in state.facts.client.items
        if (item.service == books.service.id if item.service else lead == books.place)
    ]
    return list(item_lines(items, state.charged, up.issue, state.terms))


def _waiting(state: State, books: ServiceBooks, up: Upcoming, keys: set[str]) -> list[Line]:
    """Changes of plan, then fees."""
    lines: list[Line] = []
    for key, change in open_changes(books, up.issue):
        if key in keys:
            lines += correction_lines(key, change, books, state.terms)
    zero = state.terms.rounding.zero
    lines += [
        Line(fee.description, fee.amount + zero, fee.key) for fee in state.fees if fee.key in keys
    ]
    return lines


def _credits(
    books: ServiceBooks, up: Upcoming, keys: set[str], room: Decimal, terms: Terms
) -> list[Line]:
    """Credits for days without service, together at most what the other lines come to."""
    lines: list[Line] = []
    for key, account in ended_periods(books, up.issue):
        line = credit_line(key, account, books, room, terms) if key in keys else None
        if line is not None:
            lines.append(line)
            room += line.amount
    return lines
