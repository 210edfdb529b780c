# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates: clamped days, dates around a due date, cuts that move, recharge; rows 1.9, E1 to E6."""

from datetime import date, timedelta
from typing import Any

import pytest
from accounts.town import ZONE, client, day, lines_of, one, payment, shown, town, zone
from hypothesis import given
from hypothesis import strategies as st

from billing.calendar.days import add_months, first_from, is_month, last_until, on_day
from billing.calendar.holidays import NoSuchCalendar, country, named
from billing.calendar.schedule import CutDays, MonthlySchedule
from reconciler.models import ZoneBilling

DAYS = st.integers(1, 31)
DATES = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def schedule(cut_days: CutDays | None = None, **billing: object) -> MonthlySchedule:
    made = ZoneBilling.model_validate({**ZONE, **billing})
    return MonthlySchedule(made, cut_days or CutDays())


# Payment date, then issue, notice, due and cut of the next invoice, and the due date after it.
RECHARGE = [
    ("2024-04-24", "2024-05-18", "2024-05-20", "2024-05-24", "2024-05-30", "2024-06-24"),
    ("2025-04-28", "2025-05-22", "2025-05-24", "2025-05-28", "2025-06-03", "2025-06-28"),
    ("2025-01-31", "2025-02-22", "2025-02-24", "2025-02-28", "2025-03-06", "2025-03-31"),
    ("2024-01-31", "2024-02-23", "2024-02-25", "2024-02-29", "2024-03-06", "2024-03-31"),
    ("2025-03-03", "2025-03-28", "2025-03-30", "2025-04-03", "2025-04-09", "2025-05-03"),
    ("2024-03-03", "2024-03-28", "2024-03-30", "2024-04-03", "2024-04-09", "2024-05-03"),
    ("2025-12-31", "2026-01-25", "2026-01-27", "2026-01-31", "2026-02-06", "2026-02-28"),
    ("2025-02-28", "2025-03-22", "2025-03-24", "2025-03-28", "2025-04-03", "2025-04-28"),
]


def recharging(due_day: int = 22, since: str = "2023-01-22") -> dict[str, Any]:
    own = {
        "timing": "prepaid",
        "issue_day": 19,
        "notice_day": 20,
        "due_day": due_day,
        "cut_day": 29,
    }
    return {"services": [{"since": since}], "billing": {"recharge": True, "own": own}}


@pytest.mark.parametrize(("paid", "issue", "notice", "due", "cut", "following"), RECHARGE)
def test_recarga_a_payment_moves_the_dates(
    paid: str, issue: str, notice: str, due: str, cut: str, following: str
) -> None:
    start = day(paid) - timedelta(days=40)
    here = town(client(**recharging()), zones=[zone(start=str(start))])
    owed = one(here, paid).open
    after = one(here, following, payment(paid, str(owed)))
    moved = [made for made in after.accounts if made.invoice.issued_on > day(paid)]
    made = moved[0].invoice
    assert [str(made.issued_on), str(moved[0].notice_on), str(made.due_on), str(made.cut_on)] == [
        issue, notice, due, cut,
    ]  # fmt: skip
    assert (str(made.start), str(made.end)) == (due, following)


def test_recarga_credit_moves_nothing() -> None:
    here = town(client(**recharging()), zones=[zone(start="2026-09-01")])
    after = one(here, "2026-12-01", payment("2026-09-25", "700.00"))
    starts = [str(made.invoice.start) for made in after.accounts]
    assert starts == ["2026-09-22", "2026-10-25", "2026-11-25"]
    assert after.accounts[1].open == 0  # by credit, so November follows from 25 September


def test_recarga_an_early_payment_bills_days_twice_and_says_so() -> None:
    """Example 2 of the seed: due on 1 May, paid on 28 April; the page calls it three days."""
    here = town(client(**recharging(1)), zones=[zone(start="2026-04-10")])
    after = one(here, "2026-05-30", payment("2026-04-28", "350.00"))
    assert [str(made.invoice.start) for made in after.accounts] == ["2026-05-01", "2026-05-28"]
    (problem,) = after.problems
    assert problem.message == (
        "ana paid on 2026-04-28: the next period begins on 2026-05-28, not on 2026-06-01,"
        " so 4 days are billed twice."
    )


def test_recarga_paying_the_older_of_two_moves_nothing() -> None:
    here = town(client(**recharging()), zones=[zone(start="2026-09-01")])
    after = one(here, "2026-12-01", payment("2026-10-20", "350.00"))
    assert [str(made.invoice.start) for made in after.accounts] == [
        "2026-09-22", "2026-10-22", "2026-11-22",
    ]  # fmt: skip


