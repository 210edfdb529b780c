# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of billing, each named by its row in docs/billing-cases.md."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from accounts.state import LATE, SEVEN, commit, data, done, git, issue, make, run
from accounts.town import (
    Writer,
    books,
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

import billing.cli.common
from billing.books.bill import bill
from billing.books.corrections import joined
from billing.calendar.days import add_months
from billing.cuts import cut_list
from billing.ledger.files import LedgerFile
from billing.ledger.payments import HEADER, read_payments

SINCE = [{"since": "2026-06-01"}]
TAKEN_OVER: dict[str, Any] = {"start": "2026-06-20"}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Seven clients who owe July, in the ledger; committed on main."""
    make(tmp_path, *SEVEN, fee=LATE)
    issue(tmp_path, "2026-06-25")
    return tmp_path


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return moment.astimezone(tz)

    monkeypatch.setattr(billing.cli.common, "datetime", Clock)


def read_lines(*lines: str) -> Any:
    text = "\n".join([",".join(HEADER), *lines, ""])
    return read_payments([LedgerFile("p.csv", "2026-07", text)], {"ana": "ana", "bea": "bea"}, 2)


def test_e2_a_29th_of_february_is_clamped_in_other_years() -> None:
    leap = date(2024, 2, 29)
    assert [str(add_months(leap, 12 * years)) for years in (1, 2, 4)] == [
        "2025-02-28", "2026-02-28", "2028-02-29",
    ]  # fmt: skip


def test_e4_a_payment_of_the_evening_is_of_that_day(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 21:30 in Mexico it is the next day, and here the next month, in Greenwich."""
    at(datetime(2026, 8, 1, 3, 30, tzinfo=UTC), monkeypatch)
    done(repo, "pay", "ana", "350", "--reference", "R")
    text = (repo / "ledger/payments/2026-07.csv").read_text(encoding="utf-8")
    assert "2026-07-31,ana,350.00" in text


@pytest.mark.parametrize(("hour", "cut"), [(15, []), (17, ["ana"])])
def test_e5_until_the_cut_time_it_is_the_day_before(
    repo: Path, monkeypatch: pytest.MonkeyPatch, hour: int, cut: list[str]
) -> None:
    """Cut on the 5th at 10:00 in Mexico, which is 16:00 in Greenwich."""
    at(datetime(2026, 7, 5, hour, 30, tzinfo=UTC), monkeypatch)
    assert [each["client"] for each in data(repo, "cuts", "--client", "ana")["cuts"]] == cut


def test_e11_a_part_paid_is_open_and_cuts() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    found = books(here, "2026-07-05", payment("2026-07-01", "349.99"))
    assert [(each.status, str(each.open)) for each in found.clients[0].accounts] == [
        ("draft", "0.01")
    ]
    assert [str(each.open) for each in cut_list(found).cuts] == ["0.01"]


def test_e14_the_same_reference_counts_once_and_none_is_asked_about() -> None:
    repeated = read_lines(
        "2026-07-01,ana,350.00,oxxo,R1,,", "2026-07-02,ana,350.00,oxxo, R1 ,,"
    )  # fmt: skip
    assert len(repeated.counted) == 1
    assert [each.code for each in repeated.problems] == ["payment-repeat"]
    alike = read_lines("2026-07-01,ana,350.00,cash,,,", "2026-07-01,ana,350.00,cash,,,")
    assert len(alike.counted) == 2
    assert [each.code for each in alike.problems] == ["payment-alike"]


def test_e15_a_period_is_invoiced_once(repo: Path) -> None:
    done(repo, "issue", "--on", "2026-06-30")
    lines = (repo / "ledger/invoices/2026-06.jsonl").read_text(encoding="utf-8")
    assert len(lines.splitlines()) == 7
    again = ("invoice", "ana", "--kind", "internet", "--period", "2026-07-01..2026-08-01")
    result = run(repo, *again, "--line", "Julio=350", "--on", "2026-06-30")
    assert result.exit_code == 1
    assert (repo / "ledger/invoices/2026-06.jsonl").read_text(encoding="utf-8") == lines


def test_e16_numbers_have_no_gap_and_come_with_the_ledgers_line(repo: Path) -> None:
    issue(repo, "2026-07-25")
    found = data(repo, "invoices", "--on", "2026-08-30")
    numbers = sorted(each["number"] for each in found if each["number"])
    assert numbers == [f"A-{number:06d}" for number in range(1, 15)]
    assert [each["number"] for each in found if each["status"] == "draft"] == [None] * 7


def test_e18_who_leaves_owes_nothing_and_keeps_what_was_paid() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(here, day("2026-06-25"))
    (made,) = writer.read(here).invoices
    void = credit("2026-07-10", "void", made.id, "350.00")
    service = {**SINCE[0], "status": "cancelled", "cancelled": {"on": "2026-07-10"}}
    left = town(client(services=[service]), zones=[zone(**TAKEN_OVER)])
    paid = [payment("2026-07-01", "100.00")]
    found = bill(left, ledger(paid, [made], [void]), day("2026-09-01")).clients[0]
    assert [each.status for each in found.accounts] == ["void"]
    assert str(found.balance) == "-100.00"


def test_e19_a_joined_invoice_is_as_old_as_its_oldest_part() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(here, day("2026-07-25"))
    made = joined(here, ledger([], writer.read(here).invoices), "ana", day("2026-07-28"))
    assert made is not None
    assert (str(made[0].due_on), str(made[0].cut_on)) == ("2026-07-01", "2026-07-05")
    assert [each.kind for each in made[1]] == ["transfer"] * 2


@pytest.mark.parametrize(
    ("included", "lines", "subtotal", "tax"),
    [
        (True, ["350.00", "350.00"], "625.79", "74.21"),  # 48.28 of the 16 %, 25.93 of the 8 %
        (False, ["350.00", "350.00"], "700.00", "84.00"),  # 56.00 and 28.00
    ],
)
def test_e19_parts_of_two_rates_keep_their_tax_when_joined(
    included: bool, lines: list[str], subtotal: str, tax: str
) -> None:
    writer = Writer()
    for rate, on in (("16", "2026-06-30"), ("8", "2026-07-28")):
        taxes = {"name": "IVA", "rate": rate, "included": included}
        here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER, taxes=taxes)])
        writer.issue(here, day(on))
    found = joined(here, ledger([], writer.read(here).invoices), "ana", day("2026-07-28"))
    assert found is not None
    made = found[0]
    assert [str(line.amount) for line in made.lines] == lines
    assert (str(made.subtotal), str(made.tax)) == (subtotal, tax)
    assert made.total == made.subtotal + made.tax == sum(one.amount for one in found[1])


