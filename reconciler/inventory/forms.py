# SPDX-License-Identifier: GPL-3.0-or-later
"""Files told by their forms: a mould for each form that comes again, and what is read by it.

A form is learned from its second file on, so that files of a kind of their own cost little more
than their reading. A form is kept as plain values, of which the mould is made again. Imports of the
project: models, yamlfile, yamlform and its neighbours.
"""

import io
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reconciler.inventory.kinds import CLIENT
from reconciler.inventory.moulds import Mould, Row
from reconciler.inventory.reading import Reading
from reconciler.models import Client
from reconciler.yamlfile import parse
from reconciler.yamlform import split, trace

_MOST = 2000  # forms that are learned, and forms that are remembered to have been seen


@dataclass(frozen=True, eq=False)
class Form:
    """What all its files share: a mould, and on which lines the id and the services are."""

    spec: bytes = field(repr=False)
    mould: Mould = field(repr=False)
    line: int
    service_lines: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Batch:
    """Files of one form, and the rows of their clients, which are made when asked for."""

    form: Form
    files: Sequence[str]
    rows: Sequence[Row] = field(repr=False)

    @cached_property
    def clients(self) -> Sequence[Client]:
        """In the order of the files."""
        return self.form.mould.cast(self.rows)

    def readings(self) -> Iterator[Reading]:
        """As `read` would give them."""
        line, lines = self.form.line, self.form.service_lines
        for file, client in zip(self.files, self.clients, strict=True):
            yield Reading(CLIENT, file, client, line=line, service_lines=lines)


class Forms:
    """The forms that this process knows."""

    def __init__(self) -> None:
        self._fixed: dict[str, tuple[int, ...]] = {}
        self._known: dict[tuple[str, ...], Form | None] = {}
        self._by_spec: dict[bytes, Form] = {}
        self._once: set[str] = set()

    def find(self, data: bytes) -> tuple[Form, Row] | None:
        """The form of a file and its row; None where it has to be read by itself."""
        try:
            form, filled = split(data.decode())
            fixed = self._fixed.get(form)
            if fixed is None:
                return None
            known = self._known.get((form, *(filled[index] for index in fixed)))
            return None if known is None else (known, known.mould.row(filled))
        except ValueError:
            return None

    def learn(self, data: bytes, reading: Reading) -> None:
        """Take note of a file that was read and is whole; the second of its form makes a mould."""
        if reading.kind is not CLIENT or reading.problems or len(self._known) >= _MOST:
            return
        text = data.decode().removeprefix("\ufeff")
        form, filled = split(text)
        if form not in self._once:
            if len(self._once) < _MOST:
                self._once.add(form)
            return
        known = self._fixed.get(form)
        if known is not None and (form, *(filled[index] for index in known)) in self._known:
            return
        document, _ = parse(data, reading.file)
        traced = None if document is None else trace(text, document)
        if traced is None:
            return
        tree, fixed = traced
        if self._fixed.setdefault(form, fixed) != fixed:
            return
        key = (form, *(filled[index] for index in fixed))
        try:
            spec = pickle.dumps((tree, filled, reading.line, reading.service_lines))
            self._known[key] = self.made(spec)
        except ValueError:
            self._known[key] = None

    def made(self, spec: bytes) -> Form:
        """The form that was kept as `spec`. Raises ValueError and what `plain` raises."""
        if spec not in self._by_spec:
            tree, filled, line, service_lines = plain(spec)
            self._by_spec[spec] = Form(spec, Mould(tree, filled), line, service_lines)
        return self._by_spec[spec]


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} has no place here")


def plain(data: bytes) -> Any:
    """Numbers, texts, lists and the like of a pickle; nothing that would be called or made."""
    return _Plain(io.BytesIO(data)).load()
