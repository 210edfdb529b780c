# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of all clients on a date: the one entry to the computing part.

    books = bill(inventory, ledger, date(2026, 11, 30))

A pure function of its arguments. Pure. Imports of the project: terms, the simulation, the ledger's
model, errors, inventory, models.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.books.account import Account, Allocation
from billing.books.extras import ServiceBooks
from billing.books.facts import Facts
from billing.books.worlds import simulate
from billing.ledger.model import Ledger
from billing.money import ZERO
from billing.resting import collector_at_rest
from billing.terms import Terms, TermsBook
from reconciler.errors import FilesError, Problem
from reconciler.inventory import Inventory
from reconciler.models import Client


@dataclass(frozen=True, slots=True)
class ClientBooks:
    """One client on a date: accounts in issue order, the credit, and what was put where."""

    client: Client
    terms: Terms
    accounts: tuple[Account, ...]
    services: tuple[ServiceBooks, ...]
    credit: Decimal
    allocations: tuple[Allocation, ...]
    problems: tuple[Problem, ...]

    @property
    def open(self) -> Decimal:
        """What is open on all invoices."""
        return sum((one.open for one in self.accounts), ZERO)

    @property
    def balance(self) -> Decimal:
        """What the client owes; below zero what is owed to the client."""
        return self.open - self.credit


@dataclass(frozen=True)
class Books:
    """All clients by id. `problems` are warnings: with an error there are no books."""

    on: date
    inventory: Inventory
    ledger: Ledger
    clients: tuple[ClientBooks, ...]
    problems: tuple[Problem, ...] = ()

    def accounts(self) -> list[tuple[ClientBooks, Account]]:
        """Every invoice by client, then in issue order."""
        return [(one, account) for one in self.clients for account in one.accounts]


@collector_at_rest
def bill(
    inventory: Inventory,
    ledger: Ledger,
    on: date,
    clients: Collection[str] | None = None,
) -> Books:
    """The books at the end of a day, of these clients or all.

    Raises FilesError where a payment names what it cannot name; NoSuchCalendar for a country.
    """
    book = TermsBook(inventory)
    done: list[ClientBooks] = []
    problems: list[Problem] = []
    for client_id, client in inventory.clients.items():
        if clients is not None and client_id not in clients:
            continue
        one = books_of(client, inventory, ledger, on, book)
        problems.extend(one.problems)
        done.append(one)
    if any(problem.is_error for problem in problems):
        raise FilesError(sorted(problems, key=lambda one: one.sort_key))
    return Books(on, inventory, ledger, tuple(done), tuple(problems))


def books_of(
    client: Client, inventory: Inventory, ledger: Ledger, on: date, book: TermsBook
) -> ClientBooks:
    """One client's account at the end of a day, problems included."""
    part = ledger.of(client.id)
    facts = Facts(client, book, inventory.plans, part.invoices, part.credits, part.payments)
    done = simulate(facts, on)
    return ClientBooks(
        client,
        done.terms,
        tuple(sorted(done.accounts, key=lambda one: one.issue_order)),
        tuple(done.services),
        done.purse.credit,
        tuple(done.purse.allocations),
        tuple(done.problems),
    )