def test_e20_an_invoice_of_zero_is_paid_and_has_no_number() -> None:
    here = town(client(services=[{"since": "2026-06-23"}], billing={"free_periods": ["2026-07"]}))
    writer = Writer()
    made = writer.issue(here, day("2026-06-30"))
    assert [(str(each.total), each.number) for each in made] == [
        ("93.33", "A-000001"), ("0.00", None),
    ]  # fmt: skip
    found = bill(here, writer.read(here), day("2026-07-30")).clients[0]
    assert found.accounts[1].status == "paid"


@pytest.mark.parametrize(
    ("since", "proration", "total"),
    [
        ("2026-01-31", "actual", "11.29"),  # 1 of 31 days, the day of installation included
        ("2026-01-02", "30", "350.00"),  # 30 of 30, though there are 30 days of 31
        ("2026-02-15", "30", "163.33"),  # 14 of 30
        ("2026-02-15", "actual", "175.00"),  # 14 of 28
    ],
)
def test_e21_days_of_the_period_or_of_thirty(since: str, proration: str, total: str) -> None:
    here = town(client(services=[{"since": since}]), zones=[zone(proration=proration)])
    assert str(one(here, since).accounts[0].invoice.total) == total


def test_e22_a_first_period_of_a_day_is_an_invoice_of_its_own() -> None:
    found = one(town(client(services=[{"since": "2026-06-30"}])), "2026-06-30").accounts
    assert [str(each.invoice.total) for each in found] == ["11.67", "350.00"]


def test_e37_who_paid_since_the_list_is_not_cut(repo: Path, tmp_path: Path) -> None:
    found = data(repo, "cuts", "--on", "2026-07-06", "--client", "ana", "--client", "bea")
    expected = tmp_path / ".list.json"
    expected.write_text(json.dumps(found), encoding="utf-8")
    done(repo, "pay", "bea", "350", "--on", "2026-07-06")
    result = done(repo, "cuts", "--on", "2026-07-06", "--write", "--expect", str(expected))
    assert "cut ana/internet" in result.output
    assert "cut bea/internet" not in result.output


