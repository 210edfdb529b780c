# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws of billing over generated clients: no gap, no overlap, no cent lost, no day that matters."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Any

from accounts.town import Writer, client, ledger, payment, town, zone
from hypothesis import given
from hypothesis import strategies as st

from billing.books.bill import bill
from billing.calendar.days import on_day
from billing.cuts import cut_list
from billing.ledger.model import Payment
from billing.shapes import invoice_data
from reconciler.models import Client, Zone

DAYS = st.integers(1, 31)
FIRST = date(2026, 1, 1)
SOME_DAYS = st.integers(0, 420).map(lambda days: FIRST + timedelta(days=days))


@st.composite
def zones(draw: st.DrawFn) -> Zone:
    billing: dict[str, Any] = {
        "timing": draw(st.sampled_from(["prepaid", "postpaid"])),
        "issue_day": draw(DAYS),
        "due_day": draw(DAYS),
        "cut_day": draw(DAYS),
        "grace_days": draw(st.sampled_from([0, 3])),
        "min_debt": draw(st.sampled_from(["0.00", "20.00"])),
        "proration": draw(st.sampled_from(["actual", "30"])),
        "suspended_time": draw(st.sampled_from(["bill_full", "credit_days"])),
        "first_invoice": {
            "charge": draw(st.sampled_from(["prorated", "full", "free", "with_next"])),
            "due_days": draw(st.integers(0, 9)),
        },
    }
    if draw(st.booleans()):
        billing["late_fee"] = draw(st.sampled_from([{"amount": "50.00"}, {"percent": "7.5"}]))
        billing["reconnection_fee"] = {"amount": "80.00"}
    taxes = draw(st.sampled_from([None, True, False]))
    made = None if taxes is None else {"name": "IVA", "rate": "16", "included": taxes}
    return zone(taxes=made, **billing)


@st.composite
def histories(draw: st.DrawFn, since: date) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    day = since
    for _ in range(draw(st.integers(0, 2))):
        to = day + timedelta(days=draw(st.integers(1, 70)))
        found.append({"plan": draw(st.sampled_from(["p5", "p10"])), "from": day, "to": to})
        day = to
    if draw(st.booleans()):
        start = since + timedelta(days=draw(st.integers(1, 90)))
        end = start + timedelta(days=draw(st.integers(1, 40)))
        found.append({"status": "suspended", "cause": "debt", "from": start, "to": end})
    return found


@st.composite
def clients(draw: st.DrawFn, *, recharge: bool | None = None) -> Client:
    services = []
    for index in range(draw(st.integers(1, 2))):
        since = FIRST + timedelta(days=draw(st.integers(0, 90)))
        one: dict[str, Any] = {"id": f"s{index}", "since": since, "address": f"10.0.0.{index + 2}"}
        one["plan"] = draw(st.sampled_from(["p5", "p10", "p20"]))
        one["history"] = draw(histories(since))
        if draw(st.booleans()):
            start = since + timedelta(days=draw(st.integers(1, 99)))
            one["pauses"] = [
                {"from": start, "to": start + timedelta(days=draw(st.integers(1, 30)))}
            ]
        services.append(one)
    items: list[dict[str, Any]] = [
        {"id": "once", "name": "Once", "price": "99.99", "charge": "once"},
        {"id": "parts", "name": "Parts", "price": "1000.00", "charge": "instalments", "count": 3},
        {"id": "tv", "name": "TV", "price": "12.34", "charge": "recurring"},
    ]
    billing: dict[str, Any] = {}
    if draw(st.booleans()):
        billing["discount"] = draw(st.sampled_from([{"percent": "12.5"}, {"amount": "30.00"}]))
    if draw(st.booleans()):
        billing["free_periods"] = [draw(st.sampled_from(["2026-02", "2026-04"]))]
    if recharge or (recharge is None and draw(st.integers(0, 3)) == 0):
        own = {"timing": "prepaid", "issue_day": draw(DAYS), "due_day": draw(DAYS)}
        billing |= {"own": {**own, "cut_day": draw(DAYS)}, "recharge": True}
    return client(services=services, items=draw(st.sampled_from([[], items])), billing=billing)


@st.composite
def payments(draw: st.DrawFn) -> list[Payment]:
    found = []
    for row in range(draw(st.integers(0, 8))):
        day = draw(SOME_DAYS)
        back = (
            day + timedelta(days=draw(st.integers(1, 60))) if draw(st.integers(0, 4)) == 0 else None
        )
        amount = draw(st.sampled_from(["220.00", "350.00", "350.01", "500.00", "1000.00"]))
        found.append(payment(str(day), amount, reference=f"R{row}", returned_on=back, row=row + 2))
    return found


def without_record(invoice: Any, money: Any) -> dict[str, Any]:
    return {**invoice_data(invoice, money), "number": None}


