# SPDX-License-Identifier: GPL-3.0-or-later
"""A state repository in memory: its files as models, and each service with all it refers to.

Pure values. Imports of the project: errors, models.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from reconciler.errors import Where
from reconciler.models import Client, Plan, Router, Service, Settings, Zone


class Subscription(NamedTuple):
    """One service of one client with its plan, zone and router; `where`: its first line."""

    client: Client
    service: Service
    plan: Plan
    zone: Zone
    router: Router
    where: Where

    @property
    def id(self) -> str:
        """`ana-lopez/internet`, as in the marks on the router."""
        return f"{self.client.id}/{self.service.id}"

    @property
    def former_ids(self) -> tuple[str, ...]:
        """The ids that marks under the client's former ids have."""
        return tuple([f"{former}/{self.service.id}" for former in self.client.former_ids])

    @property
    def name(self) -> str:
        """Name of the queue, or user name of the login."""
        if self.service.name is not None:
            return self.service.name
        if self.service.id == "internet":
            return self.client.id
        return f"{self.client.id}-{self.service.id}"

    @property
    def queue_name(self) -> str:
        """Name of its own simple queue."""
        return self.service.queue or self.name

    @property
    def label(self) -> str:
        """What stands before the mark in a comment."""
        return self.service.comment or self.client.name

    @property
    def address(self) -> IPv4Address | None:
        return self.service.address

    @property
    def local_address(self) -> IPv4Address | None:
        """For the secret: the service's own, or the zone's where the plan has none."""
        if self.service.local_address is not None:
            return self.service.local_address
        return None if self.plan.local_address is not None else self.zone.local_address

    @property
    def interface(self) -> str | None:
        """Where its ARP binding goes."""
        return self.service.interface or self.zone.interface or self.router.lan_interface

    @property
    def parent(self) -> str | None:
        """The parent queue of its own simple queue."""
        return self.service.parent or self.plan.parent

    @property
    def has_rows(self) -> bool:
        """Whether it has rows on its router, and these are managed."""
        return self.client.manage and self.service.has_rows

    @property
    def has_queue(self) -> bool:
        """Whether it has a simple queue of its own."""
        return self.plan.has_queues


@dataclass(frozen=True)
class Inventory:
    """All files of a state repository.

    `subscriptions` holds every service whose plan, zone and router exist, by client id and then in
    the order of the file; those of `manage: false` and cancelled ones are among them.
    """

    root: Path
    settings: Settings
    routers: Mapping[str, Router] = field(default_factory=dict)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    clients: Mapping[str, Client] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    places: Mapping[int, Where] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def by_router(self) -> Mapping[str, Sequence[Subscription]]:
        """The subscriptions of each router that has any."""
        found: defaultdict[str, list[Subscription]] = defaultdict(list)
        for sub in self.subscriptions:
            found[sub.router.id].append(sub)
        return dict(found)

    @cached_property
    def known_marks(self) -> frozenset[str]:
        """The marks of every service, those under former ids too."""
        return _marks(self.subscriptions)

    @cached_property
    def unmanaged_marks(self) -> frozenset[str]:
        """The marks that come off while their rows stay."""
        return _marks(sub for sub in self.subscriptions if not sub.client.manage)

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Mark -> router, for every service that is to have rows."""
        return {
            mark: sub.router.id
            for sub in self.subscriptions
            if sub.has_rows
            for mark in (sub.id, *sub.former_ids)
        }

    def where(self, part: BaseModel) -> Where:
        """Where a router, zone, plan, client or service of this inventory stands.

        A file's line is that of its `id`, a service's that of its first key. Raises LookupError
        for anything that was not read from a file.
        """
        try:
            return self.places[id(part)]
        except KeyError:
            raise LookupError(f"{type(part).__name__} was not read from a file") from None


def _marks(subs: Iterable[Subscription]) -> frozenset[str]:
    return frozenset(mark for sub in subs for mark in (sub.id, *sub.former_ids))
