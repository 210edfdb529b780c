# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client owes, for the commands that should say so. The ledger may be broken or absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.books.bill import ClientBooks, bill
from billing.cli.common import books_by_day, merged, open_ledger
from billing.ledger.loading import load_sound
from reconciler.cli.context import Repo
from reconciler.errors import FilesError
from reconciler.wording import counted


@dataclass(frozen=True)
class Owing:
    """`books` of a client at the end of a day; `trouble` where there are none, and why."""

    books: ClientBooks | None = None
    trouble: str | None = None

    @property
    def text(self) -> str:
        """`350.00 open on 1 invoice, 0.00 credit`, or why it is not known."""
        if self.books is None:
            return self.trouble or ""
        count = len([one for one in self.books.accounts if one.open])
        invoices = counted(count, "invoice")
        return f"{self.books.open} open on {invoices}, {self.books.credit} credit"

    @property
    def debt(self) -> str | None:
        """A warning for who brings the client back; None where nothing is owed."""
        if self.books is None:
            return self.trouble
        if self.books.open <= 0:
            return None
        ids = ", ".join(str(one.invoice.id) for one in self.books.accounts if one.open)
        return (
            f"{self.books.client.id} owes {self.text} ({ids}): take the payment, or join them to"
            " the next invoice"
        )


MONEY = ("open", "credit", "balance")


def money_of(repo: Repo, clients: Sequence[str]) -> dict[str, dict[str, str]]:
    """The columns MONEY of each client today. Raises FilesError where the ledger is broken."""
    books = merged(books_by_day(open_ledger(repo), clients, None))
    return {
        one.client.id: {
            "open": one.terms.rounding.text(one.open),
            "credit": one.terms.rounding.text(one.credit),
            "balance": one.terms.rounding.text(one.balance),
        }
        for one in books
    }


def owing(repo: Repo, client: str, on: date) -> Owing:
    """The account of one client; never raises for a broken ledger."""
    inventory = repo.loaded.inventory
    try:
        ledger, _ = load_sound(repo.root, inventory)
        [books] = bill(inventory, ledger, on, [client]).clients
    except FilesError:
        return Owing(trouble="not known: the ledger has problems, see validate")
    return Owing(books)
