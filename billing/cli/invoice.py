# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing invoice`: one invoice by hand."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import click

from billing.books.bill import bill
from billing.books.byhand import Impossible, Wish, by_hand
from billing.cli.alone import alone
from billing.cli.appending import append_and_tell, never_back
from billing.cli.branch import branch_option, need_main_branch, series_option
from billing.cli.common import chosen_clients, day_of, open_ledger
from billing.invoices.model import INTERNET, OTHER
from billing.ledger.payments import parse_date
from billing.ledger.writing import issue_lines
from billing.terms import TermsBook
from reconciler.cli.context import Repo, say
from reconciler.cli.options import Day, client_argument, dry_run_option, on_option
from reconciler.errors import ReconcileError, UsageError
from reconciler.models import Client, Service

_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


@click.command()
@client_argument
@click.option(
    "--kind",
    type=click.Choice([INTERNET, OTHER]),
    default=OTHER,
    show_default=True,
    help="internet: of a service's period, and it cuts; other: a sale, which never cuts.",
)
@click.option(
    "--line", "texts", multiple=True, required=True, metavar="TEXT=AMOUNT", help="A line; several."
)
@click.option("--period", metavar="START..END", help="The period, END exclusive: internet only.")
@click.option("--service", metavar="ID", help="Whose period; default: the only service.")
@on_option
@click.option(
    "--due",
    type=Day(),
    help="Last day to pay; default: today, or the start of a period that is to come.",
)
@series_option
@branch_option
@dry_run_option
@click.pass_obj
@alone
def invoice(
    repo: Repo,
    client: str,
    kind: str,
    texts: Sequence[str],
    period: str | None,
    service: str | None,
    on: date | None,
    due: date | None,
    series: str,
    allow_branch: bool,
    dry_run: bool,
) -> None:
    """Issue one invoice by hand: equipment sold, a first period with other dates, a free month.

    The period of an internet invoice is not billed again; billing goes on where it ends.

    \b
    Examples:  reconcile billing invoice ana-lopez --line "Antena LHG5=1450.00"
               reconcile billing invoice itzel-xool --kind internet --line "Julio, sin cargo=0"
                 --period 2026-07-01..2026-08-01
    """
    need_main_branch(repo.root, allow_branch)
    session = open_ledger(repo)
    chosen_clients(session.inventory, (client,), ())
    found = session.inventory.clients[client]
    day = day_of(session.inventory, client, on)
    never_back(session.ledger, day)
    if (period or service) and kind != INTERNET:
        raise UsageError("--period and --service belong to --kind internet.")
    wish = Wish(
        kind,
        [_line(text, session.inventory.settings.minor_digits) for text in texts],
        day,
        _service(found, service) if kind == INTERNET else None,
        _period(period),
        due,
    )
    try:
        made = by_hand(found, wish, TermsBook(session.inventory), session.ledger.of(client))
    except Impossible as error:
        raise ReconcileError(str(error)) from error
    (books,) = bill(session.inventory, session.ledger, day, (client,)).clients
    money = books.terms.rounding
    done = issue_lines([((0,), made)], session.ledger, day, series, money)
    (issued,) = done.invoices
    say(f"{issued.number or 'no number'}  {issued.id}  {session.formats.money(issued.total)}")
    append_and_tell(repo, done.lines, dry_run=dry_run)


def _line(text: str, digits: int) -> tuple[str, Decimal]:
    name, _, amount = text.rpartition("=")
    if not name.strip() or not name.isprintable() or not _AMOUNT.fullmatch(amount.strip()):
        raise UsageError(f"{text!r} is no line: write --line 'Antena LHG5=1450.00'.")
    value = Decimal(amount.strip())
    if -int(value.as_tuple().exponent) > digits:
        raise UsageError(f"{amount} has more decimals than the currency has ({digits}).")
    return name.strip(), value


def _period(text: str | None) -> tuple[date, date] | None:
    if text is None:
        return None
    start, _, end = text.partition("..")
    first, last = parse_date(start), parse_date(end)
    if first is None or last is None or last <= first:
        raise UsageError(f"{text!r} is no period: write --period 2026-07-01..2026-08-01.")
    return first, last


def _service(client: Client, name: str | None) -> Service:
    known = [one for one in client.services if name in (None, one.id)]
    if len(known) != 1:
        names = ", ".join(one.id for one in client.services) or "none"
        raise UsageError(f"Name one service of {client.id} with --service: {names}.")
    return known[0]
