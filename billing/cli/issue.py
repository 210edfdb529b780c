# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing issue`: drafts become lines of the ledger, with their numbers."""

from collections.abc import Sequence
from datetime import date

import click

from billing.books.bill import Books
from billing.cli.alone import alone
from billing.cli.appending import append_lines, never_back
from billing.cli.branch import need_main_branch
from billing.cli.common import (
    chosen_clients,
    end_of_day,
    format_option,
    narrowing_options,
    open_ledger,
    show_json,
    show_rows,
    warn,
)
from billing.cli.slices import ask_books
from billing.ledger.writing import Draft, drafts_of, issue_lines
from billing.money import Rounding
from billing.shapes import invoice_data
from reconciler.cli.context import Repo, say
from reconciler.wording import counted

_COLUMNS = ("number", "id", "issued_on", "due_on", "total")


@click.command()
@narrowing_options
@end_of_day
@click.option("--series", default="A", show_default=True, help="What numbers begin with.")
@click.option("--allow-branch", is_flag=True, help="Give numbers on a branch that is not main.")
@format_option
@click.option("--dry-run", is_flag=True, help="Show what would be written and write nothing.")
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
    session = open_ledger(repo)
    warn(session.problems)
    names = chosen_clients(session.inventory, clients, zones)

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
    if form == "json":
        show_json([invoice_data(one, money) for one in issued])
    else:
        rows = [{**invoice_data(one, money)} for one in issued]
        show_rows(rows, _COLUMNS, form, session.formats, ("total",))
    say(f"{counted(len(issued), 'invoice')} {'would be issued' if dry_run else 'issued'}")