def test_recarga_d_no_month_is_lost_where_two_issues_fall_in_one() -> None:
    """Issued on 30 April and on 30 days later: a guard by month of issue would skip one."""
    here = town(client(**recharging(1)), zones=[zone(start="2026-03-01")])
    after = one(here, "2026-05-31", payment("2026-04-05", "350.00"))
    assert [str(made.invoice.issued_on) for made in after.accounts] == [
        "2026-03-19", "2026-04-29", "2026-05-30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day_of_month", "months"),
    [(31, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]), (29, ["2028-02-29"])],
)
def test_e1_days_are_clamped_from_the_anchor(day_of_month: int, months: list[str]) -> None:
    first = day(months[0])
    found = [first]
    plan = schedule(due_day=day_of_month)
    while len(found) < len(months):
        found.append(plan.next_due(found[-1]))
    assert [str(each) for each in found] == months


def test_e3_dates_lie_around_the_due_date() -> None:
    dates = schedule(issue_day=28, notice_day=30, due_day=1, cut_day=5).dates(day("2026-03-01"))
    assert dates == (
        day("2026-02-28"), day("2026-02-28"), day("2026-03-01"), day("2026-03-05"),
        day("2026-03-05"),
    )  # fmt: skip
    august = schedule(issue_day=25, notice_day=None, due_day=1, cut_day=3).dates(day("2026-09-01"))
    assert (august.issue, august.cut) == (day("2026-08-25"), day("2026-09-03"))


def test_e6_only_the_cut_moves() -> None:
    workdays = CutDays(weekdays=frozenset(range(4)), holidays=country("MX"))
    plan = MonthlySchedule(ZoneBilling.model_validate({**ZONE, "cut_day": 14}), workdays)
    # The 14th of November 2026 is a Saturday, Monday 16 is the day of the Revolution.
    dates = plan.dates(day("2026-11-01"))
    assert (dates.due, dates.unmoved, dates.cut) == (
        day("2026-11-01"), day("2026-11-14"), day("2026-11-17"),
    )  # fmt: skip
    assert named("MX", day("2026-11-14"), day("2026-11-17")) == [
        (day("2026-11-16"), country("MX")[day("2026-11-16")])  # type: ignore[index]
    ]


def test_e7_grace_days_hold_back_the_cut() -> None:
    plan = schedule(CutDays(grace=10))
    assert plan.dates(day("2026-11-01")).cut == day("2026-11-11")
    assert schedule(CutDays(grace=2)).dates(day("2026-11-01")).cut == day("2026-11-05")


def test_an_unknown_country_is_said() -> None:
    with pytest.raises(NoSuchCalendar):
        country("XX")


@given(DATES, DAYS, DAYS, DAYS, DAYS)
def test_law_dates_of_a_due_date_are_in_order(
    start: date, issue: int, notice: int, due: int, cut: int
) -> None:
    plan = schedule(issue_day=issue, notice_day=notice, due_day=due, cut_day=cut)
    dates = plan.dates(plan.next_due(start))
    assert dates.issue <= dates.due <= dates.cut
    assert dates.notice is not None
    assert dates.notice <= dates.due
    assert (dates.due - dates.issue).days <= 31


@given(DATES, DAYS)
def test_law_due_dates_follow_each_other(start: date, due: int) -> None:
    plan = schedule(due_day=due)
    following = plan.next_due(start)
    assert plan.last_due(start) <= start < following
    assert plan.next_due(plan.last_due(start)) == following
    assert is_month(plan.last_due(start), following)
    assert plan.is_due(following)


@given(DATES, DAYS)
def test_law_first_and_last_days(start: date, anchor: int) -> None:
    assert last_until(anchor, start) <= start <= first_from(anchor, start)
    assert add_months(on_day(start.year, start.month, anchor), 12, anchor).month == start.month


def test_the_zone_without_dates_invoices_nobody() -> None:
    bare = zone().model_copy(update={"billing": None})
    assert not one(
        town(client(services=[{"since": "2026-01-01"}]), zones=[bare]), "2026-12-01"
    ).accounts


def test_own_dates_are_taken_whole() -> None:
    own = {"timing": "postpaid", "issue_day": 1, "due_day": 5, "cut_day": 10}
    here = town(client(services=[{"since": "2026-06-20"}], billing={"own": own}))
    (made,) = one(here, "2026-07-31").accounts
    assert shown(made) == (
        "2026-06-20", "2026-07-05", "2026-07-01", "2026-07-05", "2026-07-10", "175.00",
    )  # fmt: skip
    assert made.notice_on is None
    assert lines_of(made) == [(None, "175.00")]
