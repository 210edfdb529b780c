# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole ledger of a repository: found, read and checked.

    ledger, problems = load_ledger(root, inventory)

Imports of the project: errors, inventory, models, the ledger's parts, the books.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from billing.books.bill import books_of
from billing.calendar.holidays import NoSuchCalendar, calendar
from billing.ledger.credits import read_credits
from billing.ledger.files import read_folder
from billing.ledger.invoices import read_invoices
from billing.ledger.model import Ledger, grouped
from billing.ledger.payments import read_payments
from billing.terms import TermsBook
from reconciler.errors import FilesError, Problem, Where
from reconciler.inventory import Inventory
from reconciler.resting import collector_at_rest

_NOTHING: dict[str, str] = {}


@collector_at_rest
def load_ledger(
    root: Path,
    inventory: Inventory,
    overlay: Mapping[str, str] = _NOTHING,
    *,
    whole: bool = True,
) -> tuple[Ledger, list[Problem]]:
    """All problems at once, sorted by place; with errors, what could be read.

    `overlay`: texts of ledger files that are not on disk yet. `whole`: whether every client file
    could be read; where not, its name is enough to be a client.
    """
    names = {
        name: client.id
        for client in inventory.clients.values()
        for name in (client.id, *client.former_ids)
    }
    if not whole:
        files = (root / "inventory" / "clients").rglob("*.yaml")
        names = {**{file.stem: file.stem for file in files}, **names}
    digits, currency = inventory.settings.minor_digits, inventory.settings.currency
    payment_files, problems = read_folder(root, "payments", "csv", overlay)
    invoice_files, more = read_folder(root, "invoices", "jsonl", overlay)
    credit_files, most = read_folder(root, "credits", "jsonl", overlay)
    problems += more + most
    payments = read_payments(payment_files, names, digits)
    invoices = read_invoices(invoice_files, names, digits, currency)
    noted = read_credits(credit_files, names, invoices.by_id, digits)
    problems += [*payments.problems, *invoices.problems, *noted.problems]
    ledger = Ledger(
        payments=payments.counted,
        returns=payments.returns,
        invoices=invoices.invoices,
        credits=noted.credits,
        last_invoice_line=invoices.last_line,
        last_credit_line=noted.last_line,
        last_numbers=invoices.numbers,
        by_client=grouped(payments.counted, invoices.invoices, noted.credits),
    )
    problems += calendar_problems(inventory)
    if whole and not any(problem.is_error for problem in problems):
        problems += named_problems(inventory, ledger)
    unique = dict.fromkeys(problems)
    return ledger, sorted(unique, key=lambda problem: problem.sort_key)


def calendar_problems(inventory: Inventory) -> Iterator[Problem]:
    """Zones whose country has no calendar."""
    for zone in inventory.zones.values():
        if zone.billing is None:
            continue
        try:
            calendar(zone.billing.holidays)
        except NoSuchCalendar:
            place = inventory.places.get(id(zone))
            yield Problem(
                "no-such-calendar",
                f"No calendar of holidays is known for {zone.billing.holidays}.",
                "Write another country or region, or a list of dates",
                place and Where(place.file, place.line),
            )


def named_problems(inventory: Inventory, ledger: Ledger) -> list[Problem]:
    """Payments that name an invoice that is not their client's, or not yet issued by then.

    Drafts may be named, so the books of these clients are made, on the day of their last payment.
    """
    days: dict[str, date] = {}
    for payment in ledger.payments:
        if payment.invoice:
            days[payment.client] = max(payment.date, days.get(payment.client, payment.date))
    book = TermsBook(inventory)
    return [
        problem
        for client, day in days.items()
        for problem in books_of(inventory.clients[client], inventory, ledger, day, book).problems
        if problem.is_error
    ]


def load_sound(root: Path, inventory: Inventory) -> tuple[Ledger, list[Problem]]:
    """The ledger and its warnings. Raises FilesError with every problem where there is an error."""
    ledger, problems = load_ledger(root, inventory)
    if any(problem.is_error for problem in problems):
        raise FilesError(problems)
    return ledger, problems
