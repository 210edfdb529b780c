# SPDX-License-Identifier: GPL-3.0-or-later
"""`client activate`, `suspend`, `cancel` and `return`."""

from collections.abc import Callable
from datetime import date
from ipaddress import AddressValueError, IPv4Address

import click

from billing.cli.branch import branch_option, need_main_branch
from reconciler.cli.client.common import (
    Selection,
    finish,
    gather,
    selection_options,
    service_option,
    today_in,
)
from reconciler.cli.client.money import owing
from reconciler.cli.client.voids import voids
from reconciler.cli.context import Repo
from reconciler.cli.options import client_argument, on_option, write_options
from reconciler.clients.addressing import Allocator, address_back
from reconciler.clients.outcome import Outcome
from reconciler.clients.select import Chosen, Filters, choose, is_over, only_service
from reconciler.clients.state import activate, cancel, come_back, suspend
from reconciler.errors import UsageError
from reconciler.models import AddressFate, Cause
from reconciler.staging import Staged


@click.command("activate")
@selection_options()
@on_option
@click.option("--free", is_flag=True, help="Active and never billed.")
@click.option("--waive-fee", is_flag=True, help="No reconnection fee for this suspension.")
@write_options
@click.pass_obj
def activate_services(
    repo: Repo,
    selection: Selection,
    on: date | None,
    free: bool,
    waive_fee: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """End a suspension, or make a free service one that is billed.

    \b
    Examples:  reconcile client activate jose-ibarra --waive-fee
               reconcile client activate --zone norte --status suspended
    """
    _each(
        repo,
        selection,
        lambda one: activate(one, _day(repo, one, on), free=free, waive_fee=waive_fee),
        dry_run=dry_run,
        yes=yes,
    )


@click.command("suspend")
@selection_options()
@on_option
@click.option(
    "--cause",
    type=click.Choice([cause.value for cause in Cause]),
    default=Cause.MANUAL.value,
    show_default=True,
    help="A payment lifts debt alone.",
)
@write_options
@click.pass_obj
def suspend_services(
    repo: Repo,
    selection: Selection,
    on: date | None,
    cause: str,
    dry_run: bool,
    yes: bool,
) -> None:
    """Suspend services: their rows stay on the router, and their address is blocked.

    \b
    Examples:  reconcile client suspend luis-mora --cause request
               reconcile client suspend --file debtors.txt --dry-run
    """
    _each(
        repo,
        selection,
        lambda one: suspend(one, _day(repo, one, on), Cause(cause)),
        dry_run=dry_run,
        yes=yes,
    )


@click.command("cancel")
@selection_options()
@on_option
@click.option(
    "--address",
    "fate",
    type=click.Choice([fate.value for fate in AddressFate]),
    default=AddressFate.RELEASE.value,
    show_default=True,
    help="release: no rows, the address is free again; keep: the rows stay, suspended.",
)
@click.option(
    "--void-invoices", is_flag=True, help="Void what is open: who leaves need not pay it."
)
@branch_option
@write_options
@click.pass_obj
def cancel_services(
    repo: Repo,
    selection: Selection,
    on: date | None,
    fate: str,
    void_invoices: bool,
    allow_branch: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """End services for good. The file stays, with all that was.

    \b
    Examples:  reconcile client cancel pedro-quiroz --address keep
               reconcile client cancel luis-mora --void-invoices
    """
    chosen = selection.services(repo.loaded.inventory)
    acts, notes = gather(
        chosen,
        lambda one: cancel(one, _day(repo, one, on), AddressFate(fate)),
        skip=not selection.ids,
    )
    ledger: list[Staged] = []
    if void_invoices:
        need_main_branch(repo.root, allow_branch)
        ledger, voided = voids(repo, chosen, lambda one: _day(repo, one, on))
        notes += voided
    finish(repo, acts, notes, dry_run=dry_run, yes=yes, ask=True, ledger=ledger)


@click.command("return")
@client_argument
@service_option
@on_option
@click.option("--address", metavar="A", help="Default: the old one if it is free, else the next.")
@write_options
@click.pass_obj
def return_service(
    repo: Repo,
    client: str,
    service: str | None,
    on: date | None,
    address: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Bring a cancelled client back: active and billed from that day, with a free address.

    \b
    Example:  reconcile client return sofia-garcia
    """
    inventory = repo.loaded.inventory
    chosen = choose(inventory, (client,), Filters(), service)
    over = [one for one in chosen if is_over(one.sub)]
    one = only_service(over or chosen, client)
    given = address_given(address)
    if given is None and is_over(one.sub):
        sub = one.sub
        given = address_back(Allocator(inventory), sub.zone, sub.plan, sub.service)
    outcome = come_back(one, _day(repo, one, on), given)
    acts, notes = gather([one], lambda _one: outcome, skip=False)
    debt = owing(repo, client, _day(repo, one, on)).debt
    finish(repo, acts, [*notes, *([debt] if debt else [])], dry_run=dry_run, yes=yes)


def address_given(text: str | None) -> IPv4Address | None:
    """An address of an option. Raises UsageError where it is none."""
    if text is None:
        return None
    try:
        return IPv4Address(text)
    except AddressValueError as error:
        raise UsageError(f"{text} is no IPv4 address.") from error


def _day(repo: Repo, one: Chosen, on: date | None) -> date:
    return today_in(repo, one.sub.zone, on)


def _each(
    repo: Repo,
    selection: Selection,
    act: Callable[[Chosen], Outcome],
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    chosen = selection.services(repo.loaded.inventory)
    acts, notes = gather(chosen, act, skip=not selection.ids)
    finish(repo, acts, notes, dry_run=dry_run, yes=yes, ask=len(acts) > 1)
