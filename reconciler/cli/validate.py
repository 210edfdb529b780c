# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile validate`: all problems of the files, without network, secrets or clock."""

import importlib
from collections.abc import Mapping

import click

from reconciler.cli.context import Repo
from reconciler.cli.options import format_option
from reconciler.cli.policies import policy_problems
from reconciler.errors import Where
from reconciler.git import changed_lines
from reconciler.inventory import Inventory, load
from reconciler.report import ReportFormat, render
from reconciler.wording import counted


@click.command()
@format_option(
    [form.value for form in ReportFormat],
    "text for people, json, github (annotations), sarif or gitlab (code quality).",
)
@click.option(
    "--since",
    metavar="REV",
    help="What is wrong on lines that changed since this revision comes first.",
)
@click.pass_obj
@click.pass_context
def validate(context: click.Context, repo: Repo, form: str, since: str | None) -> None:
    """Show all problems of the files: what is wrong, where, and what to do.

    Ends with 1 when one of them is an error; warnings alone end with 0.

    \b
    Examples:  reconcile validate
               reconcile validate --format github --since main
    """
    inventory, problems = load(repo.root, repo.cache)
    if inventory is not None:
        # Billing builds on the product, so that only the command line may know of it.
        ledger = importlib.import_module("billing.ledger.loading")
        whole = not any(problem.is_error for problem in problems)
        _, more = ledger.load_ledger(repo.root, inventory, whole=whole)
        maps = importlib.import_module("billing.imports.maps").map_problems(repo.root)
        rules = policy_problems(repo.root, inventory)
        problems = sorted([*problems, *more, *maps, *rules], key=lambda problem: problem.sort_key)
    if since is not None:
        # Forges show a few annotations of each kind, and those on the change are what it is about.
        changed = changed_lines(repo.root, since)
        problems = sorted(problems, key=lambda problem: not _is_on(changed, problem.where))
    summary = _extent(inventory) if inventory is not None else ""
    click.echo(render(problems, ReportFormat(form), summary), nl=False)
    context.exit(int(any(problem.is_error for problem in problems)))


def _is_on(changed: Mapping[str, list[range]], where: Where | None) -> bool:
    """Whether a place is on a changed line, or in a changed file where it has no line."""
    if where is None or where.file not in changed:
        return False
    return where.line is None or any(where.line in lines for lines in changed[where.file])


def _extent(inventory: Inventory) -> str:
    """`1 router, 2 zones, 6 plans, 18 clients`."""
    counts = {
        "router": len(inventory.routers),
        "zone": len(inventory.zones),
        "plan": len(inventory.plans),
        "client": len(inventory.clients),
    }
    return ", ".join(counted(number, word) for word, number in counts.items())
