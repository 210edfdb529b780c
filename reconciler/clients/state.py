# SPDX-License-Identifier: GPL-3.0-or-later
"""Suspend, activate, cancel and return: the states of a service, and what each leaves behind.

History is appended, never rewritten, and half-open: a suspension that ended on the day it began
has no day and leaves no entry. Billing reads these entries alone.
"""

from datetime import date
from ipaddress import IPv4Address

from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.select import Chosen
from reconciler.edit import Append, Drop, Edit, Put
from reconciler.models import AddressFate, Cause, PastSuspension, Service, Status


def suspend(chosen: Chosen, on: date, cause: Cause) -> Outcome:
    """No service from `on`; `debt` is lifted by a payment, the others by people alone."""
    service, name = chosen.sub.service, chosen.sub.id
    if service.status is Status.SUSPENDED:
        return Outcome(notes=(f"{name} is suspended already.",))
    if service.status is Status.CANCELLED:
        raise Impossible(f"{name} is cancelled: there is nothing to suspend.")
    ended = _last_end(service)
    if ended is not None and on < ended:
        raise Impossible(f"{name} was suspended until {ended}: it cannot be again from {on}.")
    notes: tuple[str, ...] = ()
    if service.status is Status.FREE:
        notes = (f"{name} was free: bring it back with `reconcile client activate --free`.",)
    return Outcome(
        (
            Put((*chosen.at, "status"), Status.SUSPENDED.value),
            Put((*chosen.at, "suspended"), {"since": on, "cause": cause.value}),
        ),
        notes,
    )


def activate(chosen: Chosen, on: date, *, free: bool = False, waive_fee: bool = False) -> Outcome:
    """Full service from `on`; a free one that becomes active is billed from that day."""
    service, name = chosen.sub.service, chosen.sub.id
    wanted = Status.FREE if free else Status.ACTIVE
    if service.status is Status.CANCELLED:
        raise Impossible(f"{name} is cancelled: use `reconcile client return {_client(chosen)}`.")
    if service.status is wanted:
        return Outcome(notes=(f"{name} is {wanted.value} already.",))
    edits: list[Edit] = [Put((*chosen.at, "status"), wanted.value)]
    if service.status is Status.FREE:
        edits.append(Put((*chosen.at, "since"), on))
    return Outcome((*edits, *_end_suspension(chosen, on, waive_fee=waive_fee)))


def cancel(chosen: Chosen, on: date, fate: AddressFate) -> Outcome:
    """No service for good: the address is free again, or kept with the rows suspended."""
    service, name = chosen.sub.service, chosen.sub.id
    if service.status is Status.CANCELLED:
        return Outcome(notes=(f"{name} is cancelled already.",))
    ending: dict[str, object] = {"on": on, "address": fate.value}
    edits: list[Edit] = [Put((*chosen.at, "status"), Status.CANCELLED.value)]
    # Who leaves was never connected again, so the end of his suspension costs no fee.
    edits += _end_suspension(chosen, on, waive_fee=True)
    notes: list[str] = []
    if fate is AddressFate.RELEASE and service.address is not None:
        ending["released"] = service.address
        edits.append(Drop((*chosen.at, "address")))
    if fate is AddressFate.RELEASE and service.targets:
        notes.append(f"{name}: its targets stay in the file and are taken until you remove them.")
    edits.append(Put((*chosen.at, "cancelled"), ending))
    return Outcome(tuple(edits), tuple(notes))


def come_back(chosen: Chosen, on: date, address: IPv4Address | None) -> Outcome:
    """A cancelled service is active again and billed from `on`, with `address` if given."""
    service, name = chosen.sub.service, chosen.sub.id
    if service.status is not Status.CANCELLED or service.cancelled is None:
        raise Impossible(f"{name} is {service.status.value}, not cancelled.")
    if on < service.cancelled.on:
        raise Impossible(f"{name} was cancelled on {service.cancelled.on}, after {on}.")
    edits: list[Edit] = [
        Put((*chosen.at, "status"), Status.ACTIVE.value),
        Put((*chosen.at, "since"), on),
        Drop((*chosen.at, "cancelled")),
    ]
    if address is not None and address != service.address:
        edits.append(Put((*chosen.at, "address"), address))
    return Outcome(tuple(edits))


def _end_suspension(chosen: Chosen, on: date, *, waive_fee: bool) -> list[Edit]:
    suspended = chosen.sub.service.suspended
    if suspended is None:
        return []
    if on < suspended.since:
        raise Impossible(
            f"{chosen.sub.id} is suspended since {suspended.since}: it cannot end on {on}."
        )
    edits: list[Edit] = [Drop((*chosen.at, "suspended"))]
    if suspended.since < on:
        entry = {
            "status": "suspended",
            "cause": suspended.cause.value,
            "from": suspended.since,
            "to": on,
        }
        if waive_fee and suspended.cause is Cause.DEBT:
            entry["fee"] = "waived"
        edits.append(Append((*chosen.at, "history"), entry))
    return edits


def _last_end(service: Service) -> date | None:
    ends = [one.to for one in service.history if isinstance(one, PastSuspension)]
    return max(ends, default=None)


def _client(chosen: Chosen) -> str:
    return chosen.sub.client.id