def test_e38_a_missing_bank_file_does_not_cut_everybody(repo: Path) -> None:
    result = run(repo, "cuts", "--on", "2026-07-06", "--write")
    assert getattr(result.exception, "exit_code", None) == 4
    assert not git(repo, "status", "--porcelain")


def recharging(**service: Any) -> Any:
    own = {"timing": "prepaid", "issue_day": 19, "due_day": 22, "cut_day": 29}
    who = client(
        services=[{"since": "2026-01-22", **service}], billing={"own": own, "recharge": True}
    )
    return town(who, zones=[zone(start="2026-04-01")])


@pytest.mark.parametrize(
    ("paid", "told"),
    [
        ("2026-04-24", "2 days are not billed"),  # example 1: 22 and 23 April twice over
        ("2026-04-20", "2 days are billed twice"),
        ("2026-04-22", None),
    ],
)
def test_e39_a_late_or_early_recharge_is_told_with_its_days(paid: str, told: str | None) -> None:
    problems = one(recharging(), "2026-05-30", payment(paid, "350.00")).problems
    assert [told in each.message for each in problems if told] == ([True] if told else [])
    assert len(problems) == (1 if told else 0)


@pytest.mark.parametrize(
    ("days", "period"),
    [
        ({"issue_day": 25, "due_day": 1, "cut_day": 3}, ("2026-09-01", "2026-10-01")),
        ({"issue_day": 12, "due_day": 15, "cut_day": 20}, ("2026-08-15", "2026-09-15")),
    ],
)
def test_prepaid_periods_begin_on_the_due_date(days: dict[str, Any], period: Any) -> None:
    """The last day of one is no day of the next: periods are half-open."""
    here = town(
        client(services=[{"since": "2026-01-01"}]), zones=[zone(start="2026-08-10", **days)]
    )
    first = one(here, "2026-08-31").accounts[0].invoice
    assert (str(first.start), str(first.end), str(first.due_on)) == (*period, period[0])


def test_postpaid_periods_end_on_the_due_date() -> None:
    days: dict[str, Any] = {"issue_day": 25, "due_day": 1, "cut_day": 5, "timing": "postpaid"}
    here = town(
        client(services=[{"since": "2026-01-01"}]), zones=[zone(start="2026-08-20", **days)]
    )
    assert shown(one(here, "2026-08-31").accounts[0]) == (
        "2026-08-01", "2026-09-01", "2026-08-25", "2026-09-01", "2026-09-05", "350.00",
    )  # fmt: skip


