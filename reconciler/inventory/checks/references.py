# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file names exists."""

from collections.abc import Iterator

from reconciler.inventory.checks.base import Found
from reconciler.inventory.draft import Draft
from reconciler.inventory.finding import Finding
from reconciler.inventory.kinds import KINDS
from reconciler.models import PastPlan, Service
from reconciler.wording import did_you_mean, listing, show
from reconciler.yamlfile import Loc

_FOLDERS = {kind.name: kind.folder for kind in KINDS}


class _Known:
    """The ids of the repository; a file that cannot be used exists all the same."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def missing(self, kind: str, id_: str, loc: Loc) -> Finding | None:
        """A finding where no file has that id."""
        ids = self._draft.known(kind)
        if id_ in ids:
            return None
        meant = did_you_mean(id_, sorted(ids))
        if meant:
            hint = f"Did you mean `{meant}`?"
        elif ids:
            hint = f"There are: {listing(sorted(ids))}"
        else:
            hint = f"There are no files in {_FOLDERS[kind]} yet"
        return Finding(f"no-such-{kind}", loc, f"There is no {kind} {show(id_)}.", hint)


def of_settings(draft: Draft) -> Iterator[Found]:
    """The routers that go first, and those of which somebody is told."""
    known = _Known(draft)
    for number, rule in enumerate(draft.inventory.settings.notifications):
        for index, router in enumerate(rule.routers):
            loc = ("notifications", number, "routers", index)
            if finding := known.missing("router", router, loc):
                yield draft.settings, finding
    for index, router in enumerate(draft.inventory.settings.waves.canary):
        if finding := known.missing("router", router, ("waves", "canary", index)):
            yield draft.settings, finding


def of_zones(draft: Draft) -> Iterator[Found]:
    """A zone's router."""
    known = _Known(draft)
    for zone, reading in draft.of_kind("zone"):
        if finding := known.missing("router", zone.router, ("router",)):
            yield reading, finding


def of_clients(draft: Draft) -> Iterator[Found]:
    """A client's zone; each service's plan, router and former plans."""
    known = _Known(draft)
    zones, plans = draft.known("zone"), draft.known("plan")
    for client, reading in draft.of_kind("client"):
        if client.zone not in zones and (finding := known.missing("zone", client.zone, ("zone",))):
            yield reading, finding
        for index, service in enumerate(client.services):
            if service.plan in plans and service.router is None and not service.history:
                continue
            for kind, id_, keys in _named(service):
                if finding := known.missing(kind, id_, ("services", index, *keys)):
                    yield reading, finding


def _named(service: Service) -> Iterator[tuple[str, str, Loc]]:
    """What a service names: the kind, the id, and where in the service."""
    yield "plan", service.plan, ("plan",)
    if service.router is not None:
        yield "router", service.router, ("router",)
    for index, past in enumerate(service.history):
        if isinstance(past, PastPlan):
            yield "plan", past.plan, ("history", index, "plan")


CHECKS = (of_settings, of_zones, of_clients)
