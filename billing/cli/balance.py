# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing balance`: what each client owes, or is owed."""

from collections.abc import Sequence
from datetime import date

import click

from billing.books.bill import Books
from billing.cli.common import (
    asked_for,
    merged,
    rows_format_option,
    show_rows,
)
from billing.cli.slices import ask_books
from billing.shapes import balance_data
from reconciler.cli.context import Repo
from reconciler.cli.options import narrowing_options, on_option

_COLUMNS = ("client", "open", "credit", "balance")


@click.command()
@narrowing_options
@on_option
@rows_format_option
@click.pass_obj
def balance(
    repo: Repo, clients: Sequence[str], zones: Sequence[str], on: date | None, form: str
) -> None:
    """Show what is open, what is credit, and the difference, for each client.

    \b
    Example:  reconcile billing balance --zone norte
    """
    session, names = asked_for(repo, clients, zones)

    def balances(several: list[Books]) -> list[dict[str, str]]:
        return [balance_data(one) for one in merged(several)]

    rows = [row for some in ask_books(session, names, on, balances) for row in some]
    show_rows(rows, _COLUMNS, form, session.formats, _COLUMNS[1:])
