# SPDX-License-Identifier: GPL-3.0-or-later
"""The files put together, as the checks across files see them.

Imports of the project: errors, models, yamlfile, its neighbours.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from reconciler.errors import Problem, Where
from reconciler.inventory.files import contents
from reconciler.inventory.finding import Finding
from reconciler.inventory.forms import Batch
from reconciler.inventory.free import free_hint
from reconciler.inventory.kinds import PLAN, ROUTER, ZONE, Kind
from reconciler.inventory.model import Inventory, Subscription
from reconciler.inventory.places import Places, Readings
from reconciler.inventory.reading import Reading, original
from reconciler.models import Client, Plan, Router, Settings, Zone
from reconciler.yamlfile import Document, Loc, parse


@dataclass(frozen=True, slots=True)
class Placed:
    """A subscription with where it was read: its client's file and its index there.

    `whole`: nothing is missing from any of the files it was made of, so that what it lacks, it
    lacks.
    """

    subscription: Subscription
    reading: Reading
    index: int
    whole: bool

    def loc(self, *keys: str | int) -> Loc:
        """The path of a part of the service."""
        return ("services", self.index, *keys)


@dataclass
class Draft:
    """All readings, and an inventory of what is usable of them.

    Where two files have one id, the first in the order of paths is in the inventory. Lines of
    single keys are not kept while loading: the few that problems name are found by reading that
    file once more.
    """

    inventory: Inventory
    settings: Reading
    read: Readings
    damaged: Set[int]
    """The identities of models of which something is missing."""
    _documents: dict[str, Document | None] = field(default_factory=dict)
    _free: dict[str, str] = field(default_factory=dict)
    _known: dict[str, set[str]] = field(default_factory=dict)

    @property
    def readings(self) -> Sequence[Reading]:
        """Of all files, in the order of their paths."""
        return self.read.in_order

    def placed(self, sub: Subscription) -> Placed:
        """A subscription with where it was read, which few checks of many have to know."""
        return Placed(
            sub,
            self.read.by_model[id(sub.client)],
            next(at for at, one in enumerate(sub.client.services) if one is sub.service),
            self.damaged.isdisjoint(map(id, (sub.client, sub.zone, sub.plan, sub.router))),
        )

    def free_hint(self, zone: Zone) -> str:
        """The next free address of a zone, looked for once."""
        if zone.id not in self._free:
            self._free[zone.id] = free_hint(self.inventory, zone)
        return self._free[zone.id]

    def of_kind(self, name: str) -> Sequence[tuple[Any, Reading]]:
        """Every usable model of a kind with its reading, those with a repeated id too."""
        return self._by_kind[name]

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[Any, Reading]]]:
        by_kind: defaultdict[str, list[tuple[Any, Reading]]] = defaultdict(list)
        for reading in self.readings:
            if reading.model is not None:
                by_kind[reading.kind.name].append((reading.model, reading))
        return by_kind

    def known(self, name: str) -> Set[str]:
        """The ids of a kind, those of files that cannot be used included."""
        if name not in self._known:
            of_kind = [reading for reading in self.readings if reading.kind.name == name]
            ids = {reading.file.rpartition("/")[2].removesuffix(".yaml") for reading in of_kind}
            ids |= {getattr(reading.model, "id", "") for reading in of_kind}
            self._known[name] = ids - {""}
        return self._known[name]

    def where(self, reading: Reading, loc: Loc) -> Where:
        """The file and line of a part of a model."""
        if reading.file not in self._documents:
            data = contents(self.inventory.root, reading.file)
            document = parse(data, reading.file)[0] if isinstance(data, bytes) else None
            self._documents[reading.file] = document
        document = self._documents[reading.file]
        line = document.line(original(loc, reading.origins)) if document else None
        return Where(reading.file, line)

    def problem(self, reading: Reading, finding: Finding) -> Problem:
        """A finding of a check, with its place."""
        return finding.at(self.where(reading, finding.loc))


def assemble(
    root: Path, settings: Reading, alone: Sequence[Reading], batches: Sequence[Batch] = ()
) -> Draft:
    """Sort the models by kind and id, and resolve what the services refer to."""
    read = Readings(alone, batches)
    zones, plans, routers = (_by_id(alone, kind) for kind in (ZONE, PLAN, ROUTER))
    clients, subscriptions = _clients(read), _resolved(read, zones, plans, routers)
    if len(clients) < sum(len(group[0]) for group in read.groups):
        subscriptions = [sub for sub in subscriptions if clients[sub.client.id] is sub.client]
    inventory = Inventory(
        root=root,
        settings=settings.model if isinstance(settings.model, Settings) else Settings(format=1),
        routers=routers,
        zones=zones,
        plans=plans,
        clients=clients,
        subscriptions=tuple(subscriptions),
        places=Places(read),
    )
    return Draft(inventory, settings, read, {id(one.model) for one in alone if one.damaged})


def _by_id(readings: Iterable[Reading], kind: Kind) -> dict[str, Any]:
    """The models of a kind; of two with one id the first."""
    found: dict[str, Any] = {}
    for reading in readings:
        if reading.kind is kind and reading.model is not None:
            found.setdefault(reading.model.id, reading.model)  # type: ignore[attr-defined]
    return dict(sorted(found.items()))


def _clients(read: Readings) -> dict[str, Client]:
    """By id; of two files with one id the first in the order of paths."""
    found = [(client.id, client) for clients, *_ in read.groups for client in clients]
    by_id = dict(sorted(found, key=itemgetter(0)))
    if len(by_id) < len(found):
        for reading in reversed(read.in_order):
            if isinstance(reading.model, Client):
                by_id[reading.model.id] = reading.model
    return by_id


def _resolved(
    read: Readings,
    zones: Mapping[str, Zone],
    plans: Mapping[str, Plan],
    routers: Mapping[str, Router],
) -> list[Subscription]:
    """Every service with what it refers to, where all of that exists, by the id of its client."""
    found: list[Subscription] = []
    for clients, files, lines in read.groups:
        for index, line in enumerate(lines):
            found += (
                Subscription(client, service, plan, zone, router, Where(file, line))
                for client, file in zip(clients, files, strict=True)
                for service in (client.services[index],)
                if (zone := zones.get(client.zone)) is not None
                and (plan := plans.get(service.plan)) is not None
                and (router := routers.get(service.router or zone.router)) is not None
            )
    # Those of one client are in the order of its file, and stay so.
    found.sort(key=attrgetter("client.id"))
    return found
