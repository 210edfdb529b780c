# SPDX-License-Identifier: GPL-3.0-or-later
"""What the billing commands share: options, the books of a day, tables. May import anything."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import click

from billing.books.bill import Books, ClientBooks, bill
from billing.jsontext import json_text
from billing.ledger.loading import load_sound
from billing.ledger.model import Ledger
from billing.locale import Formats, formats_of
from billing.shapes import csv_text
from reconciler.cli.console import print_table
from reconciler.cli.context import Repo, print_data, say
from reconciler.cli.options import format_option
from reconciler.errors import Problem, UsageError
from reconciler.inventory import Inventory
from reconciler.models import Zone
from reconciler.wording import printable, unknown

_DATES = frozenset("date start end issued_on due_on cut_on notice_on".split())
_SENTENCES = frozenset(("reason", "text"))
STATUSES = ("draft", "issued", "paid", "void", "transferred")


status_option = click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(STATUSES),
    help="Only invoices in this state; may be given several times.",
)
rows_format_option = format_option(
    ("text", "json", "csv"), "For people, for programs, for spreadsheets."
)


@dataclass(frozen=True)
class Session:
    """A sound repository with its ledger; `problems` are the ledger's warnings."""

    inventory: Inventory
    ledger: Ledger
    problems: tuple[Problem, ...]

    @cached_property
    def formats(self) -> Formats:
        """How people read amounts and dates here."""
        return formats_of(self.inventory.settings)


def open_ledger(repo: Repo) -> Session:
    """Raises FilesError with every problem where files or ledger hold an error."""
    inventory = repo.loaded.inventory
    ledger, problems = load_sound(repo.root, inventory)
    return Session(inventory, ledger, tuple(problems))


def asked_for(
    repo: Repo, clients: Sequence[str], zones: Sequence[str] = ()
) -> tuple[Session, list[str]]:
    """The ledger, its warnings told, and the ids of the clients asked for; raises as both do."""
    session = open_ledger(repo)
    warn(session.problems)
    return session, chosen_clients(session.inventory, clients, zones)


def chosen_clients(inventory: Inventory, clients: Sequence[str], zones: Sequence[str]) -> list[str]:
    """The ids of the clients asked for, all where nothing is. Raises UsageError for unknown ids."""
    for noun, asked, known in (
        ("client", clients, inventory.clients),
        ("zone", zones, inventory.zones),
    ):
        for name in asked:
            if name not in known:
                raise UsageError(unknown(noun, name, known))
    if not clients and not zones:
        return list(inventory.clients)
    return [one.id for one in inventory.clients.values() if one.id in clients or one.zone in zones]


def today_of(inventory: Inventory, zone: Zone, *, cutting: bool = False) -> date:
    """The local date of a zone; for cuts, before its cut time, the day before."""
    now = datetime.now(ZoneInfo(zone.timezone or inventory.settings.timezone))
    if cutting and zone.billing is not None and now.time() < zone.billing.cut_time:
        return now.date() - timedelta(days=1)
    return now.date()


def books_by_day(
    session: Session, names: Sequence[str], on: date | None, *, cutting: bool = False
) -> list[Books]:
    """The books of these clients, one set a date: zones may have different todays."""
    inventory = session.inventory
    by_day: dict[date, set[str]] = {}
    for name, day in days_of(inventory, names, on, cutting=cutting).items():
        by_day.setdefault(day, set()).add(name)
    made = [bill(inventory, session.ledger, day, some) for day, some in sorted(by_day.items())]
    warn(problem for books in made for problem in books.problems)
    return made


def days_of(
    inventory: Inventory, names: Sequence[str], on: date | None, *, cutting: bool = False
) -> dict[str, date]:
    """The date given for each client, else today in the client's zone."""
    if on is not None:
        return dict.fromkeys(names, on)
    zones = {name: inventory.zones[inventory.clients[name].zone] for name in names}
    todays = {
        zone.id: today_of(inventory, zone, cutting=cutting)
        for zone in {zone.id: zone for zone in zones.values()}.values()
    }
    return {name: todays[zone.id] for name, zone in zones.items()}


def day_of(inventory: Inventory, client: str, on: date | None) -> date:
    """The date given, else today in the zone of a client."""
    return days_of(inventory, (client,), on)[client]


def merged(several: Iterable[Books]) -> list[ClientBooks]:
    """All clients in the order of their ids."""
    return sorted(
        (one for books in several for one in books.clients), key=lambda one: one.client.id
    )


def warn(problems: Iterable[Problem]) -> None:
    """Warnings on stderr, each once."""
    for problem in dict.fromkeys(problems):
        say(printable(str(problem)), "yellow")


def show_rows(
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
    form: str,
    formats: Formats,
    amounts: Collection[str] = (),
) -> None:
    """A table for people, with amounts and dates as they read them; CSV and JSON with plain."""
    if form == "json":
        show_json(rows)
        return
    if form == "csv":
        print_data(csv_text(rows, columns).removesuffix("\n"))
        return
    heads = {name: name.replace("_", " ") for name in columns}
    cells = (
        [printable(_read(name, row[name], formats, name in amounts)) for name in columns]
        for row in rows
    )
    print_table(list(heads.values()), cells, right=[heads[name] for name in amounts])


def _read(column: str, value: object, formats: Formats, is_amount: bool) -> str:
    """A cell for people; whole numbers are counts, and stay."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        if is_amount:
            return formats.amount(value)
        if column in _DATES:
            return formats.day(value)
        if column == "month":
            return formats.month(value)
        if column in _SENTENCES:
            return formats.sentence(value)
    return str(value)


def show_json(data: object) -> None:
    print_data(json_text(data))
