# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing import-payments`: a file of a bank or gateway as payments of the ledger."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from billing.books.bill import bill
from billing.cli.alone import alone
from billing.cli.common import Session, open_ledger, show_json, show_rows, warn
from billing.cli.paying import check_payments, stage_payments
from billing.imports.maps import read_map
from billing.imports.matching import Directory
from billing.imports.reading import Arrival, Importer
from billing.imports.rows import Reader
from billing.imports.table import read_table
from billing.ledger.model import Ledger
from billing.money import ZERO, Rounding
from reconciler.cli.client.common import print_diff
from reconciler.cli.context import Repo, say
from reconciler.cli.options import A_FILE, day_option, dry_run_option, format_option
from reconciler.errors import Problem, ReconcileError
from reconciler.report import problem_data
from reconciler.staging import write
from reconciler.wording import counted

_COLUMNS = ("client", "paid", "balance_before", "balance_after")


@click.command()
@click.argument("file", type=A_FILE)
@click.option(
    "--map",
    "map_name",
    required=True,
    metavar="NAME",
    help="What its columns mean: ledger/maps/NAME.yaml, or the path of such a file.",
)
@day_option("Payments after this date are not believed, and balances are of it; default: today.")
@click.option(
    "--skip-unmatched", is_flag=True, help="Write the payments that are sure, and leave the others."
)
@format_option()
@dry_run_option
@click.pass_obj
@alone
def import_payments(
    repo: Repo,
    file: Path,
    map_name: str,
    on: date | None,
    skip_unmatched: bool,
    form: str,
    dry_run: bool,
) -> None:
    """Write the payments of a bank's or gateway's FILE to the ledger, each once.

    Whose a payment is, is never guessed: rows that name nobody or several are listed, and nothing
    is written while there are any, unless --skip-unmatched leaves them out.

    \b
    Example:  reconcile billing import-payments movimientos.csv --map banco --dry-run
    """
    session = open_ledger(repo)
    how = read_map(repo.root, map_name)
    table = read_table(file.read_bytes(), how, str(file))
    if table.is_guessed:
        say(f"{file} is not UTF-8: read as {table.encoding}.", "yellow")
    reader = Reader(how, session.inventory.settings.minor_digits)
    directory = Directory(session.inventory, session.ledger)
    found = Importer(reader, directory, session.ledger, _zones(session), repo.today(on))
    found.read(table, str(file))
    staged = stage_payments(repo.root, [_line(one) for one in found.arrivals])
    ledger = check_payments(repo.root, session, staged)
    refused = bool(found.problems) and not skip_unmatched
    warn(sorted([*found.problems, *found.warnings], key=lambda one: one.sort_key))
    writes = bool(staged) and not refused and not dry_run
    changes = _changes(session, ledger, found.arrivals, repo.today(on))
    if form == "json":
        show_json(_data(found, changes, writes))
    else:
        print_diff(staged)
        show_rows(changes, _COLUMNS, form, session.formats, _COLUMNS[1:])
    say(
        f"{counted(len(found.arrivals), 'payment')}, {found.known} there already,"
        f" {found.ignored} ignored, {len(found.problems)} not sure"
    )
    if refused:
        raise ReconcileError(
            f"Nothing was written: {counted(len(found.problems), 'row')} of {file} cannot be a"
            " payment for sure. --skip-unmatched writes the others."
        )
    if dry_run:
        say("Dry run: nothing was written.")
    elif writes:
        write(repo.root, staged)
        say("\n".join(f"changed {one.file}" for one in staged))


def _zones(session: Session) -> Callable[[str], ZoneInfo]:
    """A client's time zone, and the company's for nobody."""
    inventory = session.inventory

    def zone_of(client: str) -> ZoneInfo:
        zone = inventory.zones[inventory.clients[client].zone] if client else None
        return ZoneInfo((zone and zone.timezone) or inventory.settings.timezone)

    return zone_of


def _line(one: Arrival) -> dict[str, str]:
    """A line of the payments, as texts."""
    return {
        "date": str(one.date),
        "client": one.client,
        "amount": format(one.amount, "f"),
        "method": one.method,
        "reference": one.reference,
        "invoice": one.invoice,
        "note": one.note,
    }


def _changes(
    session: Session, after: Ledger, arrivals: Sequence[Arrival], day: date
) -> list[dict[str, str]]:
    """What each client paid, and the balance without and with it."""
    paid: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in arrivals:
        paid[one.client] += one.amount
    money = Rounding(session.inventory.settings.minor_digits)
    before, then = (
        {one.client.id: one.balance for one in bill(session.inventory, ledger, day, paid).clients}
        for ledger in (session.ledger, after)
    )
    return [
        {
            "client": client,
            "paid": money.text(paid[client]),
            "balance_before": money.text(before[client]),
            "balance_after": money.text(then[client]),
        }
        for client in sorted(paid)
    ]


def _data(found: Importer, changes: Sequence[dict[str, str]], written: bool) -> dict[str, Any]:
    def listed(problems: Sequence[Problem]) -> list[dict[str, Any]]:
        return [problem_data(one) for one in sorted(problems, key=lambda one: one.sort_key)]

    return {
        "written": written,
        "payments": [{"line": one.line, **_line(one)} for one in found.arrivals],
        "clients": list(changes),
        "known": found.known,
        "ignored": found.ignored,
        "unmatched": listed(found.problems),
        "warnings": listed(found.warnings),
    }
