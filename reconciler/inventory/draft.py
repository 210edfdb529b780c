# SPDX-License-Identifier: GPL-3.0-or-later
"""The files put together, as the checks across files see them.

Imports of the project: errors, models, yamlfile, its neighbours.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from reconciler.errors import Problem, Where
from reconciler.inventory.files import contents
from reconciler.inventory.finding import Finding
from reconciler.inventory.free import free_hint
from reconciler.inventory.kinds import KINDS
from reconciler.inventory.model import Inventory, Subscription
from reconciler.inventory.reading import Reading, original
from reconciler.models import Client, Settings, Zone
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
class Places(Mapping[int, Where]):
    """Where the models and the clients' services stand, by identity; made when it is asked for."""

    readings: dict[int, Reading]

    def __getitem__(self, key: int) -> Where:
        if (reading := self.readings.get(key)) is not None:
            return Where(reading.file, reading.line)
        return self._services[key]

    def __iter__(self) -> Iterator[int]:
        return itertools.chain(self.readings, self._services)

    def __len__(self) -> int:
        return len(self.readings) + len(self._services)

    @cached_property
    def _services(self) -> dict[int, Where]:
        return {
            id(service): Where(reading.file, line)
            for reading in self.readings.values()
            if isinstance(reading.model, Client)
            for service, line in zip(reading.model.services, reading.service_lines, strict=True)
        }


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
    places: Places
    _documents: dict[str, Document | None] = field(default_factory=dict)
    _free: dict[str, str] = field(default_factory=dict)
    _known: dict[str, set[str]] = field(default_factory=dict)

    def placed(self, sub: Subscription) -> Placed:
        """A subscription with where it was read, which few checks of many have to know."""
        return Placed(
            sub,
            self.places.readings[id(sub.client)],
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


def assemble(root: Path, settings: Reading, readings: list[Reading]) -> Draft:
    """Sort the models by kind and id, and resolve what the services refer to."""
    usable = [reading for reading in readings if reading.model is not None]
    places = Places({id(reading.model): reading for reading in usable})
    by_id: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        models: list[Any] = [reading.model for reading in usable if reading.kind is kind]
        # Of two files with one id the first is taken.
        by_id[kind.name] = dict(sorted({model.id: model for model in reversed(models)}.items()))
    inventory = Inventory(
        root=root,
        settings=settings.model if isinstance(settings.model, Settings) else Settings(format=1),
        routers=by_id["router"],
        zones=by_id["zone"],
        plans=by_id["plan"],
        clients=by_id["client"],
        places=places,
    )
    inventory = replace(inventory, subscriptions=tuple(_resolve(inventory, places)))
    damaged = {id(reading.model) for reading in usable if reading.damaged}
    return Draft(inventory, settings, readings, damaged, places)


def _resolve(inventory: Inventory, places: Places) -> Iterator[Subscription]:
    """Every service with what it refers to, where all of that exists."""
    zones, plans, routers = inventory.zones, inventory.plans, inventory.routers
    for client in inventory.clients.values():
        zone = zones.get(client.zone)
        if zone is None:
            continue
        reading = places.readings[id(client)]
        for service, line in zip(client.services, reading.service_lines, strict=True):
            plan = plans.get(service.plan)
            router = routers.get(service.router or zone.router)
            if plan is not None and router is not None:
                where = Where(reading.file, line)
                yield Subscription(client, service, plan, zone, router, where)
