# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile secrets rotate`: encrypt anew what the files hold, or raise derived passwords."""

import click

from reconciler.cli.client.common import finish
from reconciler.cli.context import Repo
from reconciler.cli.options import narrowing_options, write_options
from reconciler.clients.select import Filters, choose
from reconciler.errors import UsageError
from reconciler.models import Client
from reconciler.rotation import encrypt_anew, parts_with_secrets, raise_generations
from reconciler.sealing import find_recipients
from reconciler.staging import EditFile
from reconciler.wording import counted, listing


@click.command()
@click.option("--derived", is_flag=True, help="Raise derived passwords instead: they change.")
@narrowing_options
@write_options
@click.pass_obj
def rotate(
    repo: Repo,
    /,
    *,
    derived: bool,
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    dry_run: bool,
    yes: bool,
) -> None:
    """Encrypt every age secret of the files anew, for the recipients of the settings alone.

    \b
    Examples:  reconcile secrets rotate
               reconcile secrets rotate --derived --zone norte
    """
    if zones and clients:
        raise UsageError("Choose by --zone or by --client: one of both.")
    acts, note = _raised(repo, zones, clients) if derived else _anew(repo, zones, clients)
    notes = [note] if acts else []
    finish(repo, acts, notes, dry_run=dry_run, yes=yes, ask=derived)


def _anew(
    repo: Repo, zones: tuple[str, ...], clients: tuple[str, ...]
) -> tuple[list[EditFile], str]:
    inventory = repo.loaded.inventory
    parts = list(parts_with_secrets(inventory))
    if zones or clients:
        chosen = choose(inventory, clients, Filters(zones))
        wanted = {one.sub.client.id for one in chosen}
        parts = [one for one in parts if isinstance(one[1], Client) and one[1].id in wanted]
    secrets = repo.loaded.secrets
    recipients = find_recipients(inventory.settings.secrets, secrets)
    acts = encrypt_anew(parts, secrets, recipients)
    count = sum(len(act.edits) for act in acts)
    return acts, (
        f"{counted(count, 'secret')} encrypted anew for {counted(len(recipients), 'recipient')}."
        " Whoever could open the old texts still can, in the history of git: set new passwords"
        " where that matters."
    )


def _raised(
    repo: Repo, zones: tuple[str, ...], clients: tuple[str, ...]
) -> tuple[list[EditFile], str]:
    if not zones and not clients:
        raise UsageError(
            "--derived changes passwords that stand in clients' devices: choose them with --zone"
            " or --client."
        )
    chosen = choose(repo.loaded.inventory, clients, Filters(zones))
    acts, names = raise_generations(chosen)
    return acts, (
        f"{counted(len(names), 'login')} will have another password with the next apply, and cannot"
        f" log in before their devices have it too: {listing(names)}."
    )
