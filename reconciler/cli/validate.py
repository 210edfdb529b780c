# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile validate`: all problems of the files, without network, secrets or clock."""

import importlib

import click

from reconciler.cli.context import Repo
from reconciler.cli.policies import policy_problems
from reconciler.inventory import Inventory, load
from reconciler.report import ReportFormat, render


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in ReportFormat]),
    default=ReportFormat.TEXT.value,
    show_default=True,
    help="text for people, json, github (annotations of a workflow) or sarif.",
)
@click.pass_obj
@click.pass_context
def validate(context: click.Context, repo: Repo, form: str) -> None:
    """Show all problems of the files: what is wrong, where, and what to do.

    Ends with 1 when one of them is an error; warnings alone end with 0.
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
    summary = _extent(inventory) if inventory is not None else ""
    click.echo(render(problems, ReportFormat(form), summary), nl=False)
    context.exit(int(any(problem.is_error for problem in problems)))


def _extent(inventory: Inventory) -> str:
    """`1 router, 2 zones, 6 plans, 18 clients`."""
    counts = {
        "router": len(inventory.routers),
        "zone": len(inventory.zones),
        "plan": len(inventory.plans),
        "client": len(inventory.clients),
    }
    return ", ".join(f"{number} {word}{'s' * (number != 1)}" for word, number in counts.items())
