# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing invoices`: what was issued and what would be."""

from collections.abc import Sequence
from datetime import date

import click

from billing.cli.common import (
    books_by_day,
    chosen_clients,
    end_of_day,
    format_option,
    merged,
    narrowing_options,
    open_ledger,
    show_json,
    show_rows,
    status_option,
    warn,
)
from billing.invoices.model import INTERNET, OTHER
from billing.shapes import INVOICE_COLUMNS, account_data, account_row
from reconciler.cli.context import Repo, say
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
@end_of_day
@status_option
@click.option(
    "--kind",
    type=click.Choice([INTERNET, OTHER]),
    help="Only invoices for the service, or only other income.",
)
@format_option
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
    session = open_ledger(repo)
    warn(session.problems)
    names = chosen_clients(session.inventory, clients, zones)
    found = [
        (one.terms.rounding, account)
        for one in merged(books_by_day(session, names, on))
        for account in one.accounts
        if (not statuses or account.status in statuses) and kind in (None, account.invoice.kind)
    ]
    if form == "json":
        show_json([account_data(account, money) for money, account in found])
        return
    rows = [account_row(account, money) for money, account in found]
    columns = _SHORT if form == "text" else INVOICE_COLUMNS
    show_rows(rows, columns, form, session.formats, ("total", "open"))
    drafts = sum(account.invoice.is_draft for _, account in found)
    say(f"{counted(len(found), 'invoice')}, {counted(drafts, 'draft')} among them")
