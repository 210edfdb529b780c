# SPDX-License-Identifier: GPL-3.0-or-later
"""What was issued, cut and restored in the past, beside what would be with the present program.

Pure: the files and the ledger as they were are given. Imports of the project: money, the books,
cuts, invoices, the ledger's model and writing, inventory, models.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from billing.books.bill import Books, bill
from billing.books.corrections import joined, reissue_of
from billing.cuts import cut_list
from billing.invoices.model import Invoice
from billing.ledger.model import VOID, Credit, Ledger, grouped
from billing.ledger.writing import drafts_of
from billing.money import Rounding
from reconciler.inventory import Inventory
from reconciler.models import Cause, Client, PastSuspension, Service, Status

Names = tuple[str, str]
_REVISION = re.compile(r"/r(\d+)$")
_DATES = ("start", "end", "issued_on", "due_on", "cut_on")
_AMOUNTS = ("subtotal", "tax", "total")


class Difference(NamedTuple):
    """One difference of `name` (an invoice, or `client/service`) in `field`; None: absent."""

    day: date
    what: str
    name: str
    field: str
    then: str | None
    now: str | None


class Deed(NamedTuple):
    """A service that a commit cut or restored, and from which day on."""

    day: date
    what: str
    client: str
    service: str


def issues(
    inventory: Inventory, ledger: Ledger, new: Sequence[Invoice], ever: Collection[str], whole: bool
) -> Iterator[Difference]:
    """The invoices of one day that a commit added (`new`), computed again.

    `ledger` holds them. `whole`: also what would have been issued up to that day and is not among
    `ever`, the ids of all that was issued since.
    """
    day = max(one.recorded_on for one in new if one.recorded_on)
    before = _without(ledger, [*new, *(x for x in ledger.invoices if _is_after(x, day))])
    clients = None if whole else {one.client for one in new}
    money = Rounding(inventory.settings.minor_digits)
    drafts = {draft.id: draft for _, draft in drafts_of(bill(inventory, before, day, clients))}
    for one in new:
        again = drafts.get(one.id) or _made_again(one, inventory, ledger, day)
        if again is not None:
            yield from _compared(one, again, day, money)
        elif one.is_internet:
            yield Difference(day, "invoice", one.id, "invoice", money.text(one.total), None)
    for id_ in sorted(drafts.keys() - set(ever)) if whole else ():
        yield Difference(day, "invoice", id_, "invoice", None, money.text(drafts[id_].total))


def _is_after(one: Invoice, day: date) -> bool:
    return one.recorded_on is not None and one.recorded_on > day


def _without(ledger: Ledger, new: Sequence[Invoice]) -> Ledger:
    """The ledger before these invoices and what befell them."""
    ids = {one.id for one in new}
    rows = {(one.file, one.row) for one in new}
    invoices = [one for one in ledger.invoices if (one.file, one.row) not in rows]
    notes = [one for one in ledger.credits if one.invoice not in ids and one.into not in ids]
    return _ledger(ledger, invoices, notes)


def _ledger(ledger: Ledger, invoices: list[Invoice], notes: list[Credit]) -> Ledger:
    grown = grouped(ledger.payments, invoices, notes)
    return replace(ledger, invoices=invoices, credits=notes, by_client=grown)


def _made_again(one: Invoice, inventory: Inventory, ledger: Ledger, day: date) -> Invoice | None:
    """A joined or reissued invoice made anew; None for what a person wrote."""
    if one.client not in inventory.clients:
        return None
    place = next(index for index, x in enumerate(ledger.invoices) if x is one)
    before = _without(ledger, ledger.invoices[place:])
    if one.is_joined:
        found = joined(inventory, before, one.client, day)
        return found[0] if found else None
    revision = _REVISION.search(one.id)
    if revision is None:
        return None
    plain = one.id[: revision.start()]
    last = plain if revision[1] == "2" else f"{plain}/r{int(revision[1]) - 1}"
    void = next((x for x in before.credits if x.kind == VOID and x.invoice == last), None)
    voided = next((x for x in before.invoices if x.id == last), None)
    if void is None or voided is None:
        return None
    notes = [x for x in before.credits if x is not void]
    return reissue_of(voided, void, inventory, _ledger(before, list(before.invoices), notes))


def _compared(then: Invoice, now: Invoice, day: date, money: Rounding) -> Iterator[Difference]:
    pairs: list[tuple[str, str | None, str | None]] = []
    pairs += [(name, str(getattr(then, name)), str(getattr(now, name))) for name in _DATES]
    for number, (old, new) in enumerate(zip_longest(then.lines, now.lines), 1):
        if old is None or new is None:
            text = [f"{x.description}: {money.text(x.amount)}" if x else None for x in (old, new)]
            pairs.append((f"line {number}", *text))  # type: ignore[arg-type]
            continue
        pairs += [
            (f"line {number} description", old.description, new.description),
            (f"line {number} item", old.item, new.item),
            (f"line {number} amount", money.text(old.amount), money.text(new.amount)),
        ]
    for name in _AMOUNTS:
        pairs.append((name, money.text(getattr(then, name)), money.text(getattr(now, name))))
    pairs.append(("currency", then.currency, now.currency))
    for field, old_text, new_text in pairs:
        if old_text != new_text:
            yield Difference(day, "invoice", then.id, field, old_text, new_text)


def deeds(before: Mapping[str, Client], after: Mapping[str, Client]) -> list[Deed]:
    """The services that were suspended for debt, or active again, between two states."""
    found: list[Deed] = []
    for client in after.values():
        old = before.get(client.id)
        if old is client or old is None:
            continue
        olds = {one.id: one for one in old.services}
        for service in client.services:
            known = olds.get(service.id)
            deed = known and _deed(known, service)
            if deed:
                found.append(Deed(*deed, client.id, service.id))
    return found


def _deed(before: Service, after: Service) -> tuple[date, str] | None:
    for_debt = after.suspended is not None and after.suspended.cause is Cause.DEBT
    if before.status is Status.ACTIVE and for_debt and after.suspended:
        return after.suspended.since, "cut"
    was_for_debt = before.suspended is not None and before.suspended.cause is Cause.DEBT
    if was_for_debt and before.suspended and after.status is Status.ACTIVE:
        ends = [one.to for one in after.history if isinstance(one, PastSuspension)]
        return max([before.suspended.since, *ends]), "restore"
    return None


def cuts(
    before: Mapping[str, Client], inventory: Inventory, ledger: Ledger, done: Iterable[Deed]
) -> Iterator[Difference]:
    """A commit's cuts and restores beside the lists of their days; `inventory`: after it.

    A commit that cuts nobody is no run of the cut list: of it, only its own names are looked at.
    What its ledger holds of the day itself may be younger than the cut, so a difference is one
    with it and without it.
    """
    done = list(done)
    as_were = before_deeds(before, inventory, done)
    for day in sorted({one.day for one in done}):
        then = [one for one in done if one.day == day]
        zones = {inventory.clients[one.client].zone for one in then}
        names = {one.id for one in inventory.clients.values() if one.zone in zones}
        with_day = _lists(bill(as_were, ledger, day, names))
        without = _lists(bill(as_were, _until(ledger, day), day, names))
        is_run = any(one.what == "cut" for one in then)
        for what, now in with_day.items():
            was = {(one.client, one.service) for one in then if one.what == what}
            for client, service in sorted(was - now.keys() - without[what].keys()):
                yield Difference(day, what, f"{client}/{service}", what, "done", None)
            for client, service in sorted((now.keys() & without[what]) - was) if is_run else ():
                reason = now[client, service]
                yield Difference(day, what, f"{client}/{service}", what, None, reason)


def _lists(books: Books) -> dict[str, dict[Names, str]]:
    found = cut_list(books, settled=True)
    return {
        "cut": {(one.client, one.service): one.reason for one in found.cuts},
        "restore": {(one.client, one.service): one.reason for one in found.restores},
    }


def _until(ledger: Ledger, day: date) -> Ledger:
    """The ledger without invoices and credits of that day."""
    invoices = [one for one in ledger.invoices if one.recorded_on and one.recorded_on < day]
    return _ledger(ledger, invoices, [one for one in ledger.credits if one.date < day])


def before_deeds(
    before: Mapping[str, Client], inventory: Inventory, done: Iterable[Deed]
) -> Inventory:
    """The files of a commit, but for the services that it cut or restored."""
    clients = dict(inventory.clients)
    for one in done:
        olds = {service.id: service for service in before[one.client].services}
        services = [olds[x.id] if x.id == one.service else x for x in clients[one.client].services]
        changed = clients[one.client].model_copy(update={"services": tuple(services)})
        clients[one.client] = changed
    return replace(inventory, clients=clients)
