# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile billing …`: what is owed, issued, paid, and who is cut. Commands load when called."""

import importlib

import click

from reconciler.cli import name_variables

# Command -> module of this package, and its name there.
COMMANDS = {
    "invoices": ("invoices", "invoices"),
    "balance": ("balance", "balance"),
    "cuts": ("cuts", "cuts"),
    "notices": ("notices", "notices"),
    "explain": ("explain", "explain_client"),
    "pay": ("pay", "pay"),
    "issue": ("issue", "issue"),
    "invoice": ("invoice", "invoice"),
    "promise": ("promise", "promise"),
    "void": ("corrections", "void"),
    "join": ("corrections", "join"),
    "statement": ("statement", "statement"),
    "report": ("report", "report"),
    "what-if": ("whatif", "what_if"),
    "export": ("export", "export"),
}


class BillingGroup(click.Group):
    """The commands in the order in which a month needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"billing.cli.{module}"), name)
        name_variables(command, f"RECONCILE_BILLING_{cmd_name.replace('-', '_').upper()}")
        return command


@click.group(cls=BillingGroup)
def billing() -> None:
    """Invoices, payments and cut lists from the files and the ledger."""
