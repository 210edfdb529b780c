# SPDX-License-Identifier: GPL-3.0-or-later
"""What all files were read as, and where each model stands: made as far as somebody asks for it.

Imports of the project: errors, models, its neighbours.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconciler.errors import Where
from reconciler.inventory.files import path_order
from reconciler.inventory.forms import Batch
from reconciler.inventory.reading import Reading
from reconciler.models import Client

Group = tuple[Sequence[Client], Sequence[str], Sequence[int]]
"""Clients, their files, and the lines of the services that each of them has."""


@dataclass(frozen=True)
class Readings:
    """All readings of a repository: those that are there, and those that batches would give."""

    alone: Sequence[Reading]
    batches: Sequence[Batch] = ()

    @cached_property
    def groups(self) -> Sequence[Group]:
        """All clients."""
        by_lines: dict[tuple[int, ...], tuple[list[Client], list[str]]] = {}
        for one in self.alone:
            if isinstance(one.model, Client):
                clients, files = by_lines.setdefault(one.service_lines, ([], []))
                clients.append(one.model)
                files.append(one.file)
        alone = [(*columns, lines) for lines, columns in by_lines.items()]
        return alone + [(of.clients, of.files, of.form.service_lines) for of in self.batches]

    @cached_property
    def in_order(self) -> Sequence[Reading]:
        """All of them, in the order of their paths."""
        if not self.batches:
            return self.alone
        every = itertools.chain(self.alone, *(batch.readings() for batch in self.batches))
        return sorted(every, key=lambda reading: path_order(reading.file))

    @cached_property
    def by_model(self) -> Mapping[int, Reading]:
        """By the identity of their models."""
        return _by_model(self.in_order)

    @cached_property
    def by_few(self) -> Mapping[int, Reading]:
        """Likewise, only those that are there: zones, plans and routers are among them."""
        return _by_model(self.alone)


def _by_model(readings: Iterable[Reading]) -> Mapping[int, Reading]:
    return {id(reading.model): reading for reading in readings if reading.model is not None}


@dataclass(frozen=True)
class Places(Mapping[int, Where]):
    """Where the models and the clients' services stand, by identity."""

    readings: Readings

    def __getitem__(self, key: int) -> Where:
        for readings in (self.readings.by_few, self.readings.by_model):
            if (reading := readings.get(key)) is not None:
                return Where(reading.file, reading.line)
        return self._services[key]

    def __iter__(self) -> Iterator[int]:
        return itertools.chain(self.readings.by_model, self._services)

    def __len__(self) -> int:
        return len(self.readings.by_model) + len(self._services)

    @cached_property
    def _services(self) -> Mapping[int, Where]:
        return {
            id(service): Where(file, line)
            for clients, files, lines in self.readings.groups
            for client, file in zip(clients, files, strict=True)
            for service, line in zip(client.services, lines, strict=True)
        }
