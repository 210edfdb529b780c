# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing export`: the books for accounting programs."""

from datetime import date

import click

from billing.books.bill import Books
from billing.cli.common import books_by_day, open_ledger, warn
from billing.exports import beancount, hledger, journal_csv, journal_json
from reconciler.cli.context import Repo, print_data
from reconciler.cli.options import format_option, on_option

_FORMATS = {
    "beancount": beancount,
    "hledger": hledger,
    "csv": journal_csv,
    "json": journal_json,
}


@click.command()
@on_option
@format_option(_FORMATS, "For beancount, hledger, spreadsheets, other programs.")
@click.pass_obj
def export(repo: Repo, on: date | None, form: str) -> None:
    """Print the books as double entries: receivables, cash, income, taxes, advances.

    \b
    Example:  reconcile billing export --format beancount --on 2026-11-30
    """
    session = open_ledger(repo)
    warn(session.problems)
    several = books_by_day(session, list(session.inventory.clients), on)
    whole = Books(
        max((books.on for books in several), default=on or date.min),
        session.inventory,
        session.ledger,
        tuple(one for books in several for one in books.clients),
    )
    print_data(_FORMATS[form](whole).removesuffix("\n"))
