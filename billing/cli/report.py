# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing report`: billed, collected, overdue; as text, JSON, CSV or a page with a chart."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from billing.cli.common import (
    asked_for,
    books_by_day,
    rows_format_option,
    show_json,
    show_rows,
    today_of,
)
from billing.money import Rounding
from billing.pages.report import report_page
from billing.report import report_data
from reconciler.cli.context import Repo, say
from reconciler.cli.options import NEW_FILE, narrowing_options, on_option
from reconciler.staging import write_whole

_TABLES = ("months", "ages", "zones", "plans")


@click.command()
@narrowing_options
@on_option
@rows_format_option
@click.option(
    "--table",
    type=click.Choice(_TABLES),
    default="months",
    show_default=True,
    help="csv: which of the tables.",
)
@click.option(
    "--html",
    "page",
    type=NEW_FILE,
    help="Write one page with a chart to a file.",
)
@click.pass_obj
def report(
    repo: Repo,
    clients: Sequence[str],
    zones: Sequence[str],
    on: date | None,
    form: str,
    table: str,
    page: Path | None,
) -> None:
    """Sum up what was billed and collected by month, what is open by age, zones and plans.

    \b
    Example:  reconcile billing report --on 2026-11-30 --html report.html
    """
    session, names = asked_for(repo, clients, zones)
    inventory = session.inventory
    several = books_by_day(session, names, on)
    days = [books.on for books in several]
    days += [] if days else [on or today_of(inventory, zone) for zone in inventory.zones.values()]
    money = Rounding(inventory.settings.minor_digits)
    last = max(days, default=date.min)
    data = report_data(several, last, inventory.settings.currency, money)
    formats = session.formats
    if page is not None:
        write_whole(page, report_page(data, formats).encode())
        say(f"written: {page}")
    if form == "json":
        show_json(data)
        return
    for name in (table,) if form == "csv" else _TABLES:
        rows = data[name]
        if rows:
            columns = list(rows[0])
            show_rows(rows, columns, form, formats, columns[1:])
    if form == "text":
        say(f"open {formats.money(data['open'])}, credit {formats.money(data['credit'])}")
