# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of all clients on a date: the one entry to the computing part.

    books = bill(inventory, ledger, date(2026, 11, 30))

A pure function of its arguments. Pure. Imports of the project: terms, the simulation, the ledger's
model, errors, inventory, models.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.books.account import Account, Allocation
from billing.books.extras import ServiceBooks
from billing.books.facts import Facts
from billing.books.worlds import simulate
from billing.ledger.model import Ledger
from billing.money import ZERO
from billing.terms import Terms, TermsBook
from reconciler.errors import FilesError, Problem
from reconciler.inventory import Inventory
from reconciler.models import Client
from reconciler.resting import collector_at_rest


class ClientBooks(NamedTuple):
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
    names = [one for one in inventory.clients if clients is None or one in clients]
    books = drawn_up(inventory, ledger, on, names, TermsBook(inventory))
    raise_errors(books.problems)
    return books


def drawn_up(
    inventory: Inventory, ledger: Ledger, on: date, names: Iterable[str], book: TermsBook
) -> Books:
    """The books of these clients in this order, with all problems, errors too.

    Raises NoSuchCalendar.
    """
    made = [books_of(inventory.clients[one], inventory, ledger, on, book) for one in names]
    problems = tuple(problem for one in made for problem in one.problems)
    return Books(on, inventory, ledger, tuple(made), problems)


def raise_errors(problems: Iterable[Problem]) -> None:
    """Raises FilesError with all problems of a day where one is an error."""
    several = sorted(problems, key=lambda one: one.sort_key)
    if any(problem.is_error for problem in several):
        raise FilesError(several)


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
