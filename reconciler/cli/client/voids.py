# SPDX-License-Identifier: GPL-3.0-or-later
"""`client cancel --void-invoices`: what the ledger gets when who leaves need not pay any more.

One void for each open issued invoice, written with the clients' files or not at all. May import
anything.
"""

from collections.abc import Callable, Sequence
from datetime import date

from billing.books.account import Account
from billing.books.bill import ClientBooks, bill
from billing.books.corrections import void_of
from billing.cli.appending import never_back, sound_lines
from billing.cli.common import open_ledger
from billing.ledger.model import Credit
from billing.ledger.writing import credit_lines
from billing.money import Rounding
from reconciler.cli.context import Repo
from reconciler.clients.select import Chosen, is_over
from reconciler.staging import Staged

_REASON = "cancelled"


def voids(
    repo: Repo, ending: Sequence[Chosen], day_of: Callable[[Chosen], date]
) -> tuple[list[Staged], list[str]]:
    """The ledger's files with the voids, and notes for people.

    Voided are the invoices of the services that end; where no service of a client goes on, all
    that are open. A draft cannot be voided, for it is in no ledger: it is named.
    """
    session = open_ledger(repo)
    by_client: dict[str, list[Chosen]] = {}
    for one in ending:
        if is_over(one.sub):
            continue
        by_client.setdefault(one.sub.client.id, []).append(one)
    money = Rounding(session.inventory.settings.minor_digits)
    made: list[Credit] = []
    notes: list[str] = []
    for name, ones in by_client.items():
        day = max(day_of(one) for one in ones)
        never_back(session.ledger, day)
        (books,) = bill(session.inventory, session.ledger, day, (name,)).clients
        for account in _open(books, ones):
            invoice = account.invoice
            if invoice.is_draft:
                notes.append(
                    f"{invoice.id} is not issued yet and stands: run `reconcile billing issue`,"
                    " then `reconcile billing void`."
                )
                continue
            made.append(void_of(invoice, day, _REASON))
            notes.append(
                f"void {invoice.number or invoice.id} of {name}: {money.text(account.open)} open"
            )
    made.sort(key=lambda one: one.date)
    return sound_lines(repo, credit_lines(made, session.ledger, money)), notes


def _open(books: ClientBooks, ending: Sequence[Chosen]) -> list[Account]:
    ended = {one.sub.service.id for one in ending}
    over = all(
        service.id in ended or service.cancelled is not None for service in books.client.services
    )
    return [one for one in books.accounts if one.open and (over or one.invoice.service in ended)]
