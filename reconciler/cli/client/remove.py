# SPDX-License-Identifier: GPL-3.0-or-later
"""`client delete` and `forget`."""

from collections.abc import Sequence

import click

from billing.cli.common import open_ledger
from billing.invoices.model import Invoice
from billing.ledger.model import Credit, Payment
from reconciler.cli.client.common import finish, ids_argument
from reconciler.cli.context import Repo
from reconciler.cli.options import client_argument, write_options
from reconciler.clients.select import find_client
from reconciler.edit import Put
from reconciler.errors import ReconcileError, UsageError, Where
from reconciler.staging import DeleteFile, EditFile

WORD = "eliminar_clientes"


@click.command("delete")
@client_argument
@click.option("--confirm", "word", metavar=WORD, help=f"The word {WORD}, typed out.")
@write_options
@click.pass_obj
def delete(repo: Repo, client: str, word: str | None, dry_run: bool, yes: bool) -> None:
    """Delete one client's file; the next apply takes the rows off the router.

    `cancel` keeps what was; this does not. Whom the ledger names is refused: what was billed and
    paid needs its client.

    \b
    Example:  reconcile client delete escuela-benito-juarez --confirm eliminar_clientes
    """
    if word != WORD:
        raise UsageError(
            f"Deleting {client} takes the rows off the router at the next apply. If that is"
            f" what you want, add --confirm {WORD}"
        )
    found = find_client(repo.loaded.inventory, client)
    _need_no_lines(repo, found.id)
    notes = [f"{client} goes with all of its history; `client cancel` would keep it."]
    file = repo.loaded.inventory.where(found).file
    finish(repo, [DeleteFile(file)], notes, dry_run=dry_run, yes=yes, ask=True)


def _need_no_lines(repo: Repo, client: str) -> None:
    """Raises ReconcileError where the ledger names the client: without its file nobody could be
    billed any more."""
    part = open_ledger(repo).ledger.of(client)
    lines: list[Invoice | Payment | Credit] = [*part.invoices, *part.payments, *part.credits]
    if lines:
        raise ReconcileError(
            f"{Where(lines[0].file, lines[0].row)} names {client}, and who has lines in the ledger"
            f" keeps a file. `reconcile client cancel {client}` takes the rows off the router and"
            " ends billing. Nothing was written."
        )


@click.command("forget")
@ids_argument
@write_options
@click.pass_obj
def forget(repo: Repo, ids: Sequence[str], dry_run: bool, yes: bool) -> None:
    """Leave clients' rows on the router as they are, and take only our marks off.

    Billing goes on. `client set ID --manage true` takes them back (`plan --adopt` then).

    \b
    Example:  reconcile client forget escuela-benito-juarez
    """
    if not ids:
        raise UsageError("Name at least one client.")
    inventory = repo.loaded.inventory
    acts = [
        EditFile(inventory.where(find_client(inventory, name)).file, (Put(("manage",), "false"),))
        for name in ids
    ]
    finish(repo, acts, dry_run=dry_run, yes=yes, ask=len(acts) > 1)
