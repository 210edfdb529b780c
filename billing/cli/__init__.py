# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile billing …`: what is owed, issued, paid, and who is cut. Commands load when called."""

import click

from reconciler.cli.lazy import LazyGroup

# Command -> module of this package and its name there, in the order in which people look for them.
COMMANDS = {
    "invoices": "invoices:invoices",
    "balance": "balance:balance",
    "cuts": "cuts:cuts",
    "notices": "notices:notices",
    "explain": "explain:explain_client",
    "pay": "pay:pay",
    "import-payments": "import_payments:import_payments",
    "issue": "issue:issue",
    "invoice": "invoice:invoice",
    "print": "printing:print_invoices",
    "promise": "promise:promise",
    "void": "corrections:void",
    "join": "corrections:join",
    "merge": "merge:merge",
    "statement": "statement:statement",
    "report": "report:report",
    "what-if": "whatif:what_if",
    "backtest": "backtest:backtest",
    "export": "export:export",
}


@click.group(cls=LazyGroup, table=COMMANDS, package="billing.cli", prefix="RECONCILE_BILLING")
def billing() -> None:
    """Invoices, payments and cut lists from the files and the ledger.

    \b
    Examples:  reconcile billing balance
               reconcile billing pay ana-lopez 350.00 --reference R-0112
               reconcile billing cuts
    """
