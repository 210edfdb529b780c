# SPDX-License-Identifier: GPL-3.0-or-later
"""Payments, credit, returns, voids, cuts, promises, notices; rows S34, S51, S52, S84, E8 to E13."""

from typing import Any

import pytest
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
    town,
    zone,
)

from billing.books.bill import bill
from billing.cuts import CutList, cut_list
from billing.notices import notice_list
from reconciler.errors import FilesError

TAKEN_OVER: dict[str, Any] = {"start": "2026-06-20"}
SINCE = [{"since": "2026-06-01"}]


def opens(found: Any) -> list[str]:
    return [str(account.open) for account in found.accounts]


def cut_on(inventory: Any, on: str, *payments: Any) -> CutList:
    return cut_list(books(inventory, on, *payments))


def names(found: CutList) -> tuple[list[str], list[str], list[str]]:
    return (
        [f"{each.service} {each.open}" for each in found.cuts],
        [f"{each.service} {each.reason}" for each in found.restores],
        [f"{each.service} {each.reason.split()[0]}" for each in found.held],
    )


def test_e12_a_payment_goes_to_the_oldest_due_then_to_the_next() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    assert opens(one(here, "2026-08-31", payment("2026-08-30", "400.00"))) == [
        "0.00", "300.00", "350.00",
    ]  # fmt: skip


def test_e12_a_payment_goes_to_the_invoice_it_names() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    named = payment("2026-07-30", "400.00", invoice="ana/internet/internet/2026-08-01")
    assert opens(one(here, "2026-07-31", named)) == ["300.00", "0.00"]


def test_a_payment_may_not_name_what_is_not_issued_by_then() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    early = payment("2026-07-20", "400.00", invoice="ana/internet/internet/2026-08-01")
    with pytest.raises(FilesError, match="ana has no invoice ana/internet/internet/2026-08-01"):
        one(here, "2026-07-31", early)


def test_e13_what_no_invoice_takes_is_used_by_the_next() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    after = one(here, "2026-07-20", payment("2026-06-26", "800.00"))
    assert (opens(after), str(after.credit), str(after.balance)) == (["0.00"], "450.00", "-450.00")
    later = one(here, "2026-08-31", payment("2026-06-26", "800.00"))
    assert (opens(later), int(later.credit)) == (["0.00", "0.00", "250.00"], 0)


def test_a_returned_payment_counts_until_its_return() -> None:
    here = town(client(services=SINCE), zones=[zone(late_fee={"amount": "50.00"}, **TAKEN_OVER)])
    paid = payment("2026-06-30", "350.00", returned_on=day("2026-07-10"))
    assert opens(one(here, "2026-07-09", paid)) == ["0.00"]
    after = one(here, "2026-08-31", paid)
    assert opens(after) == ["350.00", "400.00", "400.00"]
    assert lines_of(after.accounts[1])[1] == ("late-fee:ana/internet/internet/2026-07-01", "50.00")


def test_invoices_issued_before_a_return_keep_their_lines() -> None:
    """The fee that only the return brings up falls due on its day, so August's has none."""
    here = town(client(services=SINCE), zones=[zone(late_fee={"amount": "50.00"}, **TAKEN_OVER)])
    paid = payment("2026-06-30", "350.00", returned_on=day("2026-07-28"))
    after = one(here, "2026-08-31", paid)
    extras = [[item for item, _ in lines_of(account) if item] for account in after.accounts]
    assert extras == [
        [], [],
        ["late-fee:ana/internet/internet/2026-07-01", "late-fee:ana/internet/internet/2026-08-01"],
    ]  # fmt: skip


def test_s34_a_void_frees_what_was_paid_and_is_not_billed_again() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(here, day("2026-07-31"))
    made = writer.read(here).invoices
    void = credit("2026-08-02", "void", made[0].id, "350.00")
    found = bill(
        here,
        ledger([payment("2026-07-31", "100.00")], made, [void]),
        day("2026-08-10"),
    ).clients[0]
    assert [(each.status, int(each.open)) for each in found.accounts] == [
        ("void", 0), ("issued", 250),
    ]  # fmt: skip


def test_e17_a_credit_note_lowers_what_is_open() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(here, day("2026-06-30"))
    made = writer.read(here).invoices
    note = credit("2026-07-02", "credit", made[0].id, "50.00")
    found = bill(here, ledger([], made, [note]), day("2026-07-10")).clients[0]
    assert opens(found) == ["300.00"]


def test_s51_any_open_internet_invoice_cuts() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    assert names(cut_on(here, "2026-07-04")) == ([], [], [])
    assert names(cut_on(here, "2026-07-05")) == (["internet 350.00"], [], [])
    found = cut_on(here, "2026-08-10").cuts[0]
    assert (found.invoice.id, str(found.open)) == ("ana/internet/internet/2026-07-01", "700.00")
    assert names(cut_on(here, "2026-07-05", payment("2026-07-05", "350.00"))) == ([], [], [])


def test_e10_an_invoice_cuts_only_its_own_service() -> None:
    two = [*SINCE, {"id": "b", "since": "2026-07-20", "address": "10.0.0.3"}]
    here = town(client(services=two), zones=[zone(**TAKEN_OVER)])
    assert names(cut_on(here, "2026-07-21"))[0] == ["internet 350.00"]