def test_s14_the_history_of_payments_is_the_statement(repo: Path) -> None:
    done(repo, "pay", "ana", "100", "--on", "2026-07-02", "--reference", "R9")
    rows = data(repo, "statement", "ana", "--on", "2026-07-10")
    assert [(row["date"], row["payment"], row["balance"]) for row in rows] == [
        ("2026-06-25", None, "350.00"), ("2026-07-02", "100.00", "250.00"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["internet", "other"])
def test_s50_an_invoice_of_either_kind_by_hand(repo: Path, kind: str) -> None:
    period = ["--period", "2026-08-01..2026-08-15"] if kind == "internet" else []
    line = ("--line", "Servicio=120.00", "--on", "2026-07-10")
    result = done(repo, "invoice", "ana", "--kind", kind, *line, *period)
    assert "A-000008" in result.output


def test_s53_internet_and_other_income_are_two_views(repo: Path) -> None:
    sold = ("invoice", "ana", "--line", "Antena=1450", "--on", "2026-07-01")
    done(repo, *sold)
    views = {
        kind: [each["kind"] for each in data(repo, "invoices", "--on", "2026-07-01",
                                             "--client", "ana", "--kind", kind)]
        for kind in ("internet", "other")
    }  # fmt: skip
    assert views == {"internet": ["internet"], "other": ["other"]}


def test_s59_each_add_on_tells_what_became_of_it(repo: Path) -> None:
    """The page's example: router paid, installation in three, television for as long as it runs."""
    items = """\
items:
  - {id: router, name: Router wifi, price: "600.00", charge: once}
  - {id: inst, name: Instalación, price: "900.00", charge: instalments, count: 3}
  - {id: tv, name: TV, price: "150.00", charge: recurring, end: 2026-12-31}
"""
    file = repo / "inventory/clients/ana.yaml"
    file.write_text(file.read_text(encoding="utf-8") + items, encoding="utf-8")
    commit(repo)
    before = data(repo, "explain", "ana", "--on", "2026-06-30")["items"]
    assert [each["charged"] for each in before] == [0, 0, 0]
    issue(repo, "2026-07-25")
    assert data(repo, "explain", "ana", "--on", "2026-07-30")["items"] == [
        {"id": "router", "name": "Router wifi", "charged": 1, "of": 1, "amount": "600.00",
         "left": "0.00", "state": "charged"},
        {"id": "inst", "name": "Instalación", "charged": 1, "of": 3, "amount": "300.00",
         "left": "600.00", "state": "1 of 3"},
        {"id": "tv", "name": "TV", "charged": 1, "of": None, "amount": "150.00",
         "left": None, "state": "on every invoice"},
    ]  # fmt: skip
    text = run(repo, "explain", "ana", "--on", "2026-11-30").stdout
    assert "item inst, Instalación: charged" in text
    later = data(repo, "explain", "ana", "--on", "2027-02-28")["items"]
    assert [each["state"] for each in later] == ["charged", "charged", "ended on 2026-12-31"]
    assert [each["left"] for each in later] == ["0.00", "0.00", None]


def test_s58_both_ends_of_an_item_count() -> None:
    """On from the day that is its start to the day that is its end, by the issue date."""

    def carries(start: str | None, end: str | None) -> bool:
        item = {"id": "tv", "name": "TV", "price": "9.00", "charge": "recurring"}
        item |= {key: value for key, value in (("start", start), ("end", end)) if value}
        here = town(client(services=SINCE, items=[item]), zones=[zone(**TAKEN_OVER)])
        return ("tv", "9.00") in lines_of(one(here, "2026-06-25").accounts[0])

    assert carries("2026-06-25", None)
    assert carries(None, "2026-06-25")
    assert carries(None, None)
    assert not carries("2026-06-26", None)
    assert not carries(None, "2026-06-24")


def test_s39_who_returns_may_have_the_old_debt_joined_to_the_new_invoice() -> None:
    old = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(old, day("2026-06-25"))
    back = town(client(services=[{"since": "2026-09-11"}]), zones=[zone(**TAKEN_OVER)])
    writer.issue(back, day("2026-09-11"))
    found = joined(back, ledger([], writer.read(back).invoices), "ana", day("2026-09-11"))
    assert found is not None
    assert found[0].total == Decimal("350.00") + Decimal("233.33")


def test_a_last_invoice_of_a_cancelled_service_carries_no_items() -> None:
    """On the day it is cancelled on, a service is cancelled already: it leads nothing."""
    item = {"id": "tv", "name": "TV", "price": "9.00", "charge": "recurring"}
    service = {**SINCE[0], "status": "cancelled", "cancelled": {"on": "2026-07-11"}}
    here = town(
        client(services=[service], items=[item]), zones=[zone(timing="postpaid", **TAKEN_OVER)]
    )
    last = one(here, "2026-12-31").accounts[-1]
    assert str(last.invoice.issued_on) == "2026-07-11"
    assert lines_of(last) == [(None, "112.90")]


def drafts_and_debts() -> Iterator[Any]:
    suspended = {"status": "suspended", "suspended": {"since": "2026-07-06", "cause": "debt"}}
    here = town(client(services=[{**SINCE[0], **suspended}]), zones=[zone(**TAKEN_OVER)])
    writer = Writer([payment("2026-08-10", "350.00")])
    writer.issue(here, day("2026-06-30"))
    found = bill(here, writer.read(here), day("2026-08-10"))
    yield cut_list(found)
    yield cut_list(found, settled=True)


def test_e28_a_restore_looks_at_the_whole_debt_written_or_not() -> None:
    """Else a service whose next invoice was not recorded yet would be restored and cut again."""
    for found in drafts_and_debts():
        assert not found.restores


def test_a_credit_note_keeps_the_invoice_as_it_was() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(here, day("2026-06-30"))
    (made,) = writer.read(here).invoices
    note = credit("2026-07-02", "credit", made.id, "350.00")
    found = bill(here, ledger([], [made], [note]), day("2026-07-10")).clients[0]
    assert found.accounts[0].invoice == made
    assert found.accounts[0].status == "paid"
