# SPDX-License-Identifier: GPL-3.0-or-later
"""Joined invoices lose no money and make none, whatever comes to light on the day or afterwards."""

from typing import Any

from accounts.town import Writer, client, credit, day, ledger, lines_of, payment, town, zone

from billing.books.bill import Books, ClientBooks, bill
from billing.books.corrections import joined
from billing.exports import beancount
from billing.invoices.model import Invoice
from billing.ledger.model import Credit, Payment

HERE = town(client(services=[{"since": "2026-01-01"}]), zones=[zone(start="2026-05-20")])


def issued() -> list[Invoice]:
    """June and July, 350.00 each."""
    writer = Writer()
    writer.issue(HERE, day("2026-06-25"))
    return list(writer.read(HERE).invoices)


def join(on: str, *payments: Payment, notes: Any = ()) -> tuple[list[Invoice], list[Credit]]:
    """The ledger's invoices and credits after a join that knew these payments."""
    invoices = issued()
    found = joined(HERE, ledger(payments, invoices, notes), "ana", day(on))
    assert found is not None
    made, transfers = found
    return [*invoices, made._replace(recorded_on=day(on), number="A-3")], [*notes, *transfers]


def books(on: str, paid: list[Payment], made: tuple[list[Invoice], list[Credit]]) -> Books:
    return bill(HERE, ledger(paid, *made), day(on))


def status(found: Books) -> tuple[list[tuple[str, str]], str]:
    one: ClientBooks = found.clients[0]
    return [(each.status, str(each.open + 0)) for each in one.accounts], str(one.balance)


def test_a_payment_of_the_same_day_is_for_the_joined_invoice() -> None:
    """Counted on its part too, it would pay twice."""
    paid = payment("2026-07-10", "100.00")
    made = join("2026-07-10", paid)
    assert str(made[0][-1].total) == "700.00"
    found, balance = status(books("2026-07-10", [paid], made))
    assert [each[0] for each in found] == ["transferred", "transferred", "issued"]
    assert balance == "600.00"


def test_a_void_of_the_same_day_comes_before_the_join() -> None:
    """What it frees goes to the parts, not to the invoice that is joined of the rest."""
    invoices = issued()
    paid = payment("2026-07-02", "400.00")
    other = invoices[0]._replace(id="ana/other/2026-05-28", kind="other", number="A-0",
                    due_on=day("2026-05-28"), issued_on=day("2026-05-28"))  # fmt: skip
    everything = [other, *invoices]
    void = credit("2026-07-10", "void", other.id, "350.00")
    found = joined(HERE, ledger([paid], everything, [void]), "ana", day("2026-07-10"))
    assert found is None  # the void paid June, and one invoice is left
    more = other._replace(id="ana/other/2026-07-09", number="A-4", issued_on=day("2026-07-09"))
    everything = [other, *invoices, more]
    found = joined(HERE, ledger([paid], everything, [void]), "ana", day("2026-07-10"))
    assert found is not None
    made = found[0]._replace(recorded_on=day("2026-07-10"))
    after = bill(
        HERE, ledger([paid], [*everything, made], [void, *found[1]]), day("2026-07-10")
    ).clients[0]
    assert after.balance == found[0].total == 3 * 350 - 400


def test_a_payment_that_is_returned_after_the_join_is_owed_again() -> None:
    paid = payment("2026-06-30", "200.00", returned_on=day("2026-07-20"))
    made = join("2026-07-10", paid)
    assert str(made[0][-1].total) == "500.00"
    assert status(books("2026-07-19", [paid], made))[1] == "500.00"
    after, balance = status(books("2026-07-20", [paid], made))
    assert balance == "700.00"
    # What was not carried over is still owed where it was.
    assert [each[1] for each in after] == ["200.00", "0", "500.00"]


def test_a_payment_that_comes_to_light_after_the_join_pays_the_joined() -> None:
    made = join("2026-07-10")
    late = payment("2026-06-30", "350.00")
    found = books("2026-07-11", [late], made)
    _, balance = status(found)
    assert balance == "350.00"
    text = beancount(found)
    assert "2026-07-12 balance Assets:Receivable  350.00 MXN" in text


def test_a_draft_dated_before_an_issued_invoice_charges_nothing_again() -> None:
    """The zone's dates were changed: the next period's invoice is dated before the last one."""
    items = [{"id": "router", "name": "Router", "price": "600.00", "charge": "once"}]
    past = [{"status": "suspended", "cause": "debt", "from": "2026-05-05", "to": "2026-05-09"}]
    who = client(services=[{"since": "2026-01-15", "history": past}], items=items)
    fees: dict[str, Any] = {"reconnection_fee": {"amount": "80.00"}, "start": "2026-05-20"}
    old = town(who, zones=[zone(timing="postpaid", issue_day=10, due_day=15, cut_day=20, **fees)])
    writer = Writer()
    (first,) = writer.issue(old, day("2026-06-11"))
    assert [line.item for line in first.lines] == [
        None, "router", "reconnection-fee:internet/2026-05-05",
    ]  # fmt: skip
    new = town(who, zones=[zone(**fees)])
    (bridge, *_) = bill(new, writer.read(new), day("2026-06-12")).clients[0].accounts
    assert bridge.invoice.is_draft
    assert bridge.invoice.issued_on < first.issued_on
    assert lines_of(bridge) == [(None, "186.67")]
