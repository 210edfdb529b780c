# SPDX-License-Identifier: GPL-3.0-or-later
"""`client export --csv` and `client import --csv`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from rich.text import Text

from reconciler.cli.client.common import Selection, finish, selection_options, today_in
from reconciler.cli.client.ledger import issued_on
from reconciler.cli.console import print_table
from reconciler.cli.context import Repo, err, say
from reconciler.cli.options import A_FILE, on_option, write_options
from reconciler.clients.columns import EXPORTED, columns_of, row_of
from reconciler.clients.select import all_services, choose
from reconciler.clients.sheet import read_sheet, write_sheet
from reconciler.clients.upload import Difference, Uploader
from reconciler.errors import FilesError
from reconciler.staging import write_whole
from reconciler.wording import counted, printable

_STDOUT = "-"


@click.command("export")
@click.option(
    "--csv",
    "file",
    is_flag=False,
    flag_value=_STDOUT,
    default=_STDOUT,
    metavar="[FILE]",
    help="Where to; default: standard output.",
)
@click.option(
    "--columns", multiple=True, metavar="NAMES", help="Which columns, separated by commas."
)
@click.option("--excel", is_flag=True, help="Semicolons and a byte order mark, as Excel likes.")
@selection_options(ids=False)
@click.pass_obj
def export_sheet(
    repo: Repo,
    file: str,
    columns: Sequence[str],
    excel: bool,
    selection: Selection,
) -> None:
    """Write clients as CSV, one line a service.

    \b
    Examples:  reconcile client export --csv clients.csv --excel
               reconcile client export --csv --zone norte --columns id,plan,zone,password
    """
    inventory = repo.loaded.inventory
    filters = selection.filters
    chosen = all_services(inventory) if filters.is_empty else choose(inventory, (), filters)
    names = columns_of(columns, EXPORTED)
    if "id" not in names:
        names = ["id", *names]
    data = write_sheet([row_of(one, names) for one in chosen], names, excel=excel)
    if file == _STDOUT:
        click.echo(data, nl=False)
        return
    write_whole(Path(file), data)
    say(f"{counted(len(chosen), 'service')} written to {file}")


@click.command("import")
@click.option(
    "--csv",
    "file",
    required=True,
    type=A_FILE,
    help="A sheet with a column `id`; commas, semicolons or tabs, UTF-8 or windows-1252.",
)
@click.option("--new", "create", is_flag=True, help="Lines with an unknown id are new clients.")
@on_option
@write_options
@click.pass_obj
def import_sheet(
    repo: Repo, file: Path, create: bool, on: date | None, dry_run: bool, yes: bool
) -> None:
    """Change clients by a spreadsheet: each cell that differs from the files.

    An empty cell changes nothing, `none` takes a field out. Who comes to another mode needs the
    columns plan and zone, for hotspot password too, for pppoe also local_address.

    \b
    Examples:  reconcile client import --csv clients.csv --dry-run
               reconcile client import --csv newcomers.csv --new
    """
    inventory = repo.loaded.inventory
    sheet, problems = read_sheet(file.read_bytes(), file.name)
    if problems:
        raise FilesError(problems)
    day = today_in(repo, None, on)
    issued = issued_on(repo.root, {day})
    upload = Uploader(inventory, sheet, file.name, day, issued, create=create).run()
    if upload.problems:
        raise FilesError(upload.problems)
    _print(upload.differences)
    finish(repo, upload.acts, upload.notes, dry_run=dry_run, yes=yes, ask=True)


def _print(differences: Sequence[Difference]) -> None:
    """Before and after of each cell, on stderr: the diff is the data."""
    if not differences:
        return
    rows = [
        (
            one.client,
            one.column,
            Text(_shown(one.column, one.before), "red"),
            Text(_shown(one.column, one.after), "green"),
        )
        for one in differences
    ]
    print_table(("client", "column", "before", "after"), rows, console=err())
    clients = len({one.client for one in differences})
    say(f"Differing: {counted(len(differences), 'cell')} of {counted(clients, 'client')}.")


def _shown(column: str, value: str) -> str:
    return "***" if value and "password" in column else printable(value) or "-"