def test_s52_other_invoices_never_cut() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    made = Writer().issue(here, day("2026-06-30"))[0]
    other = made._replace(id="ana/other/2026-06-30", kind="other", service=None)
    found = bill(here, ledger([], [other]), day("2026-07-20"))
    assert names(cut_list(found))[0] == ["internet 350.00"]  # of the draft alone


def test_e8_the_minimum_debt_holds_back() -> None:
    here = town(client(services=SINCE), zones=[zone(min_debt="350.00", **TAKEN_OVER)])
    assert names(cut_on(here, "2026-07-05")) == ([], [], ["internet minimum"])
    assert names(cut_on(here, "2026-08-05")) == (["internet 700.00"], [], [])


def test_e9_a_promise_holds_back_from_its_day_to_its_last() -> None:
    promise = {"made_on": "2026-07-04", "until": "2026-07-10"}
    who = client(services=SINCE, billing={"promises": [promise]})
    here = town(who, zones=[zone(**TAKEN_OVER)])
    assert names(cut_on(here, "2026-07-10")) == ([], [], ["internet promise"])
    assert names(cut_on(here, "2026-07-11")) == (["internet 350.00"], [], [])


def test_e6_nobody_is_cut_on_a_day_that_is_no_cut_day() -> None:
    week = ["mon", "tue", "wed", "thu", "fri"]
    here = town(client(services=SINCE), zones=[zone(cut_weekdays=week, **TAKEN_OVER)])
    assert names(cut_on(here, "2026-07-05")) == ([], [], ["internet holiday"])  # a Sunday
    assert names(cut_on(here, "2026-07-06")) == (["internet 350.00"], [], [])
    assert names(cut_on(here, "2026-07-11")) == ([], [], ["internet holiday"])


SUSPENDED = {"status": "suspended", "suspended": {"since": "2026-07-05", "cause": "debt"}}


def test_e28_who_paid_is_restored_and_who_was_suspended_by_hand_is_not() -> None:
    here = town(client(services=[{**SINCE[0], **SUSPENDED}]), zones=[zone(**TAKEN_OVER)])
    assert names(cut_on(here, "2026-07-12")) == ([], [], [])
    paid = payment("2026-07-12", "350.00")
    assert names(cut_on(here, "2026-07-12", paid)) == ([], ["internet paid"], [])  # a Sunday
    manual = {"status": "suspended", "suspended": {"since": "2026-07-05", "cause": "manual"}}
    by_hand = town(client(services=[{**SINCE[0], **manual}]), zones=[zone(**TAKEN_OVER)])
    assert names(cut_on(by_hand, "2026-07-12", paid)) == ([], [], [])


def test_a_promise_restores() -> None:
    promises = [{"made_on": "2026-07-08", "until": "2026-07-10"}]
    who = client(services=[{**SINCE[0], **SUSPENDED}], billing={"promises": promises})
    here = town(who, zones=[zone(**TAKEN_OVER)])
    assert names(cut_on(here, "2026-07-08")) == ([], ["internet promise"], [])


def test_e36_a_list_that_is_written_leaves_out_what_the_ledger_had_not_before() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    drafts = cut_list(books(here, "2026-07-05"), settled=True)
    assert (names(drafts)[0], len(drafts.left_out)) == ([], 1)
    writer = Writer()
    writer.issue(here, day("2026-07-05"))
    made = writer.read(here)
    assert not cut_list(bill(here, made, day("2026-07-05")), settled=True).cuts
    assert cut_list(bill(here, made, day("2026-07-06")), settled=True).cuts


def test_notices_from_the_notice_date_to_the_payment() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    assert len(notice_list(books(here, "2026-06-28")).left_out) == 1
    writer = Writer([payment("2026-07-03", "350.00")])
    writer.issue(here, day("2026-06-25"))
    made = writer.read(here)
    found = {
        on: len(notice_list(bill(here, made, day(on))).notices)
        for on in ("2026-06-27", "2026-06-28", "2026-07-02", "2026-07-03")
    }
    assert list(found.values()) == [0, 1, 1, 0]


def test_s84_free_services_are_neither_noticed_nor_cut() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(here, day("2026-06-25"))
    free = town(client(services=[{**SINCE[0], "status": "free"}]), zones=[zone(**TAKEN_OVER)])
    found = bill(free, writer.read(free), day("2026-07-10"))
    assert not cut_list(found).cuts
    assert not notice_list(found).notices


def test_former_ids_are_the_present_client() -> None:
    here = town(client(services=SINCE), zones=[zone(**TAKEN_OVER)])
    writer = Writer()
    writer.issue(here, day("2026-06-30"))
    renamed = town(client("anita", former_ids=["ana"], services=SINCE), zones=[zone(**TAKEN_OVER)])
    made = writer.read(renamed)
    paid = payment("2026-07-30", "350.00", "anita", invoice="ana/internet/internet/2026-08-01")
    found = bill(renamed, ledger([paid], made.invoices), day("2026-07-31")).clients[0]
    assert [(each.invoice.id, each.invoice.client, str(each.open)) for each in found.accounts] == [
        ("ana/internet/internet/2026-07-01", "anita", "350.00"),
        ("anita/internet/internet/2026-08-01", "anita", "0.00"),
    ]
