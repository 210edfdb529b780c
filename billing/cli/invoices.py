# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing invoices`: what was issued and what would be."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from billing.books.account import Account
from billing.books.bill import Books
from billing.cli.common import (
    asked_for,
    merged,
    rows_format_option,
    show_rows,
    status_option,
)
from billing.cli.slices import ask_books
from billing.invoices.model import INTERNET, OTHER
from billing.jsontext import items_text, list_text
from billing.money import Rounding
from billing.shapes import INVOICE_COLUMNS, account_data, account_row
from reconciler.cli.context import Repo, print_pieces, say
from reconciler.cli.options import narrowing_options, on_option
from reconciler.wording import counted

_SHORT = (
    "number",
    "id",
    "start",
    "end",
    "issued_on",
    "due_on",
    "cut_on",
    "total",
    "open",
    "status",
)


@click.command()
@narrowing_options
@on_option
@status_option
@click.option(
    "--kind",
    type=click.Choice([INTERNET, OTHER]),
    help="Only invoices for the service, or only other income.",
)
@rows_format_option
@click.pass_obj
def invoices(
    repo: Repo,
    clients: Sequence[str],
    zones: Sequence[str],
    on: date | None,
    statuses: Sequence[str],
    kind: str | None,
    form: str,
) -> None:
    """List every invoice up to a date: issued ones, and drafts that `issue` would write.

    \b
    Examples:  reconcile billing invoices --on 2026-11-30
               reconcile billing invoices --client ana-lopez --format json
    """
    session, names = asked_for(repo, clients, zones)

    def chosen(several: list[Books]) -> list[tuple[Account, Rounding]]:
        return [
            (account, one.terms.rounding)
            for one in merged(several)
            for account in one.accounts
            if (not statuses or account.status in statuses) and kind in (None, account.invoice.kind)
        ]

    def as_text(several: list[Books]) -> str:
        return items_text([account_data(*one) for one in chosen(several)])

    def as_rows(several: list[Books]) -> list[dict[str, Any]]:
        return [account_row(*one) for one in chosen(several)]

    if form == "json":
        print_pieces(list_text(ask_books(session, names, on, as_text)))
        return
    rows = [row for some in ask_books(session, names, on, as_rows) for row in some]
    columns = _SHORT if form == "text" else INVOICE_COLUMNS
    show_rows(rows, columns, form, session.formats, ("total", "open"))
    drafts = sum(row["status"] == "draft" for row in rows)
    say(f"{counted(len(rows), 'invoice')}, {counted(drafts, 'draft')} among them")
