# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing void` and `billing join`: corrections of what was issued, as new lines."""

from datetime import date

import click

from billing.books.corrections import joined, reissue_of, void_of
from billing.cli.alone import alone
from billing.cli.appending import append_and_tell, never_back
from billing.cli.branch import branch_option, need_main_branch, series_option
from billing.cli.common import Session, chosen_clients, day_of, open_ledger
from billing.invoices.model import Invoice
from billing.ledger.model import CREDIT, VOID
from billing.ledger.writing import credit_lines, issue_lines
from billing.money import Rounding
from reconciler.cli.context import Repo, say
from reconciler.cli.options import client_argument, dry_run_option, on_option
from reconciler.errors import ReconcileError


@click.command()
@click.argument("invoice")
@on_option
@click.option("--reason", metavar="TEXT", help="Why, kept in the ledger.")
@click.option("--reissue", is_flag=True, help="Bill the period again, with the files as they are.")
@series_option
@branch_option
@dry_run_option
@click.pass_obj
@alone
def void(
    repo: Repo,
    invoice: str,
    on: date | None,
    reason: str | None,
    reissue: bool,
    series: str,
    allow_branch: bool,
    dry_run: bool,
) -> None:
    """Void an issued invoice; what was paid on it goes to the client's others, then to credit.

    \b
    Example:  reconcile billing void A-000017 --reason "wrong plan" --reissue
    """
    need_main_branch(repo.root, allow_branch)
    session = open_ledger(repo)
    found = _find(session, invoice)
    day = _day(session, found.client, on)
    if day < found.issued_on:
        raise ReconcileError(f"{found.id} was issued on {found.issued_on}, after {day}.")
    ended = next((one for one in session.ledger.credits if one.invoice == found.id
                  and one.kind != CREDIT), None)  # fmt: skip
    if ended is not None and not (reissue and ended.kind == VOID and _is_newest(session, found)):
        raise ReconcileError(f"{found.id} is no longer valid since {ended.date} ({ended.where}).")
    if reason is not None and not (reason and reason.isprintable()):
        raise ReconcileError("The reason is empty or holds control characters.")
    money = Rounding(session.inventory.settings.minor_digits)
    credit = void_of(found, day, reason)
    formats = session.formats
    lines: dict[str, list[str]] = {}
    if ended is None:
        lines = credit_lines([credit], session.ledger, money)
        say(f"void {found.number or found.id}: {formats.money(found.total)}")
    if reissue:
        made = reissue_of(found, credit, session.inventory, session.ledger)
        if made is None:
            raise ReconcileError(f"{found.id} is no invoice of a service that is still there.")
        done = issue_lines([((0,), made)], session.ledger, day, series, money)
        lines |= done.lines
        for one in done.invoices:
            say(f"issue {one.number or one.id}: {one.id}, {formats.money(one.total)}")
    append_and_tell(repo, lines, dry_run=dry_run)


@click.command()
@client_argument
@on_option
@series_option
@branch_option
@dry_run_option
@click.pass_obj
@alone
def join(
    repo: Repo, client: str, on: date | None, series: str, allow_branch: bool, dry_run: bool
) -> None:
    """Join a client's open invoices into one, with the earliest of their due and cut dates.

    \b
    Example:  reconcile billing join jose-ibarra
    """
    need_main_branch(repo.root, allow_branch)
    session = open_ledger(repo)
    chosen_clients(session.inventory, (client,), ())
    day = _day(session, client, on)
    found = joined(session.inventory, session.ledger, client, day)
    if found is None:
        raise ReconcileError(f"{client} has not two open invoices in the ledger on {day}.")
    made, transfers = found
    money = Rounding(session.inventory.settings.minor_digits)
    done = issue_lines([((0,), made)], session.ledger, day, series, money)
    for one in transfers:
        say(f"transfer {one.invoice}: {session.formats.money(one.amount)}")
    say(f"issue {done.invoices[0].number}: {made.id}, {session.formats.money(made.total)}")
    lines = done.lines | credit_lines(transfers, session.ledger, money)
    append_and_tell(repo, lines, dry_run=dry_run)


def _find(session: Session, name: str) -> Invoice:
    for one in session.ledger.invoices:
        if name in (one.id, one.number):
            return one
    raise ReconcileError(f"There is no invoice {name} in the ledger.")


def _is_newest(session: Session, invoice: Invoice) -> bool:
    """Whether its period was not billed again: one that was killed in between may be finished."""
    same = [
        one
        for one in session.ledger.of(invoice.client).invoices
        if one.is_internet and (one.service, one.start) == (invoice.service, invoice.start)
    ]
    return same[-1:] == [invoice]


def _day(session: Session, client: str, on: date | None) -> date:
    day = day_of(session.inventory, client, on)
    never_back(session.ledger, day)
    return day
