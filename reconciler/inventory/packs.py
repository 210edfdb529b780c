# SPDX-License-Identifier: GPL-3.0-or-later
"""Some hundred files as one thing that is read, kept and taken out again.

What is whole is kept: a row for each file whose form is known, the reading itself for the others.
Nothing damaged and no secret in clear is. Imports of the project: errors, its neighbours.
"""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from reconciler.errors import Problem
from reconciler.inventory.files import Found, contents
from reconciler.inventory.forms import Batch, Form, Forms, plain
from reconciler.inventory.frozen import SecretInClear, freeze, is_whole, thaw
from reconciler.inventory.kinds import CLIENT
from reconciler.inventory.moulds import Row
from reconciler.inventory.reading import Reading, broken_rules, read
from reconciler.inventory.store import digest

_FORMS = Forms()

Entry = tuple[bytes, str, Row]
"""The digest of a file's name and bytes, its name, and its row."""


@dataclass(frozen=True)
class Contents:
    """The files of a pack that may be kept; `odd` are those without a form."""

    formed: dict[Form, list[Entry]]
    odd: list[tuple[bytes, Reading]]

    def body(self) -> bytes:
        """As it is kept."""
        formed = [(form.spec, entries) for form, entries in self.formed.items()]
        hashes, readings = [hashed for hashed, _ in self.odd], [one for _, one in self.odd]
        return pickle.dumps((self._digest(), formed, hashes, freeze(readings)))

    def _digest(self) -> bytes:
        """Of the names and bytes of all the files."""
        hashes = [hashed for hashed, _ in self.odd]
        hashes += [entry[0] for entries in self.formed.values() for entry in entries]
        return digest(*sorted(hashes))


@dataclass(frozen=True)
class Kept:
    """What is kept of a pack: the body, a digest of the files that it is of, and what is in it."""

    body: bytes = field(repr=False)
    files: bytes
    contents: Contents

    @cached_property
    def sum(self) -> str:
        """A digest of the very bytes."""
        return digest(self.body).hex()

    @property
    def readings(self) -> list[Reading]:
        """Those of the files without a form."""
        return [reading for _, reading in self.contents.odd]

    @cached_property
    def batches(self) -> list[Batch]:
        """Those of all the other files."""
        return [
            Batch(form, [file for _, file, _ in of], [row for *_, row in of])
            for form, of in self.contents.formed.items()
        ]


def opened(body: bytes) -> Kept:
    """A body taken apart. Raises one of UNUSABLE for bytes that are none."""
    files, formed, hashes, frozen = plain(body)
    forms = {_FORMS.made(spec): entries for spec, entries in formed}
    return Kept(body, files, Contents(forms, list(zip(hashes, thaw(frozen), strict=True))))


def read_file(root: Path, one: Found) -> Reading:
    """One file, whatever is wrong with it."""
    return _reading(one, contents(root, one.file))


def _reading(one: Found, data: bytes | Problem) -> Reading:
    if isinstance(data, Problem):
        return Reading(one.kind, one.file, None, (data,), damaged=True)
    return read(one.kind, one.file, data)


def read_pack(
    root: Path, found: Sequence[Found], before: Kept | None
) -> tuple[Contents, list[Reading]]:
    """Read files, of which those with the same bytes as `before` are not parsed.

    What may be kept, and the readings of the rest.
    """
    now = Contents({}, [])
    rest: list[Reading] = []
    fresh: list[tuple[Found, bytes, bytes]] = []
    known = _by_digest(before)
    for one in found:
        data = contents(root, one.file)
        if isinstance(data, Problem):
            rest.append(_reading(one, data))
            continue
        hashed = digest(one.file.encode(), data)
        match known.get(hashed):
            case None:
                fresh.append((one, hashed, data))
            case Reading() as reading:
                now.odd.append((hashed, reading))
            case form, entry:
                now.formed.setdefault(form, []).append(entry)
    for hashed, reading, data in _parse(fresh, now):
        if may_be_kept(reading, data):
            now.odd.append((hashed, reading))
        else:
            rest.append(reading)
    return now, rest


def _by_digest(kept: Kept | None) -> dict[bytes, Reading | tuple[Form, Entry]]:
    if kept is None:
        return {}
    known: dict[bytes, Reading | tuple[Form, Entry]] = dict(kept.contents.odd)
    for form, entries in kept.contents.formed.items():
        known |= {entry[0]: (form, entry) for entry in entries}
    return known


def _parse(
    fresh: Sequence[tuple[Found, bytes, bytes]], now: Contents
) -> Iterator[tuple[bytes, Reading, bytes]]:
    """Put files of a known form into `now`; yield the others with their readings."""
    by_form: dict[Form, list[tuple[Found, bytes, bytes, Row]]] = {}
    for one, hashed, data in fresh:
        match _FORMS.find(data) if one.kind is CLIENT else None:
            case None:
                reading = _reading(one, data)
                if may_be_kept(reading, data):
                    _FORMS.learn(data, reading)
                yield hashed, reading, data
            case form, row:
                by_form.setdefault(form, []).append((one, hashed, data, row))
    for form, files in by_form.items():
        clients = form.mould.cast([row for *_, row in files])
        for (one, hashed, data, row), client in zip(files, clients, strict=True):
            if any(True for _ in broken_rules(CLIENT, one.file, client)):
                yield hashed, _reading(one, data), data
            else:
                now.formed.setdefault(form, []).append((hashed, one.file, row))


def may_be_kept(reading: Reading, data: bytes) -> bool:
    """Whether a reading is whole and holds no secret in clear."""
    if not is_whole(reading):
        return False
    # The key `plain` can be written otherwise only with an escape.
    if b"plain" not in data and b"\\" not in data:
        return True
    try:
        freeze([reading])
    except SecretInClear:
        return False
    return True
