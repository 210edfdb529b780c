# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile import`: a living router read, and proposed as files."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from reconciler.adopt import Options, Proposal, propose, read_facts, settle, summary_lines
from reconciler.adopt.vault import Keeping, Vault
from reconciler.cli.context import Repo, print_lines, say
from reconciler.cli.options import on_option, router_argument
from reconciler.errors import Problem, UsageError, Where
from reconciler.inventory import Inventory
from reconciler.inventory.files import contents
from reconciler.inventory.overlay import load_with
from reconciler.models import Router
from reconciler.router import connect
from reconciler.run import endpoint_of
from reconciler.secrets import Secrets
from reconciler.staging import Act, Staged, stage
from reconciler.staging import write as write_files
from reconciler.wording import counted, unknown
from reconciler.yamlfile import parse


@click.command("import")
@router_argument
@click.option("--zone", metavar="ID", help="The zone of what is found; made where there is none.")
@click.option("--host", help="Reach the router here; makes its file where there is none.")
@click.option("--user", help="With --host: the API user of a new router's file.")
@click.option("--no-tls", is_flag=True, help="With --host: the plain API, port 8728.")
@click.option("--port", type=click.IntRange(1, 65535), help="With --host: the API's port.")
@click.option("--write", is_flag=True, help="Write the files; without it nothing is written.")
@click.option(
    "--secrets",
    type=click.Choice([Keeping.AGE.value, Keeping.ENV.value, Keeping.PLAIN.value]),
    help="How passwords are kept; default: age where the settings name an identity, else plain.",
)
@click.option("--suspended-list", metavar="LIST", help="The address list of who is cut.")
@click.option(
    "--disabled",
    type=click.Choice(["suspend"]),
    help="Take disabled rows as suspended services instead of leaving them alone.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave alone what has such a name or comment (`vc-*`); may be given several times.",
)
@click.option("--vouchers", is_flag=True, help="Take HotSpot users that look like vouchers too.")
@on_option
@click.pass_obj
def import_command(
    repo: Repo,
    router: str,
    zone: str | None,
    host: str | None,
    user: str | None,
    no_tls: bool,
    port: int | None,
    write: bool,
    secrets: str | None,
    suspended_list: str | None,
    disabled: str | None,
    exclude: tuple[str, ...],
    vouchers: bool,
    on: date | None,
) -> None:
    """Read ROUTER and propose plans, a zone and clients for what it holds.

    Nothing is written to the router, and to the files only with --write. Afterwards
    `reconcile apply --adopt` puts our marks on the rows, and nothing else.

    \b
    Example:  reconcile import rb-norte --zone norte --write
    """
    loaded = repo.loaded
    inventory = loaded.inventory
    model, new = _router(inventory, router, host, user, no_tls, port)
    where = Where(f"inventory/routers/{router}.yaml")
    vault = Vault(inventory.settings, loaded.secrets, secrets)
    options = Options(
        today=repo.today(on),
        zone=zone,
        suspended_list=suspended_list,
        suspend_disabled=disabled is not None,
        exclude=exclude,
        vouchers=vouchers,
    )
    with connect(endpoint_of(model, loaded.secrets, where)) as session:
        facts = read_facts(session)
    proposal = propose(facts, inventory, model, vault, options)
    proposal.new_router = new

    def secrets_of(proposed: Inventory) -> Secrets:
        environ = {**repo.environ, **proposal.environ}
        return Secrets(proposed.settings, environ, repo.root)

    acts = settle(proposal, facts, lambda acts: _preview(repo.root, acts), secrets_of)
    files = stage(repo.root, acts)
    print_lines(summary_lines(proposal, files, _place_of(repo.root, where.file, "block_rules")))
    _finish(repo.root, files, proposal, write)


def _preview(root: Path, acts: list[Act]) -> tuple[Inventory | None, list[Problem]]:
    return load_with(root, {file.file: file.after for file in stage(root, acts)})


def _place_of(root: Path, file: str, key: str) -> Where:
    """Where a file says `key`, as far as there is one that does."""
    data = contents(root, file)
    document = parse(data, file)[0] if isinstance(data, bytes) else None
    return Where(file, document.line((key,)) if document else None)


def _router(
    inventory: Inventory,
    router: str,
    host: str | None,
    user: str | None,
    no_tls: bool,
    port: int | None,
) -> tuple[Router, dict[str, Any] | None]:
    """The router as it is reached, and the content of its file where it has none yet."""
    known = inventory.routers.get(router)
    if known is not None:
        return (known, None) if host is None else (_elsewhere(known, host, port), None)
    if host is None:
        raise UsageError(unknown("router", router, inventory.routers, "--host makes its file."))
    variable = f"{router.upper().replace('-', '_')}_PASSWORD"
    data: dict[str, Any] = {
        "id": router,
        "host": host,
        "port": port,
        "tls": False if no_tls else None,
        "username": user or "reconcile",
        "password": {"env": variable},
    }
    data = {key: value for key, value in data.items() if value is not None}
    return Router.model_validate(data), data


def _elsewhere(router: Router, host: str, port: int | None) -> Router:
    return router.model_copy(update={"host": host, **({"port": port} if port else {})})


def _finish(root: Path, files: list[Staged], proposal: Proposal, write: bool) -> None:
    if not files:
        say("Nothing new: the files have everything that was understood.")
    elif not write:
        say("Nothing was written: add --write to write these files.")
    else:
        write_files(root, files)
        say(
            f"{counted(len(files), 'file')} written. Look at what they say, commit them, then:"
            f" reconcile plan --router {proposal.router} --adopt"
        )
