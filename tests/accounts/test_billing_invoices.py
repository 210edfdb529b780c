# SPDX-License-Identifier: GPL-3.0-or-later
"""What invoices hold: first periods, add-ons, fees, taxes, changes; rows S13, S50 to S59."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from accounts.town import (
    Writer,
    client,
    credit,
    day,
    ledger,
    lines_of,
    one,
    payment,
    shown,
    town,
    zone,
)
from hypothesis import given
from hypothesis import strategies as st

from billing.books.bill import bill
from billing.calendar.schedule import CutDays, MonthlySchedule
from billing.invoices.shares import Share, share_of
from billing.money import Rounding, instalment
from reconciler.models import Proration, ZoneBilling

MONEY = Rounding(2)


def amounts(here: Any, on: str, *payments: Any) -> list[str]:
    return amounts_of(one(here, on, *payments).accounts)


def amounts_of(accounts: Any) -> list[str]:
    return [str(made.invoice.total) for made in accounts]


@pytest.mark.parametrize(
    ("charge", "expected"),
    [
        ("prorated", ["183.33", "500.00"]),  # 20 to 30 June are 11 of 30 days
        ("full", ["500.00", "500.00"]),
        ("free", ["0.00", "500.00"]),
        ("with_next", ["683.33"]),
    ],
)
def test_s54_the_first_invoice(charge: str, expected: list[str]) -> None:
    """The seed charges from the 23rd to the 31st of June; the rule is from the install day."""
    who = client(services=[{"since": "2026-06-20", "plan": "p20"}])
    here = town(who, zones=[zone(issue_day=28, first_invoice={"charge": charge})])
    assert amounts(here, "2026-06-30") == expected


def test_s54_thirty_days_and_the_dates_of_the_first_invoice() -> None:
    who = client(services=[{"since": "2026-07-20", "plan": "p20"}])
    here = town(who, zones=[zone(proration="30")])
    first = one(here, "2026-07-20").accounts[0]
    assert shown(first) == (
        "2026-07-20", "2026-08-01", "2026-07-20", "2026-07-25", "2026-08-05", "200.00",
    )  # fmt: skip
    assert first.notice_on == day("2026-07-20")


def test_since_on_a_due_date_is_a_first_period_of_full_length() -> None:
    here = town(client(services=[{"since": "2026-06-01"}]))
    first = one(here, "2026-06-01").accounts[0]
    assert shown(first) == (
        "2026-06-01", "2026-07-01", "2026-06-01", "2026-06-06", "2026-07-05", "350.00",
    )  # fmt: skip


def test_postpaid_the_first_period_is_prorated_on_the_normal_dates() -> None:
    who = client(services=[{"since": "2026-06-20"}])
    here = town(who, zones=[zone(timing="postpaid", first_invoice={"charge": "full"})])
    assert shown(one(here, "2026-06-30").accounts[0]) == (
        "2026-06-20", "2026-07-01", "2026-06-25", "2026-07-01", "2026-07-05", "128.33",
    )  # fmt: skip


def test_s56_a_free_month_is_a_real_invoice_that_never_cuts() -> None:
    """Installed on 23 June, July free."""
    who = client(services=[{"since": "2026-06-23"}], billing={"free_periods": ["2026-07"]})
    here = town(who, zones=[zone(issue_day=28)])
    made = one(here, "2026-07-31").accounts
    assert [str(each.invoice.total) for each in made] == ["93.33", "0.00", "350.00"]
    assert made[1].invoice.lines[0].amount == 0
    assert made[1].open == 0


def test_s57_the_three_kinds_of_add_ons() -> None:
    """S59 too: router once, installation in three, television for as long as it runs."""
    items = [
        {"id": "router", "name": "Router", "price": "600.00", "charge": "once"},
        {"id": "inst", "name": "Inst", "price": "1000.00", "charge": "instalments", "count": 3},
        {"id": "tv", "name": "TV", "price": "150.00", "charge": "recurring"},
    ]
    here = town(
        client(services=[{"since": "2026-07-01"}], items=items), zones=[zone(start="2026-07-20")]
    )
    made = one(here, "2026-12-31").accounts
    extras = [[each for each in lines_of(account) if each[0]] for account in made]
    assert extras[0] == [("router", "600.00"), ("inst", "333.33"), ("tv", "150.00")]
    assert extras[1] == [("inst", "333.33"), ("tv", "150.00")]
    assert extras[2] == [("inst", "333.34"), ("tv", "150.00")]
    assert extras[3] == [("tv", "150.00")]


@pytest.mark.parametrize(
    ("price", "count", "part", "last"),
    [
        ("1000.00", 3, "333.33", "333.34"),
        ("100.00", 24, "4.17", "4.09"),
        ("999.99", 24, "41.67", "41.58"),
    ],
)
def test_e33_instalments(price: str, count: int, part: str, last: str) -> None:
    parts = [instalment(Decimal(price), count, index, MONEY) for index in range(count)]
    assert {str(each) for each in parts[:-1]} == {part}
    assert str(parts[-1]) == last
    assert sum(parts) == Decimal(price)


def test_s58_an_item_is_on_from_start_to_end_by_the_issue_date() -> None:
    items = [{"id": "tv", "name": "TV", "price": "9.00", "charge": "recurring",
              "start": "2026-08-25", "end": "2026-09-25"}]  # fmt: skip
    here = town(client(services=[{"since": "2026-06-01"}], items=items))
    made = one(here, "2026-12-31").accounts
    on = [str(each.invoice.issued_on) for each in made if ("tv", "9.00") in lines_of(each)]
    assert on == ["2026-08-25", "2026-09-25"]


def test_a_void_gives_back_what_the_invoice_consumed() -> None:
    items = [{"id": "router", "name": "Router", "price": "600.00", "charge": "once"}]
    here = town(client(services=[{"since": "2026-06-01"}], items=items))
    writer = Writer()
    writer.issue(here, day("2026-06-01"))
    made = writer.read(here).invoices
    assert [str(each.total) for each in made] == ["950.00"]
    void = credit("2026-06-10", "void", made[0].id, "950.00")
    books = bill(here, ledger(invoices=made, notes=[void]), day("2026-06-30"))
    accounts = books.clients[0].accounts
    assert [each.status for each in accounts] == ["void", "draft"]
    assert lines_of(accounts[1]) == [(None, "350.00"), ("router", "600.00")]


TAKEN_OVER: dict[str, Any] = {"start": "2026-06-20"}
ADDED: dict[str, Any] = {"name": "IVA", "rate": "16", "included": False}
LATE: dict[str, Any] = {"late_fee": {"amount": "50.00"}, "reconnection_fee": {"amount": "80.00"}}


def test_s13_the_late_fee_is_on_the_next_invoice_once() -> None:
    here = town(
        client(services=[{"since": "2026-06-01"}]), zones=[zone(start="2026-06-20", **LATE)]
    )
    made = one(
        here, "2026-09-30", payment("2026-07-02", "350.00"), payment("2026-08-01", "400.00")
    ).accounts
    fees = [[each for each in lines_of(account) if each[0]] for account in made]
    assert fees == [[], [("late-fee:ana/internet/internet/2026-07-01", "50.00")], [], [
        ("late-fee:ana/internet/internet/2026-09-01", "50.00")]]  # fmt: skip


def test_s13_the_switch_of_the_client() -> None:
    who = client(services=[{"since": "2026-06-01"}], billing={"late_fee": False})
    here = town(who, zones=[zone(start="2026-06-20", **LATE)])
    assert amounts(here, "2026-09-30") == ["350.00"] * 4


def test_e26_percent_of_what_was_open_without_fees_with_tax() -> None:
    who = client(services=[{"since": "2026-06-01"}])
    here = town(
        who,
        zones=[
            zone(
                start="2026-06-20",
                late_fee={"percent": "10"},
                taxes={"name": "IVA", "rate": "16", "included": False},
            )
        ],
    )
    made = one(here, "2026-08-31", payment("2026-06-30", "106.00")).accounts
    assert str(made[0].invoice.total) == "406.00"
    assert lines_of(made[1]) == [
        (None, "350.00"), ("late-fee:ana/internet/internet/2026-07-01", "30.00"),
    ]  # fmt: skip
    # August: 406.00 of its 440.80 are no fees.
    assert lines_of(made[2])[1] == ("late-fee:ana/internet/internet/2026-08-01", "40.60")


@pytest.mark.parametrize(("fee", "total"), [(None, "430.00"), ("waived", "350.00")])
def test_e27_the_reconnection_fee_of_an_episode(fee: str | None, total: str) -> None:
    past = {"status": "suspended", "cause": "debt", "from": "2026-07-05", "to": "2026-07-09"}
    history = [{**past, "fee": fee} if fee else past]
    who = client(services=[{"since": "2026-06-01", "history": history}])
    here = town(who, zones=[zone(start="2026-06-20", reconnection_fee={"amount": "80.00"})])
    assert amounts(here, "2026-08-31") == ["350.00", total, "350.00"]


def test_e24_suspended_days_are_credited_where_the_zone_says_so() -> None:
    past = [{"status": "suspended", "cause": "debt", "from": "2026-07-05", "to": "2026-07-15"}]
    who = client(services=[{"since": "2026-06-01", "history": past}])
    full = town(who, zones=[zone(start="2026-06-20")])
    assert amounts(full, "2026-08-31") == ["350.00"] * 3
    credited = town(who, zones=[zone(start="2026-06-20", suspended_time="credit_days")])
    made = one(credited, "2026-08-31").accounts
    # July's 10 of 31 days, on the first invoice issued on or after 1 August: September's.
    assert lines_of(made[2]) == [(None, "350.00"), ("credit-days:2026-07-01", "-112.90")]


def test_e25_pauses_are_always_credited_and_a_day_counts_once() -> None:
    past = [{"status": "suspended", "cause": "manual", "from": "2026-07-05", "to": "2026-07-15"}]
    service = {
        "since": "2026-06-01",
        "history": past,
        "pauses": [{"from": "2026-07-10", "to": "2026-07-20"}],
    }
    here = town(client(services=[service]), zones=[zone(start="2026-06-20")])
    assert lines_of(one(here, "2026-08-31").accounts[2])[1] == ("credit-days:2026-07-01", "-112.90")
    both = town(
        client(services=[service]), zones=[zone(start="2026-06-20", suspended_time="credit_days")]
    )
    assert lines_of(one(both, "2026-08-31").accounts[2])[1] == ("credit-days:2026-07-01", "-169.35")


def test_e23_a_change_within_a_period_is_corrected_on_the_next_invoice() -> None:
    history = [{"plan": "p10", "from": "2026-06-01", "to": "2026-07-11"}]
    who = client(services=[{"since": "2026-06-01", "plan": "p20", "history": history}])
    here = town(who, zones=[zone(start="2026-06-20")])
    made = one(here, "2026-08-31").accounts
    assert lines_of(made[0]) == [(None, "350.00")]
    # 21 of 31 days: less 237.10, plus 338.71.
    assert lines_of(made[1]) == [
        (None, "500.00"),
        ("plan-change:2026-07-11", "-237.10"),
        ("plan-change:2026-07-11", "338.71"),
    ]
    assert lines_of(made[2]) == [(None, "500.00")]


def test_e23_a_change_that_the_invoice_knows_gets_a_line_a_plan() -> None:
    history = [{"plan": "p10", "from": "2026-06-01", "to": "2026-06-21"}]
    who = client(services=[{"since": "2026-06-01", "plan": "p20", "history": history}])
    here = town(who, zones=[zone(start="2026-06-20", timing="postpaid")])
    assert lines_of(one(here, "2026-06-30").accounts[0]) == [(None, "233.33"), (None, "166.67")]


def test_e34_percent_and_amount() -> None:
    two = [{"since": "2026-06-01"}, {"id": "b", "since": "2026-06-01", "address": "10.0.0.3"}]
    for discount, expected in (
        ({"percent": "10"}, [("-35.00", "315.00"), ("-35.00", "315.00")]),
        ({"amount": "400.00"}, [("-350.00", "0.00"), ("", "350.00")]),
    ):
        here = town(
            client(services=two, billing={"discount": discount}), zones=[zone(start="2026-06-20")]
        )
        made = one(here, "2026-06-30").accounts
        found = [
            (dict(lines_of(each)).get("discount", ""), str(each.invoice.total)) for each in made
        ]
        assert found == expected


def test_e30_tax_is_rounded_once_an_invoice() -> None:
    """5 × 33.35 at 16 %: 26.68, not five times 5.34."""
    items = [
        {"id": f"i{n}", "name": "I", "price": "33.35", "charge": "recurring"} for n in range(5)
    ]
    here = town(
        client(services=[{"since": "2026-06-01", "plan": "nil"}], items=items),
        plans={"nil": "0.00"},
        zones=[zone(taxes=ADDED)],
    )
    made = one(here, "2026-06-01").accounts[0].invoice
    assert (str(made.subtotal), str(made.tax), str(made.total)) == ("166.75", "26.68", "193.43")


def test_e31_tax_included_is_what_is_left_of_the_gross() -> None:
    here = town(
        client(services=[{"since": "2026-06-01"}]),
        zones=[zone(taxes={"name": "IVA", "rate": "16", "included": True})],
    )
    made = one(here, "2026-06-01").accounts[0].invoice
    assert (str(made.subtotal), str(made.tax), str(made.total)) == ("301.72", "48.28", "350.00")


def test_e29_half_up_and_e32_currencies_without_cents() -> None:
    assert MONEY.part(Decimal("2.675"), 1, 1) == Decimal("2.68")
    here = town(
        client(services=[{"since": "2026-06-20", "plan": "clp"}]),
        plans={"clp": "19990"},
        currency="CLP",
    )
    assert amounts(here, "2026-06-20") == ["7330"]


def test_s84_free_services_are_never_invoiced() -> None:
    assert (
        amounts(town(client(services=[{"since": "2026-06-01", "status": "free"}])), "2026-12-31")
        == []
    )


def test_e35_a_free_client_who_pays_begins_with_since() -> None:
    assert amounts(town(client(services=[{"since": "2026-06-20"}])), "2026-06-20") == ["128.33"]


def test_s39_a_client_who_returns_is_billed_from_the_new_since() -> None:
    first = town(client(services=[{"since": "2026-01-01"}]), zones=[zone(start="2026-05-20")])
    writer = Writer()
    writer.issue(first, day("2026-06-30"))
    back = town(client(services=[{"since": "2026-09-11"}]), zones=[zone(start="2026-05-20")])
    writer.issue(back, day("2026-09-30"))
    made = writer.read(back).invoices
    assert [(str(each.start), str(each.total)) for each in made] == [
        ("2026-06-01", "350.00"), ("2026-07-01", "350.00"), ("2026-09-11", "233.33"),
        ("2026-10-01", "350.00"),
    ]  # fmt: skip


def test_the_end_of_a_prepaid_and_of_a_postpaid_service() -> None:
    service = {"since": "2026-01-01", "status": "cancelled", "cancelled": {"on": "2026-07-11"}}
    prepaid = town(client(services=[service]), zones=[zone(start="2026-05-20")])
    assert amounts(prepaid, "2026-12-31") == ["350.00", "350.00"]
    postpaid = town(client(services=[service]), zones=[zone(start="2026-06-20", timing="postpaid")])
    made = one(postpaid, "2026-12-31").accounts
    assert shown(made[1]) == (
        "2026-07-01", "2026-07-11", "2026-07-11", "2026-08-01", "2026-08-05", "112.90",
    )  # fmt: skip


def test_a_changed_due_day_is_bridged() -> None:
    who = client(services=[{"since": "2026-01-01"}])
    writer = Writer()
    writer.issue(town(who, zones=[zone(start="2026-05-20")]), day("2026-06-30"))
    later = town(who, zones=[zone(start="2026-05-20", issue_day=10, due_day=15, cut_day=20)])
    writer.issue(later, day("2026-09-12"))
    made = writer.read(later).invoices
    assert [(str(each.start), str(each.end), str(each.total)) for each in made[2:]] == [
        ("2026-08-01", "2026-08-15", "158.06"), ("2026-08-15", "2026-09-15", "350.00"),
        ("2026-09-15", "2026-10-15", "350.00"),
    ]  # fmt: skip


@given(st.dates(day("2024-01-01"), day("2028-12-31")), st.integers(1, 31), st.integers(0, 40))
def test_law_a_part_is_a_part_of_the_period_it_lies_in(start: Any, due: int, days: int) -> None:
    plan = MonthlySchedule(
        ZoneBilling.model_validate({"issue_day": 1, "due_day": due, "cut_day": 1}), CutDays()
    )
    end = plan.next_due(start)
    share = share_of(start, end, plan, Proration.ACTUAL)
    first = plan.last_due(start)
    if start == first:
        assert share == Share(1, 1)
    else:
        assert share == Share((end - start).days, (end - first).days)
    middle = min(start + timedelta(days=days), end)
    price = Decimal("123.45")
    whole = (end - first).days
    split = [
        MONEY.part(price, (middle - first).days, whole),
        MONEY.part(price, (end - middle).days, whole),
    ]
    assert abs(sum(split) - price) <= Decimal("0.01")
