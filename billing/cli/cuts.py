# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing cuts`: who is cut and restored on a day, and the edits of their files."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from billing.books.bill import Books
from billing.cli.common import (
    Session,
    asked_for,
    rows_format_option,
    show_json,
    show_rows,
)
from billing.cli.reached import NotReached, not_reached, waiting_data
from billing.cli.slices import ask_books
from billing.cuts import CutList, cut_list, joined_lists
from billing.money import Rounding
from billing.shapes import cut_data, cut_rows
from reconciler.cli.client.common import finish, gather
from reconciler.cli.context import Repo, say
from reconciler.cli.monitor import tell
from reconciler.cli.options import A_FILE, narrowing_options, on_option, write_options
from reconciler.clients.outcome import Outcome
from reconciler.clients.select import Chosen, all_services
from reconciler.clients.state import activate, suspend
from reconciler.errors import Problem, UsageError
from reconciler.guards import FEW_CUTS, Guarded, limits_of
from reconciler.models import Cause, Status
from reconciler.notify import cut_list_event
from reconciler.suspension import sentences
from reconciler.wording import counted, listing, printable

_COLUMNS = ("list", "client", "service", "open", "due_on", "cut_on", "reason", "invoice")


@click.command()
@narrowing_options
@on_option
@rows_format_option
@click.option("--write", "writes", is_flag=True, help="Edit the clients' files.")
@click.option(
    "--expect",
    type=A_FILE,
    help="A list that `--format json` printed: nobody beyond it is cut or restored.",
)
@click.option(
    "--allow-cuts",
    type=click.IntRange(min=0),
    metavar="N",
    help="Go beyond a zone's limit for up to N cuts.",
)
@click.option(
    "--check-routers",
    is_flag=True,
    help="Ask the routers which cuts and restores of the files have not reached them.",
)
@write_options
@click.pass_obj
def cuts(
    repo: Repo,
    clients: Sequence[str],
    zones: Sequence[str],
    on: date | None,
    form: str,
    writes: bool,
    expect: Path | None,
    allow_cuts: int | None,
    check_routers: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """List who is cut, who is restored and who is held back; with --write, edit the files.

    \b
    Examples:  reconcile billing cuts --format json > cuts.json
               reconcile billing cuts --write --expect cuts.json
    """
    if check_routers and writes:
        raise UsageError("--check-routers asks about the files as they are: leave --write out.")
    session, names = asked_for(repo, clients, zones)

    def lists_of(several: list[Books]) -> list[CutList]:
        return [cut_list(books, settled=writes) for books in several]

    lists = joined_lists(ask_books(session, names, on, lists_of, cutting=True))
    if expect is not None:
        lists = _only_expected(lists, _expected(expect))
    if writes:
        _write(repo, session, lists, allow_cuts, dry_run=dry_run, yes=yes)
    else:
        left = not_reached(repo, clients, zones) if check_routers else None
        _show(lists, form, session, on, left)


def _show(
    lists: Sequence[CutList],
    form: str,
    session: Session,
    on: date | None,
    left: NotReached | None,
) -> None:
    money = Rounding(session.inventory.settings.minor_digits)
    data: dict[str, Any] = {"on": str(on) if on else None, "cuts": [], "restores": [], "held": []}
    for found in lists:
        one = cut_data(found, money)
        data["on"] = max(data["on"] or "", one["on"])
        for name in ("cuts", "restores", "held"):
            data[name] = sorted(data[name] + one[name], key=lambda row: str(row["client"]))
    if form == "json":
        show_json(data if left is None else {**data, "not_reached": waiting_data(left.waiting)})
        raise SystemExit(_code(left))
    show_rows(cut_rows(data), _COLUMNS, form, session.formats, ("open",))
    say(
        f"{counted(len(data['cuts']), 'cut')}, {counted(len(data['restores']), 'restore')},"
        f" {len(data['held'])} held back"
    )
    if left is not None:
        _tell(left)
    raise SystemExit(_code(left))


def _tell(left: NotReached) -> None:
    for router, some in groupby(left.waiting, lambda one: one.router):
        for text in sentences(router, some):
            say(printable(text), "yellow")
    if left.away:
        say(f"Not reached: {listing(left.away)}.", "bold red")
    elif not left.waiting:
        say("The routers hold every cut and restore of the files.")


def _code(left: NotReached | None) -> int:
    """3 where a router could not be asked."""
    return 3 if left is not None and left.away else 0


def _expected(file: Path) -> dict[str, set[tuple[str, str]]]:
    """The names of a list, by which list. Raises UsageError where the file is none."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return {
            name: {(row["client"], row["service"]) for row in data[name]}
            for name in ("cuts", "restores")
        }
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is no list of `reconcile billing cuts --format json`.") from error


def _only_expected(
    lists: Iterable[CutList], expected: dict[str, set[tuple[str, str]]]
) -> list[CutList]:
    """Without the names that were not on the list: since then others may have come due."""
    kept: list[CutList] = []
    for found in lists:
        names = {
            "cuts": [(one.client, one.service) for one in found.cuts],
            "restores": [(one.client, one.service) for one in found.restores],
        }
        for name, listed in names.items():
            for client, service in listed:
                if (client, service) not in expected[name]:
                    say(f"left out: {client}/{service} is not on the expected list", "yellow")
        kept.append(
            CutList(
                found.on,
                [one for one in found.cuts if (one.client, one.service) in expected["cuts"]],
                [
                    one
                    for one in found.restores
                    if (one.client, one.service) in expected["restores"]
                ],
                found.held,
                found.left_out,
            )
        )
    return kept


def _write(
    repo: Repo,
    session: Session,
    lists: Sequence[CutList],
    allowed: int | None,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    _guard(session, lists, allowed)
    acts: dict[tuple[str, str], tuple[date, bool]] = {}
    for found in lists:
        for cut in found.cuts:
            acts[cut.client, cut.service] = (found.on, True)
        for restore in found.restores:
            acts[restore.client, restore.service] = (found.on, False)
        if found.left_out:
            what = counted(len(found.left_out), "invoice")
            say(f"{what} left out: not in the ledger before {found.on}.", "yellow")

    def act(one: Chosen) -> Outcome:
        day, cutting = acts[one.sub.client.id, one.sub.service.id]
        return suspend(one, day, Cause.DEBT) if cutting else activate(one, day)

    chosen = [
        one
        for one in all_services(session.inventory)
        if (one.sub.client.id, one.sub.service.id) in acts
    ]
    formats = session.formats
    edits, notes = gather(chosen, act, skip=True)
    for found in lists:
        for cut in found.cuts:
            owed, why = formats.money(cut.open), formats.sentence(cut.reason)
            say(f"cut {cut.client}/{cut.service}: {owed} open, {why}")
        for restore in found.restores:
            say(f"restore {restore.client}/{restore.service}: {restore.reason}")
    finish(repo, edits, notes, dry_run=dry_run, yes=yes, ask=True)
    if acts and not dry_run:
        zones = Counter(
            session.inventory.clients[client].zone for (client, _), (_, cut) in acts.items() if cut
        )
        restored = sum(not cutting for _, cutting in acts.values())
        tell(repo, [cut_list_event(sorted(zones.items()), restored)])


def _guard(session: Session, lists: Sequence[CutList], allowed: int | None) -> None:
    """Raises Guarded where a zone would lose too many: a missing bank file makes all look late."""
    inventory = session.inventory
    cutting = Counter(inventory.clients[cut.client].zone for found in lists for cut in found.cuts)
    active = Counter(
        client.zone
        for client in inventory.clients.values()
        for service in client.services
        if service.status is Status.ACTIVE
    )
    problems: list[Problem] = []
    for zone, count in sorted(cutting.items()):
        percent = limits_of(inventory.settings.limits, inventory.zones[zone].limits).cuts_percent
        over = count > FEW_CUTS and count * 100 > percent * active[zone]
        if over and (allowed is None or count > allowed):
            problems.append(
                Problem(
                    "limit-cuts",
                    f"{count} of {active[zone]} active services of zone {zone} would be suspended,"
                    f" and the limit is {percent} %.",
                    f"Look at the list; --allow-cuts {count} lets it through",
                    inventory.places.get(id(inventory.zones[zone])),
                )
            )
    if problems:
        raise Guarded(problems)
