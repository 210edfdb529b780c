# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws of parts: instalments, plans within a period, days of a period, and the order of files."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Any

from accounts.test_billing_laws import FIRST, clients, payments, zones
from accounts.town import ledger, town
from hypothesis import given
from hypothesis import strategies as st

from billing.books.bill import bill
from billing.invoices.shares import Share
from billing.invoices.tariff import PlanChange, Rate, Tariff, plan_lines
from billing.ledger.model import Payment
from billing.ledger.writing import drafts_of, issue_lines
from billing.money import Rounding, instalment
from billing.words import words_of
from reconciler.models import Client, Zone

PRICES = st.decimals("0.01", "99999.99", places=2)
DIGITS = st.sampled_from([0, 2])
WORDS = words_of("es_MX")


@given(PRICES, st.integers(2, 24), DIGITS)
def test_law_instalments_sum_to_the_price(price: Decimal, count: int, digits: int) -> None:
    money = Rounding(digits)
    parts = [instalment(price, count, index, money) for index in range(count)]
    assert sum(parts) == money.whole(price)
    assert len(set(parts[:-1])) == 1
    assert abs(parts[0] - price / count) <= money.unit / 2


@st.composite
def changed(draw: st.DrawFn, *, same_price: bool) -> tuple[Tariff, date, date, Share, Rounding]:
    """A service whose plan changes within a period that is a share of a month."""
    start = FIRST + timedelta(days=draw(st.integers(0, 30)))
    end = start + timedelta(days=draw(st.integers(2, 31)))
    price = draw(PRICES)
    off = Decimal(draw(st.integers(0, 100)))
    rates = []
    for index in range(draw(st.integers(2, 4))):
        own = price if same_price else draw(PRICES)
        rates.append(Rate(f"plan {index}", own, own * (100 - off) / 100))
    days = st.integers(-5, (end - start).days + 5)
    on = sorted(start + timedelta(days=draw(days)) for _ in rates[1:])
    changes = tuple(map(PlanChange, on, rates, rates[1:]))
    base = draw(st.integers((end - start).days, 31))
    share = draw(st.sampled_from([Share(1, 1), Share((end - start).days, base)]))
    return Tariff(rates[-1], changes), start, end, share, Rounding(draw(DIGITS))


@given(changed(same_price=True))
def test_law_plans_of_one_price_sum_to_the_period(
    made: tuple[Tariff, date, date, Share, Rounding],
) -> None:
    """However often the plan changed: exactly what one plan would have cost, discount included."""
    tariff, start, end, share, money = made
    parts = tariff.parts(start, end, end + timedelta(days=9))
    assert sum(days for _, days in parts) == (end - start).days
    found = plan_lines(parts, (start, end), share, money, WORDS)
    gross = sum(line.amount for line in found.lines)
    assert gross == money.part(tariff.rate.price, *share)
    assert gross + found.discount == money.part(tariff.rate.net, *share)


@given(changed(same_price=False))
def test_law_plans_of_other_prices_cost_their_days(
    made: tuple[Tariff, date, date, Share, Rounding],
) -> None:
    """Each its days at its price: off by less than the smallest coin for each line."""
    tariff, start, end, share, money = made
    on = end + timedelta(days=9)
    day, exact = start, Decimal(0)
    whole = Decimal(share.base * (end - start).days)
    while day < end:
        exact += tariff.rate_on(day).price * share.days / whole
        day += timedelta(days=1)
    parts = tariff.parts(start, end, on)
    found = plan_lines(parts, (start, end), share, money, WORDS)
    gross = sum(line.amount for line in found.lines)
    assert abs(gross - exact) <= len(found.lines) * money.unit / 2 + Decimal("0.000001")


@given(PRICES, st.integers(28, 31), st.lists(st.integers(1, 30), max_size=4), DIGITS)
def test_law_parts_of_a_month_sum_to_it(
    price: Decimal, length: int, cuts: list[int], digits: int
) -> None:
    """On several invoices each is rounded, so they may differ by half a coin each, and no more."""
    money = Rounding(digits)
    ends = [0, *sorted({one for one in cuts if one < length}), length]
    days = [end - start for start, end in pairwise(ends)]
    parts = [money.part(price, one, length) for one in days]
    assert abs(sum(parts) - price) <= len(parts) * money.unit / 2
    assert len(parts) > 1 or parts == [money.whole(price)]


@given(zones(), clients(), payments(), st.randoms())
def test_law_the_order_of_files_and_lines_changes_nothing(
    where: Zone, who: Client, paid: list[Payment], random: Any
) -> None:
    """But for payments of one day, of which the file's order says which came first."""
    names = ("ana", "bea", "carla", "dora")
    here = town(*(who.model_copy(update={"id": name}) for name in names), zones=[where])
    everyone = [*paid, *(one._replace(client="bea") for one in paid)]
    on = FIRST + timedelta(days=150)
    shuffled = list(here.clients.items())
    random.shuffle(shuffled)
    other = replace(here, clients=dict(shuffled))
    days = {one.date for one in everyone}
    by_day = [[one for one in everyone if one.date == day] for day in days]
    random.shuffle(by_day)
    mixed = [one for some in by_day for one in some]
    first, second = bill(here, ledger(everyone), on), bill(other, ledger(mixed), on)
    money = Rounding(2)
    lines = [
        issue_lines(drafts_of(books), ledger(), on, "A", money).lines for books in (first, second)
    ]
    assert lines[0] == lines[1]
    by_name = attrgetter("client.id")
    assert [(one.open, one.credit) for one in sorted(first.clients, key=by_name)] == [
        (one.open, one.credit) for one in sorted(second.clients, key=by_name)
    ]
