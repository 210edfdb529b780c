# SPDX-License-Identifier: GPL-3.0-or-later
"""`client list`: services of clients as a table, JSON, CSV or GeoJSON."""

import json
from collections.abc import Sequence
from dataclasses import replace

import click
from rich.text import Text

from reconciler.cli.client.common import Selection, selection_options
from reconciler.cli.client.money import MONEY, money_of
from reconciler.cli.console import print_table
from reconciler.cli.context import Repo, say
from reconciler.cli.options import format_option, ids_option
from reconciler.clients.columns import (
    DEFAULT,
    columns_of,
    geojson,
    row_of,
    row_without_service,
)
from reconciler.clients.select import all_services, choose, without_services
from reconciler.clients.sheet import write_sheet
from reconciler.wording import counted, printable

_STYLES = {"suspended": "yellow", "cancelled": "dim", "free": "cyan"}


@click.command("list")
@selection_options(ids=False)
@ids_option("router", "Services on this router")
@click.option("--search", metavar="TEXT", default="", help="Text in names, contacts, addresses.")
@click.option(
    "--columns", multiple=True, metavar="NAMES", help="Which columns, separated by commas."
)
@format_option(("table", "json", "csv", "geojson"), "For people, programs, spreadsheets or maps.")
@click.pass_obj
def list_clients(
    repo: Repo,
    selection: Selection,
    routers: Sequence[str],
    search: str,
    columns: Sequence[str],
    form: str,
) -> None:
    """List clients, one line a service.

    \b
    Examples:  reconcile client list --zone norte --status suspended
               reconcile client list --columns id,name,phone,balance --status suspended
               reconcile client list --format geojson > map.geojson
    """
    inventory = repo.loaded.inventory
    filters = replace(selection.filters, routers=tuple(routers), text=search.strip())
    names = columns_of(columns, DEFAULT, MONEY)
    chosen = all_services(inventory) if filters.is_empty else choose(inventory, (), filters)
    if form == "geojson":
        click.echo(json.dumps(geojson(chosen), ensure_ascii=False, indent=1))
        return
    bare = without_services(inventory, filters)
    clients = dict.fromkeys((*(one.sub.client.id for one in chosen), *(one.id for one in bare)))
    of_files = [name for name in names if name not in MONEY]
    money = money_of(repo, list(clients)) if len(of_files) < len(names) else {}
    rows = [row_of(one, of_files) | money.get(one.sub.client.id, {}) for one in chosen]
    rows += [
        row_without_service(one, inventory.where(one).file, of_files) | money.get(one.id, {})
        for one in bare
    ]
    rows = [{name: row[name] for name in names} for row in rows]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif form == "csv":
        click.echo(write_sheet(rows, names), nl=False)
    else:
        _print_table(rows, names)
        say(f"{counted(len(clients), 'client')}, {counted(len(chosen), 'service')}")


def _print_table(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> None:
    def cells(row: dict[str, str]) -> list[Text]:
        style = _STYLES.get(row.get("status", ""), "")
        return [Text(printable(row[name]), style) for name in columns]

    print_table(columns, map(cells, rows), right=MONEY)
