# SPDX-License-Identifier: GPL-3.0-or-later
"""`client bind`: MAC and interface as the router sees them, written into the files."""

from collections.abc import Iterable, Sequence

import click
from rich.text import Text

from reconciler.cli.client.common import Selection, finish, selection_options
from reconciler.cli.console import print_table
from reconciler.cli.context import Repo, err, say
from reconciler.cli.options import write_options
from reconciler.clients.bind import MENUS, Proposal, Sightings, propose, read_sightings
from reconciler.clients.select import Chosen
from reconciler.edit import Edit
from reconciler.errors import RouterError, UsageError
from reconciler.models import Router
from reconciler.router import Read, connect
from reconciler.run import endpoint_of
from reconciler.staging import EditFile


@click.command("bind")
@selection_options()
@click.option("--missing", is_flag=True, help="Only services whose file has no MAC address.")
@write_options
@click.pass_obj
def bind(
    repo: Repo,
    selection: Selection,
    missing: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Write the MAC address and the interface that the router knows of each client.

    They are read from /ip/arp, DHCP leases and open PPPoE sessions. With `binding: arp` the next
    apply makes static ARP entries of them.

    \b
    Examples:  reconcile client bind rosa-angeles
               reconcile client bind --zone centro --missing --dry-run
    """
    chosen = [
        one
        for one in selection.services(repo.loaded.inventory)
        if one.sub.service.has_rows and not (missing and one.sub.service.mac is not None)
    ]
    if not chosen and selection.ids:
        raise UsageError("None of these clients has a service that could be bound.")
    proposals, away = _proposals(repo, chosen)
    _print(proposals)
    edits: dict[str, list[Edit]] = {}
    for one in proposals:
        if one.edits():
            edits.setdefault(one.chosen.file, []).extend(one.edits())
    acts = [EditFile(file, tuple(some)) for file, some in edits.items()]
    finish(repo, acts, dry_run=dry_run, yes=yes, ask=True)
    if away:
        raise SystemExit(3)
    if selection.ids and not any(one.seen for one in proposals):
        raise SystemExit(1)


def _proposals(repo: Repo, chosen: Iterable[Chosen]) -> tuple[list[Proposal], bool]:
    """Proposals of all routers that could be read; whether one could not."""
    by_router: dict[str, list[Chosen]] = {}
    for one in chosen:
        by_router.setdefault(one.sub.router.id, []).append(one)
    found: list[Proposal] = []
    away = False
    for ones in by_router.values():
        router = ones[0].sub.router
        try:
            sightings = _look(repo, router)
        except RouterError as error:
            say(f"{router.id}: {error}", "bold red")
            away = True
            continue
        found += [propose(one, sightings) for one in ones]
    return found, away


def _look(repo: Repo, router: Router) -> Sightings:
    endpoint = endpoint_of(router, repo.loaded.secrets, repo.loaded.inventory.where(router))
    with connect(endpoint) as session:
        answers = session.read([Read(path, fields) for path, fields in MENUS.items()])
    return read_sightings(dict(zip(MENUS, answers, strict=True)))


def _print(proposals: Sequence[Proposal]) -> None:
    """What is in the files against what was seen, on stderr: the diff is the data."""
    if not proposals:
        return
    rows = [
        (
            one.chosen.sub.id,
            one.chosen.sub.service.mac or "-",
            one.seen.mac if one.seen else "-",
            one.chosen.sub.interface or "-",
            (one.seen and one.seen.interface) or "-",
            Text(
                one.reason or ("to write" if one.edits() else "as it is"),
                "green" if one.edits() else "dim",
            ),
        )
        for one in proposals
    ]
    heads = ("service", "mac in the file", "mac seen", "interface now", "interface seen", "")
    print_table(heads, rows, console=err())
