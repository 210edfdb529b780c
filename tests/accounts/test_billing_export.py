# SPDX-License-Identifier: GPL-3.0-or-later
"""The exported books: balanced, and accepted by the real bean-check."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from accounts.test_billing_laws import FIRST, SOME_DAYS, clients, payments, zones
from accounts.town import Writer, client, credit, day, ledger, payment, town, zone
from beancount import loader
from hypothesis import given

from billing.books.bill import Books, bill
from billing.exports import beancount, hledger
from billing.journal import component, entries
from billing.ledger.model import Payment
from reconciler.models import Client, Zone


def bean_check(text: str) -> None:
    """What the program bean-check does."""
    _, errors, _ = loader.load_string(text)
    assert not errors, "\n".join(f"{one.source} {one.message}" for one in errors[:5])


def balances(books: Books) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for entry in entries(books):
        assert sum(one.amount for one in entry.postings) == 0
        for account, amount in entry.postings:
            name = ":".join(account.split(":")[:2])
            found[name] = found.get(name, Decimal(0)) + amount
    return found


@given(zones(), clients(), payments(), SOME_DAYS)
def test_law_the_books_balance_and_say_what_is_owed(
    where: Zone, who: Client, paid: list[Payment], on: date
) -> None:
    books = bill(town(who, zones=[where]), ledger(paid), on)
    found = balances(books)
    assert found.get("Assets:Receivable", 0) == books.clients[0].open
    assert -found.get("Liabilities:Advances", Decimal(0)) == books.clients[0].credit
    assert found.get("Liabilities:Returned", 0) == 0


def test_voids_and_credit_notes() -> None:
    here = town(
        client(services=[{"since": "2026-06-01"}]),
        zones=[zone(start="2026-06-20", taxes={"name": "IVA", "rate": "16", "included": True})],
    )
    writer = Writer()
    writer.issue(here, day("2026-07-31"))
    made = writer.read(here).invoices
    notes = [
        credit("2026-08-01", "void", made[0].id, "350.00"),
        credit("2026-08-02", "credit", made[1].id, "100.00"),
    ]
    paid = [payment("2026-07-30", "400.00")]
    books = bill(here, ledger(paid, made, notes), day("2026-08-10"))
    found = balances(books)
    assert found["Assets:Receivable"] == books.clients[0].open == Decimal("0.00")
    assert -found["Liabilities:Advances"] == books.clients[0].credit == Decimal("150.00")
    assert found["Assets:Cash"] == Decimal("400.00")
    assert found["Liabilities:Taxes"] == Decimal("-34.49")
    bean_check(beancount(books))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ana-lopez", "Ana-lopez"),
        ("Tarjeta Débito", "Tarjeta-Debito"),
        ("", "Unknown"),
        ("7-11", "7-11"),
    ],
)
def test_names_of_accounts(text: str, name: str) -> None:
    assert component(text) == name


def simulated(count: int, months: int) -> Books:
    """Clients with payments late and early, promises of money that came back, cuts and changes."""
    dice = random.Random(7)
    everyone: list[Client] = []
    paid: list[Payment] = []
    last = FIRST + timedelta(days=30 * months)
    for number in range(count):
        since = FIRST + timedelta(days=dice.randrange(300))
        service: dict[str, Any] = {"since": since, "plan": dice.choice(["p5", "p10", "p20"])}
        change = since + timedelta(days=dice.randrange(20, 200))
        cut = since + timedelta(days=dice.randrange(40, 300))
        service["history"] = [
            {"plan": "p10", "from": since, "to": change},
            {"status": "suspended", "cause": "debt", "from": cut, "to": cut + timedelta(days=4)},
        ]
        if number % 17 == 0:
            ended = since + timedelta(days=dice.randrange(100, 500))
            service |= {"status": "cancelled", "cancelled": {"on": ended}}
        item = {"id": "inst", "name": "I", "price": "900.00", "charge": "instalments", "count": 7}
        name = f"client-{number}"
        where = "norte" if number % 3 else "sur"
        everyone.append(client(name, services=[service], items=[item], zone=where))
        when = since
        while (when := when + timedelta(days=dice.randrange(20, 45))) < last:
            back = when + timedelta(days=9) if dice.random() < 0.03 else None
            amount = f"{dice.randrange(150, 900)}.{dice.randrange(100):02d}"
            method = dice.choice(["cash", "oxxo", "transferencia"])
            reference = f"R{len(paid)}"
            known = {"method": method, "reference": reference, "returned_on": back}
            paid.append(payment(str(when), amount, name, **known))
    fees: dict[str, Any] = {"late_fee": {"percent": "5"}, "reconnection_fee": {"amount": "80.00"}}
    tax = {"name": "IVA", "rate": "16"}
    here = town(
        *everyone,
        zones=[
            zone(taxes={**tax, "included": True}, **fees),
            zone("sur", taxes=tax, timing="postpaid", suspended_time="credit_days", **fees),
        ],
    )
    return bill(here, ledger(paid), last)


def test_months_of_clients_are_accepted_by_bean_check() -> None:
    books = simulated(40, 8)
    balances(books)
    text = beancount(books)
    assert text.count("\n") > 1000
    bean_check(text)
    assert hledger(books).count("\n    Assets:Receivable") > 100


@pytest.mark.slow
def test_two_years_of_five_hundred_clients_are_accepted_by_bean_check() -> None:
    books = simulated(500, 24)
    found = balances(books)
    assert found["Assets:Receivable"] == sum(one.open for one in books.clients)
    bean_check(beancount(books))
