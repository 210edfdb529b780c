# SPDX-License-Identifier: GPL-3.0-or-later
"""Two years of a company, lived day by day: its files stay sound, its books balance for everybody.

A small company lives eight months in every run; five hundred clients live two years in `slow`.
"""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from accounts.company import Company
from beancount import loader
from beancount.core.data import Transaction

from billing.books.bill import Books, ClientBooks, bill
from billing.exports import beancount
from billing.invoices.model import WITH_NEXT
from billing.journal import component
from billing.ledger.loading import load_ledger
from billing.ledger.model import CREDIT, Payment
from billing.ledger.writing import drafts_of
from billing.statement import statement
from reconciler.inventory import load

ALL = {
    "cuts", "restores", "held", "move", "promise", "pause", "add_item", "leave", "come_back",
    "change", "issued internet", "issued other", "payments", "returned", "repeated", "joins",
    "voids", "reissued", "credit notes", "sales", "late entries",
}  # fmt: skip


def counted(payment: Payment, on: date) -> bool:
    return payment.date <= on and (payment.returned_on is None or payment.returned_on > on)


def check_files(company: Company, on: date) -> None:
    """What is on disk is sound, is what was lived, and leaves nothing to issue."""
    inventory, problems = load(company.root)
    assert inventory is not None
    assert not [str(one) for one in problems if one.is_error]
    ledger, found = load_ledger(company.root, inventory)
    assert not [str(one) for one in found if one.is_error]
    assert [one.id for one in ledger.invoices] == [one.id for one in company.invoices]
    assert [one.id for one in ledger.credits] == [one.id for one in company.credits]
    books = bill(inventory, ledger, on)
    assert not drafts_of(books) or company.was_away
    for one in books.clients:
        check_money(one, books)
        check_periods(one, company.back[one.client.id])
        check_extras(one)


def check_money(one: ClientBooks, books: Books) -> None:
    """What was billed less what was paid and forgiven is what is owed."""
    part = books.ledger.by_client.get(one.client.id)
    came_in = sum(x.amount for x in part.payments if counted(x, books.on)) if part else 0
    forgiven = sum(x.amount for x in part.credits if x.kind == CREDIT) if part else 0
    billed = Decimal(0)
    for account in one.accounts:
        # A joined invoice bills nothing that its parts have not; a void one forgives them.
        sign = int(account.voided_on is None) - int(account.invoice.is_joined)
        billed += account.invoice.total * sign
    assert one.balance == billed - came_in - forgiven, one.client.id
    assert all(x.open >= 0 for x in one.accounts)
    assert not (one.credit > 0 and one.open > 0)


def check_periods(one: ClientBooks, back: set[date]) -> None:
    """Of each service, without gap or overlap: but who recharges, and who was away meanwhile."""
    if one.client.billing.recharge:
        return
    free = one.client.billing.free_periods
    for service in one.client.services:
        spans = {
            (x.invoice.start, x.invoice.end): any(
                line.item == WITH_NEXT for line in x.invoice.lines
            )
            for x in one.accounts
            if x.invoice.service == service.id and x.invoice.is_internet
        }
        for ((_, end), _), ((start, _), carries) in pairwise(sorted(spans.items())):
            assert end <= start, (one.client.id, spans)
            # A bridge that would have been issued before the zone's start is nobody's.
            is_old = one.terms.start is not None and end < one.terms.start + timedelta(days=31)
            given = any(end <= day < start and f"{day:%Y-%m}" in free for day in back)
            was_away = start in back or carries or given
            assert end == start or was_away or is_old, (one.client.id, end, start)


def check_extras(one: ClientBooks) -> None:
    """What is charged once is on one valid invoice, and instalments come to the price at most."""
    keys = Counter(
        line.item
        for x in one.accounts
        if x.voided_on is None
        for line in x.invoice.lines
        if line.is_fee
    )
    assert not [key for key, times in keys.items() if times > 1]
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for x in one.accounts:
        for line in x.invoice.lines if x.voided_on is None else ():
            sums[line.item or ""] += line.amount
    for item in one.client.items:
        if item.charge != "recurring":
            assert sums[item.id] <= item.price, (one.client.id, item.id)


def booked(text: str) -> dict[str, Decimal]:
    """The balance of each account as beancount has it; raises where bean-check complains."""
    found, errors, _ = loader.load_string(text)
    assert not errors, "\n".join(f"{one.source} {one.message}" for one in errors[:5])
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for posting in postings(found):
        sums[posting[0]] += posting[1]
    return sums


def postings(found: object) -> Iterator[tuple[str, Decimal]]:
    for entry in found:  # type: ignore[attr-defined]
        if isinstance(entry, Transaction):
            for one in entry.postings:
                assert one.units is not None
                assert one.units.number is not None
                yield one.account, one.units.number


def check_books(company: Company, books: Books) -> None:
    """The exported books are accepted and say of every client what the product says."""
    again = bill(company.inventory, company.ledger, books.on)
    text = beancount(again)
    file = company.root / "books.beancount"
    file.write_text(text, encoding="utf-8")
    check = [sys.executable, "-m", "beancount.scripts.check", str(file)]
    done = subprocess.run(check, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    sums = booked(text)
    for one in again.clients:
        name = component(one.client.id)
        assert sums[f"Assets:Receivable:{name}"] == one.open, name
        assert sums[f"Liabilities:Advances:{name}"] == -one.credit, name
        rows = statement(again, one.client.id)
        assert (rows[-1].balance if rows else 0) == one.balance, name
    cash = sum(amount for name, amount in sums.items() if name.startswith("Assets:Cash"))
    payments = company.ledger.payments
    assert cash == sum(one.amount for one in payments if counted(one, books.on))
    assert not sums["Liabilities:Returned"]
    assert not sum(sums.values())


def test_eight_months_of_a_small_company(tmp_path: Path) -> None:
    company = Company(tmp_path, 30, missed=40)
    books = company.live(240, lambda day: check_files(company, day))
    assert {name for name, times in company.done.items() if times} == ALL
    check_books(company, books)


@pytest.mark.slow
def test_two_years_of_five_hundred_clients(tmp_path: Path) -> None:
    company = Company(tmp_path, 500, missed=60)
    books = company.live(730, lambda day: check_files(company, day))
    assert min(company.done[name] for name in ALL) > 10
    assert len(company.invoices) > 8000
    check_books(company, books)


def test_a_life_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    lives = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        company = Company(tmp_path / name, 12)
        company.live(70)
        lives.append((company.texts, dict(company.done)))
    assert lives[0] == lives[1]