@given(zones(), clients(), payments(), st.lists(SOME_DAYS, max_size=5))
def test_law_day_by_day_is_as_at_once(
    where: Zone, who: Client, paid: list[Payment], days: list[date]
) -> None:
    """Whatever days were missed; and issuing again changes nothing."""
    here = town(who, zones=[where])
    last = max([*days, FIRST + timedelta(days=200)])
    by_day, at_once = Writer(paid), Writer(paid)
    for day in sorted({*days, last}):
        by_day.issue(here, day)
    at_once.issue(here, last)
    assert not by_day.issue(here, last)
    one, other = by_day.read(here), at_once.read(here)
    money = bill(here, one, last).clients[0].terms.rounding
    order = attrgetter("issued_on", "start", "id")
    first = [without_record(made, money) for made in sorted(one.invoices, key=order)]
    second = [without_record(made, money) for made in sorted(other.invoices, key=order)]
    assert first == second
    assert _state(here, one, last) == _state(here, other, last)


def _state(here: Any, made: Any, on: date) -> Any:
    books = bill(here, made, on).clients[0]
    found = cut_list(bill(here, made, on))
    return (
        sorted(
            (each.invoice.id, each.open, each.notice_on, each.unmoved_cut)
            for each in books.accounts
        ),
        books.credit,
        [(cut.service, cut.open, cut.invoice.id) for cut in found.cuts],
        found.held,
    )


@given(zones(), clients(), payments(), SOME_DAYS)
def test_law_the_past_is_what_it_was(
    where: Zone, who: Client, paid: list[Payment], on: date
) -> None:
    """Invoices up to a day are the same whenever they are asked for, but for returns."""
    kept = [one for one in paid if one.returned_on is None]
    here = town(who, zones=[where])
    early = bill(here, ledger(kept), on).clients[0]
    late = bill(here, ledger(kept), on + timedelta(days=90)).clients[0]
    before = [one.invoice for one in early.accounts]
    after = [one.invoice for one in late.accounts if one.invoice.issued_on <= on]
    assert sorted(before, key=lambda one: one.id) == sorted(after, key=lambda one: one.id)


@given(zones(), clients(), payments(), SOME_DAYS)
def test_law_money_is_neither_lost_nor_made(
    where: Zone, who: Client, paid: list[Payment], on: date
) -> None:
    books = bill(town(who, zones=[where]), ledger(paid), on).clients[0]
    came_in = sum(
        one.amount
        for one in paid
        if one.date <= on and (one.returned_on is None or one.returned_on > on)
    )
    below_zero = sum(-one.invoice.total for one in books.accounts if one.invoice.total < 0)
    on_invoices = sum(one.paid for one in books.accounts)
    assert on_invoices + books.credit == came_in + below_zero
    for account in books.accounts:
        assert account.open == max(account.invoice.total, Decimal(0)) - account.paid >= 0
    assert not (books.credit > 0 and books.open > 0)
    assert books.balance == sum(one.invoice.total for one in books.accounts) - came_in


@given(st.lists(zones(), min_size=1, max_size=4), clients(recharge=False), st.data())
def test_law_periods_neither_overlap_nor_leave_gaps(
    several: list[Zone], who: Client, data: st.DataObject
) -> None:
    """However often the zone's dates change between two issues."""
    bare = [one.model_copy(update={"pauses": ()}) for one in who.services]
    who = who.model_copy(update={"services": tuple(bare)})
    writer = Writer()
    day = FIRST + timedelta(days=100)
    charges = {one.billing.first_invoice.charge for one in several if one.billing}
    for where in several:
        writer.issue(town(who, zones=[where]), day)
        day += timedelta(days=data.draw(st.integers(1, 80)))
    for service in who.services:
        spans = sorted(
            (made.start, made.end)
            for made in writer.read(town(who, zones=[several[0]])).invoices
            if made.service == service.id
        )
        for (_, end), (start, _) in pairwise(spans):
            assert start == end
        if spans and "with_next" not in charges:
            assert spans[0][0] == service.since


@given(zones(), clients(recharge=False), SOME_DAYS)
def test_law_a_whole_period_costs_exactly_the_price(where: Zone, who: Client, on: date) -> None:
    plain = [one.model_copy(update={"history": (), "pauses": ()}) for one in who.services]
    who = who.model_copy(update={"services": tuple(plain), "items": ()})
    prices = {"p5": Decimal("220.00"), "p10": Decimal("350.00"), "p20": Decimal("500.00")}
    books = bill(town(who, zones=[where]), ledger(), on).clients[0]
    for account in books.accounts:
        made = account.invoice
        plan = prices[who.services[account.place].plan]
        charged = sum(line.amount for line in made.lines if line.item is None)
        if made.start != who.services[account.place].since and charged:
            assert charged == plan
        assert charged <= plan
        # And it is no longer than to the next due date.
        due = where.billing.due_day if where.billing else 0
        assert made.end == on_day(made.end.year, made.end.month, due)
        assert (made.end - made.start).days <= 31
