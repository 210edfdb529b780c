# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing pay`: a payment as a line of the ledger, at its place."""

import re
from datetime import date
from decimal import Decimal

import click

from billing.cli.alone import alone
from billing.cli.common import chosen_clients, day_of, open_ledger
from billing.cli.paying import check_payments, stage_payments
from reconciler.cli.client.common import print_diff
from reconciler.cli.context import Repo, say
from reconciler.cli.options import client_argument, day_option, dry_run_option
from reconciler.errors import ReconcileError
from reconciler.staging import write
from reconciler.wording import show

_MOST_DIGITS = 12


@click.command()
@client_argument
@click.argument("amount")
@day_option("The day of the payment, local date of the zone; default: today.")
@click.option("--method", default="cash", show_default=True, help="How it was paid.")
@click.option(
    "--reference",
    default="",
    help="With the method, what identifies it: said twice, it counts once.",
)
@click.option("--invoice", default="", metavar="ID", help="Which invoice it is for: id or number.")
@click.option("--note", default="", help="Free text.")
@dry_run_option
@click.pass_obj
@alone
def pay(
    repo: Repo,
    client: str,
    amount: str,
    on: date | None,
    method: str,
    reference: str,
    invoice: str,
    note: str,
    dry_run: bool,
) -> None:
    """Write a payment to the ledger, among the others of its day.

    An amount below zero takes back the payment of that method and reference; it goes behind `--`.

    \b
    Examples:  reconcile billing pay ana-lopez 350.00 --method oxxo --reference 93000977
               reconcile billing pay --method oxxo --reference 93000431 -- carmen-yanez -406.00
    """
    session = open_ledger(repo)
    inventory = session.inventory
    chosen_clients(inventory, (client,), ())
    day = day_of(inventory, client, on)
    values = {
        "date": str(day),
        "client": client,
        "amount": _amount(amount.strip(), inventory.settings.minor_digits),
        "method": method.strip(),
        "reference": reference.strip(),
        "invoice": invoice.strip(),
        "note": note.strip(),
    }
    paid = Decimal(values["amount"])
    for known in (*session.ledger.payments, *session.ledger.returns):
        same = (known.method, known.reference) == (values["method"], values["reference"])
        if known.reference and same and (known.amount > 0) is (paid > 0):
            if known.amount != paid:
                raise ReconcileError(
                    f"{method} {reference} is {paid} here and {known.amount} in {known.where}."
                    " One of the two is wrong. Nothing was written."
                )
            if known.client != client:
                raise ReconcileError(
                    f"{method} {reference} is a payment of {known.client} ({known.where})."
                )
            say(f"It is there already: {known.where}. Nothing was written.")
            return
    staged = stage_payments(repo.root, [values])
    check_payments(repo.root, session, staged)
    print_diff(staged)
    if dry_run:
        say("Dry run: nothing was written.")
        return
    write(repo.root, staged)
    say(f"changed {staged[0].file}. See `reconcile billing cuts`, then commit.")


def _amount(text: str, digits: int) -> str:
    """`350` as `350.00`. Raises ReconcileError for what can be no payment."""
    whole, _, fraction = text.partition(".")
    if not re.fullmatch(r"-?\d+(\.\d*)?", text, re.ASCII):
        why = "is not an amount: write a decimal such as 1350.00, without currency or separators"
    elif len(whole.removeprefix("-")) > _MOST_DIGITS:
        why = f"is too large: at most {_MOST_DIGITS} digits stand before the point"
    elif len(fraction) > digits:
        why = f"has more decimals than the currency has ({digits})"
    elif not Decimal(text):
        why = "is no payment; one is taken back by its amount below zero, method and reference"
    else:
        return f"{whole}.{fraction.ljust(digits, '0')}" if digits else whole
    raise ReconcileError(f"{show(text)} {why}. Nothing was written.")
