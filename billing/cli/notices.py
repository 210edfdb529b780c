# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing notices`: who is reminded on screen."""

from collections.abc import Sequence
from datetime import date

import click

from billing.books.bill import Books
from billing.cli.common import (
    asked_for,
    rows_format_option,
    show_rows,
)
from billing.cli.slices import ask_books
from billing.money import Rounding
from billing.notices import NoticeList, notice_list
from billing.shapes import notice_data
from reconciler.cli.context import Repo, say
from reconciler.cli.options import narrowing_options, on_option
from reconciler.wording import counted

_COLUMNS = ("client", "service", "address", "invoice", "open", "notice_on", "due_on")


@click.command()
@narrowing_options
@on_option
@rows_format_option
@click.pass_obj
def notices(
    repo: Repo, clients: Sequence[str], zones: Sequence[str], on: date | None, form: str
) -> None:
    """List the services between the notice date of an open invoice and its payment.

    \b
    Example:  reconcile billing notices --on 2026-11-29
    """
    session, names = asked_for(repo, clients, zones)

    def lists_of(several: list[Books]) -> list[NoticeList]:
        return [notice_list(books) for books in several]

    lists = [one for some in ask_books(session, names, on, lists_of) for one in some]
    money = Rounding(session.inventory.settings.minor_digits)
    rows = sorted(
        (row for found in lists for row in notice_data(found, money)),
        key=lambda row: str(row["client"]),
    )
    show_rows(rows, _COLUMNS, form, session.formats, ("open",))
    left_out = sum(len(found.left_out) for found in lists)
    if left_out:
        what = counted(left_out, "invoice")
        say(f"{what} left out: not in the ledger before that day. See `reconcile billing issue`.")
