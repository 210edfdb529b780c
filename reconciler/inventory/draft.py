# SPDX-License-Identifier: GPL-3.0-or-later
"""The files put together, as the checks across files see them.

Imports of the project: errors, models, yamlfile, its neighbours.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from reconciler.errors import Problem, Where
from reconciler.inventory.files import contents
from reconciler.inventory.finding import Finding
from reconciler.inventory.kinds import CLIENT, PLAN, ROUTER, ZONE
from reconciler.inventory.model import Inventory, Subscription
from reconciler.inventory.reading import Reading, original
from reconciler.models import Client, Settings
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
    readings: list[Reading]
    damaged: set[int]
    """The identities of models of which something is missing."""
    _documents: dict[str, Document | None] = field(default_factory=dict)

    @cached_property
    def placed(self) -> list[Placed]:
        """Every subscription, in their order."""
        readings = {
            id(reading.model): reading
            for reading in self.readings
            if reading.kind.name == CLIENT.name
        }
        return [
            Placed(
                sub,
                readings[id(sub.client)],
                next(at for at, one in enumerate(sub.client.services) if one is sub.service),
                self.damaged.isdisjoint(map(id, (sub.client, sub.zone, sub.plan, sub.router))),
            )
            for sub in self.inventory.subscriptions
        ]

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
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, set[str]]:
        known: defaultdict[str, set[str]] = defaultdict(set)
        for reading in self.readings:
            ids = known[reading.kind.name]
            ids.add(reading.file.rpartition("/")[2].removesuffix(".yaml"))
            if reading.model is not None:
                ids.add(getattr(reading.model, "id", ""))
        for ids in known.values():
            ids.discard("")
        return known

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


def assemble(root: Path, settings: Reading, readings: list[Reading]) -> Draft:
    """Sort the models by kind and id, and resolve what the services refer to."""
    models: dict[str, dict[str, Any]] = {kind.name: {} for kind in (ROUTER, ZONE, PLAN, CLIENT)}
    places: dict[int, Where] = {}
    damaged: set[int] = set()
    for reading in readings:
        model: Any = reading.model
        if model is None:
            continue
        places[id(model)] = Where(reading.file, reading.line)
        if reading.damaged:
            damaged.add(id(model))
        of_kind = models[reading.kind.name]
        if model.id not in of_kind:
            of_kind[model.id] = model
            if isinstance(model, Client):
                for service, line in zip(model.services, reading.service_lines, strict=True):
                    places[id(service)] = Where(reading.file, line)
    by_id = {name: dict(sorted(found.items())) for name, found in models.items()}
    inventory = Inventory(
        root=root,
        settings=settings.model if isinstance(settings.model, Settings) else Settings(format=1),
        routers=by_id["router"],
        zones=by_id["zone"],
        plans=by_id["plan"],
        clients=by_id["client"],
        places=places,
    )
    inventory = replace(inventory, subscriptions=tuple(_resolve(inventory)))
    return Draft(inventory, settings, readings, damaged)


def _resolve(inventory: Inventory) -> Iterator[Subscription]:
    """Every service with what it refers to, where all of that exists."""
    zones, plans, routers, places = (
        inventory.zones,
        inventory.plans,
        inventory.routers,
        inventory.places,
    )
    for client in inventory.clients.values():
        zone = zones.get(client.zone)
        if zone is None:
            continue
        for service in client.services:
            plan = plans.get(service.plan)
            router = routers.get(service.router or zone.router)
            if plan is not None and router is not None:
                yield Subscription(client, service, plan, zone, router, places[id(service)])
