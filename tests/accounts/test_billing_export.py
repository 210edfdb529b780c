# SPDX-License-Identifier: GPL-3.0-or-later
"""The exported books: balanced, and accepted by the real bean-check and the real hledger."""

import csv
import io
import json
import random
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from accounts.test_billing_laws import FIRST, SOME_DAYS, clients, payments, zones
from accounts.town import Writer, client, credit, day, ledger, payment, town, zone
from beancount import loader
from hypothesis import given

from billing.books.bill import Books, bill
from billing.exports import beancount, hledger, journal_csv, journal_json
from billing.journal import component, entries
from billing.ledger.model import Payment
from billing.shapes import csv_text
from reconciler.models import Client, Zone


def bean_check(text: str) -> None:
    """What the program bean-check does."""
    _, errors, _ = loader.load_string(text)
    assert not errors, "\n".join(f"{one.source} {one.message}" for one in errors[:5])


def hledger_says(text: str, *command: str) -> str:
    """What the program hledger prints; it fails where the books do not balance."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed (Debian package hledger)")
    done = subprocess.run(
        [program, "--file", "-", *command], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


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
        ("--x--", "X--"),
        ("a--b", "A--b"),
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


def test_hledger_accepts_the_books_and_comes_to_the_same_balances() -> None:
    books = simulated(40, 8)
    text = hledger(books)
    hledger_says(text, "check", "--strict", "ordereddates")
    printed = hledger_says(text, "balance", "--depth", "2", "--no-total", "--output-format", "csv")
    found = {name: amount for name, amount in csv.reader(io.StringIO(printed)) if name != "account"}
    expected = {name: f"{amount} MXN" for name, amount in balances(books).items() if amount}
    assert found == expected


def test_hledger_finds_a_wrong_amount() -> None:
    text = hledger(simulated(3, 3))
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("    Income:Internet  -"))
    lines[at] = lines[at].replace("Internet  -", "Internet  -1")
    with pytest.raises(AssertionError, match="balance"):
        hledger_says("\n".join(lines), "check")


def test_a_currency_without_cents_and_names_full_of_signs() -> None:
    who = client("a--b", services=[{"since": "2026-06-01"}])
    here = town(who, client("a-b", services=[{"since": "2026-06-01"}]), currency="CLP",
                plans={"p10": "12000"})  # fmt: skip
    odd = {"method": "=HYPERLINK(1)", "reference": '; | "x" @ {1} = 3'}
    paid = [payment("2026-06-20", "5000", "a--b", **odd)]
    books = bill(here, ledger(paid), day("2026-07-10"))
    hledger_says(hledger(books), "check", "--strict")
    bean_check(beancount(books))
    assert {"Assets:Receivable:A--b", "Assets:Receivable:A-b"} <= {
        posting.account for entry in entries(books) for posting in entry.postings
    }


def test_the_journal_as_data() -> None:
    books = simulated(3, 3)
    found = json.loads(journal_json(books))
    assert len(found) == len(entries(books))
    for entry in found:
        assert sum(Decimal(one["amount"]) for one in entry["postings"]) == 0
    rows = list(csv.DictReader(io.StringIO(journal_csv(books))))
    assert len(rows) == sum(len(entry["postings"]) for entry in found)
    totals: dict[str, Decimal] = {}
    for row in rows:
        name = ":".join(row["account"].split(":")[:2])
        totals[name] = totals.get(name, Decimal(0)) + Decimal(row["amount"])
    assert totals == balances(books)
    assert {row["settled"] for row in rows} == {"no", "yes"}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+52 555 000 0000", "+52 555 000 0000"),
        ("-350.00", "-350.00"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-", "'-"),
        ("Ana =1", "Ana =1"),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    made = csv_text([{"name": text, "none": None}], ("name", "none"))
    assert list(csv.reader(io.StringIO(made, newline="")))[1] == [cell, ""]


@pytest.mark.slow
def test_two_years_of_five_hundred_clients_are_accepted_by_bean_check() -> None:
    books = simulated(500, 24)
    found = balances(books)
    assert found["Assets:Receivable"] == sum(one.open for one in books.clients)
    bean_check(beancount(books))
    hledger_says(hledger(books), "check", "--strict")
