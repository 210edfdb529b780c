# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing issue`: drafts become lines of the ledger, with their numbers."""

from collections.abc import Sequence
from datetime import date

import click

from billing.books.bill import Books
from billing.cli.alone import alone
from billing.cli.appending import append_lines, never_back
from billing.cli.branch import branch_option, need_main_branch, series_option
from billing.cli.common import (
    asked_for,
    rows_format_option,
    show_rows,
)
from billing.cli.slices import ask_books
from billing.ledger.writing import Draft, drafts_of, issue_lines
from billing.money import Rounding
from billing.shapes import invoice_data
from reconciler.cli.context import Repo, say
from reconciler.cli.options import dry_run_option, narrowing_options, on_option
from reconciler.wording import counted

_COLUMNS = ("number", "id", "issued_on", "due_on", "total")


@click.command()
@narrowing_options
@on_option
@series_option
@branch_option
@rows_format_option
@dry_run_option
@click.pass_obj
@alone
def issue(
    repo: Repo,
    clients: Sequence[str],
    zones: Sequence[str],
    on: date | None,
    series: str,
    allow_branch: bool,
    form: str,
    dry_run: bool,
) -> None:
    """Write every draft up to a date to the ledger; days that were missed are caught up in order.

    \b
    Example:  reconcile billing issue --on 2026-11-25
    """
    if not (series.isascii() and series.isalnum() and len(series) <= 10):
        raise click.BadParameter("Take up to 10 letters and digits.", param_hint="--series")
    need_main_branch(repo.root, allow_branch)
    session, names = asked_for(repo, clients, zones)

    def drafts_by_day(several: list[Books]) -> list[tuple[date, list[Draft]]]:
        return [(books.on, drafts_of(books)) for books in several]

    asked = [one for some in ask_books(session, names, on, drafts_by_day) for one in some]
    drafts = [draft for _, some in asked for draft in some]
    money = Rounding(session.inventory.settings.minor_digits)
    if drafts:
        day = max(day for day, _ in asked)
        never_back(session.ledger, day)
        done = issue_lines(drafts, session.ledger, day, series, money)
        if not dry_run:
            append_lines(repo, done.lines)
        issued = done.invoices
    else:
        issued = []
    rows = [invoice_data(one, money) for one in issued]
    show_rows(rows, _COLUMNS, form, session.formats, ("total",))
    say(f"{counted(len(issued), 'invoice')} {'would be issued' if dry_run else 'issued'}")
