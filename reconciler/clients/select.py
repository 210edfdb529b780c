# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clients and services an act is about: ids, or filters over the whole inventory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.errors import ReconcileError, UsageError
from reconciler.inventory import Inventory, Subscription
from reconciler.models import Client, Status
from reconciler.wording import listing, unknown


@dataclass(frozen=True)
class Filters:
    """Every one that is set must hold; `ids` are those of a file of ids."""

    zones: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    routers: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Filters()

    def accepts(self, sub: Subscription) -> bool:
        return (
            (not self.zones or sub.zone.id in self.zones)
            and (not self.plans or sub.plan.id in self.plans)
            and (not self.statuses or sub.service.status.value in self.statuses)
            and (not self.routers or sub.router.id in self.routers)
            and (self.ids is None or sub.client.id in self.ids)
            and (not self.text or self.text.casefold() in _text_of(sub))
        )


@dataclass(frozen=True)
class Chosen:
    """One service that an act is about; `index`: its place in the client's file, `file`: which."""

    sub: Subscription
    index: int
    file: str

    @property
    def at(self) -> tuple[str, int]:
        """The path of the service in the file."""
        return ("services", self.index)


def choose(
    inventory: Inventory, ids: Sequence[str], filters: Filters, service: str | None = None
) -> list[Chosen]:
    """The services of the clients named, or those that the filters accept, in the files' order.

    Raises UsageError where neither is given or both are, ReconcileError for an unknown id.
    """
    if bool(ids) != filters.is_empty:
        raise UsageError("Name clients by their ids, or choose them by filters: one of both.")
    for name in (*ids, *(filters.ids or ())):
        find_client(inventory, name)
    _known("zone", filters.zones, inventory.zones)
    _known("plan", filters.plans, inventory.plans)
    wanted = set(ids)
    chosen = [
        one
        for one in all_services(inventory)
        if (one.sub.client.id in wanted if ids else filters.accepts(one.sub))
        and service in (None, one.sub.service.id)
    ]
    if ids and service is not None:
        for name in ids:
            if not any(one.sub.client.id == name for one in chosen):
                has = listing(s.id for s in inventory.clients[name].services) or "none"
                raise ReconcileError(f"{name} has no service {service}. It has: {has}.")
    return chosen


def without_services(inventory: Inventory, filters: Filters) -> list[Client]:
    """Clients that have no service and that the filters accept; those of services accept none."""
    if filters.plans or filters.statuses or filters.routers:
        return []
    return [
        client
        for client in inventory.clients.values()
        if not client.services
        and (not filters.zones or client.zone in filters.zones)
        and (filters.ids is None or client.id in filters.ids)
        and filters.text.casefold() in _text_of_client(client)
    ]


def all_services(inventory: Inventory) -> list[Chosen]:
    """Every service with its place."""
    found: list[Chosen] = []
    index, last = 0, ""
    for sub in inventory.subscriptions:
        index = index + 1 if sub.client.id == last else 0
        last = sub.client.id
        found.append(Chosen(sub, index, inventory.where(sub.client).file))
    return found


def find_client(inventory: Inventory, name: str) -> Client:
    """A client by its id. Raises ReconcileError that names a former or a near id."""
    client = inventory.clients.get(name)
    if client is not None:
        return client
    for other in inventory.clients.values():
        if name in other.former_ids:
            raise ReconcileError(f"There is no client {name}: it is {other.id} now.")
    raise ReconcileError(unknown("client", name, inventory.clients))


def only_service(chosen: Iterable[Chosen], client: str) -> Chosen:
    """The one service an act is about. Raises UsageError where the client has several or none."""
    services = list(chosen)
    if len(services) == 1:
        return services[0]
    if not services:
        raise ReconcileError(f"{client} has no service that this could be about.")
    names = listing(one.sub.service.id for one in services)
    raise UsageError(f"{client} has the services {names}: name one with --service.")


def _known(noun: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise UsageError(unknown(noun, name, known))


def _text_of(sub: Subscription) -> str:
    service = sub.service
    parts = (sub.name, service.address, service.mac, service.comment)
    serial = service.onu.serial if service.onu else ""
    words = "\n".join(str(part) for part in (*parts, serial) if part)
    return f"{_text_of_client(sub.client)}\n{words}".casefold()


def _text_of_client(client: Client) -> str:
    contact = client.contact
    parts = (
        client.id, *client.former_ids, client.name, client.notes, contact.phone, contact.email,
        contact.address, contact.city, contact.tax_id,
    )  # fmt: skip
    return "\n".join(part for part in parts if part).casefold()


def is_over(sub: Subscription) -> bool:
    """Whether the service was cancelled."""
    return sub.service.status is Status.CANCELLED
