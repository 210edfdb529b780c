# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules within one service of a client file. Imports of the project: models, yamlfile, findings."""

from collections.abc import Iterator

from reconciler.inventory.finding import Finding
from reconciler.inventory.rules.common import spans
from reconciler.models import (
    AddressFate,
    PastPlan,
    PastSuspension,
    Service,
    Status,
)
from reconciler.yamlfile import Loc


def state(service: Service, loc: Loc) -> Iterator[Finding]:
    """`suspended` and `cancelled` stand exactly where the status says so."""
    for status, key, example in (
        (Status.SUSPENDED, "suspended", "suspended: {since: 2026-11-05, cause: debt}"),
        (Status.CANCELLED, "cancelled", "cancelled: {on: 2026-11-05, address: release}"),
    ):
        block = getattr(service, key)
        if service.status is status and block is None:
            message = f"The service is {status}, but the key `{key}` is missing."
            hint = f"Add `{example}`, or use `reconcile client`"
            yield Finding("state", (*loc, "status"), message, hint, needs_all=True)
        elif service.status is not status and block is not None:
            message = f"The service has `{key}`, but its status is {service.status}."
            yield Finding("state", (*loc, key), message, f"Remove it, or write `status: {status}`")


def released(service: Service, loc: Loc) -> Iterator[Finding]:
    """A released address is out of `address` and kept as `released`."""
    cancelled = service.cancelled
    if cancelled is None:
        return
    if cancelled.address is AddressFate.RELEASE:
        if service.address is not None:
            message = f"The service is cancelled and {service.address} released, but still given."
            hint = f"Move it: `cancelled: {{…, released: {service.address}}}`; or `address: keep`"
            yield Finding("released", (*loc, "address"), message, hint)
    elif cancelled.released is not None:
        message = "A kept address cannot be released as well."
        hint = "Remove `released`, or write `address: release`"
        yield Finding("released", (*loc, "cancelled", "released"), message, hint)


def past(service: Service, loc: Loc) -> Iterator[Finding]:
    """Pauses, suspensions and former plans: each ends after it begins, none overlaps its like."""
    yield from spans(list(enumerate(service.pauses)), (*loc, "pauses"), "pause")
    suspensions = [(i, p) for i, p in enumerate(service.history) if isinstance(p, PastSuspension)]
    plans = [(i, p) for i, p in enumerate(service.history) if isinstance(p, PastPlan)]
    yield from spans(suspensions, (*loc, "history"), "suspension")
    yield from spans(plans, (*loc, "history"), "plan")
    ends = [one.to for _, one in suspensions]
    if service.suspended is not None and ends and service.suspended.since < max(ends):
        message = f"The suspension begins before the last one has ended, on {max(ends)}."
        hint = "Both count the days in between: correct one of them"
        yield Finding("overlap", (*loc, "suspended", "since"), message, hint)


SERVICE_RULES = (state, released, past)
