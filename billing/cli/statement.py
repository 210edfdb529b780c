# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing statement`: a client's movements and balance."""

from datetime import date
from decimal import Decimal
from typing import Any

import click

from billing.cli.common import (
    asked_for,
    books_by_day,
    rows_format_option,
    show_rows,
)
from billing.money import ZERO, Rounding
from billing.statement import Row
from billing.statement import statement as rows_of
from reconciler.cli.context import Repo
from reconciler.cli.options import Day, client_argument, on_option

_COLUMNS = ("date", "text", "charge", "payment", "balance")


@click.command()
@client_argument
@on_option
@click.option(
    "--since",
    type=Day(),
    help="From this day on; what was before is one line.",
)
@rows_format_option
@click.pass_obj
def statement(repo: Repo, client: str, on: date | None, since: date | None, form: str) -> None:
    """Show what CLIENT was charged and paid, with the balance after each.

    \b
    Example:  reconcile billing statement ernesto-diaz --since 2026-10-01
    """
    session, names = asked_for(repo, (client,))
    (books,) = books_by_day(session, names, on)
    rows = _rows(rows_of(books, client), since, books.clients[0].terms.rounding)
    show_rows(rows, _COLUMNS, form, session.formats, _COLUMNS[2:])


def _rows(found: list[Row], since: date | None, money: Rounding) -> list[dict[str, Any]]:
    before = [row for row in found if since is not None and row.day < since]
    rows: list[dict[str, Any]] = []
    if before:
        rows.append(_row(str(since), "balance before", ZERO, before[-1].balance, money))
    rows += [
        _row(str(row.day), row.text, row.change, row.balance, money) for row in found[len(before) :]
    ]
    return rows


def _row(day: str, text: str, change: Decimal, balance: Decimal, money: Rounding) -> dict[str, Any]:
    return {
        "date": day,
        "text": text,
        "charge": money.text(change) if change > 0 else None,
        "payment": money.text(-change) if change < 0 else None,
        "balance": money.text(balance),
    }
