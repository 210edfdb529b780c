# SPDX-License-Identifier: GPL-3.0-or-later
"""Many files to their readings: on several cores, and none twice where a store remembers it.

Files are read in packs. A pack whose files all look as they did when they were read (device, inode,
size, times of change) is taken from the store; of another one the files are read, and only those
with other bytes are parsed. Imports of the project: cores, errors, its neighbours.
"""

import os
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from reconciler.cores import FAILURES, copies, cores, may_fork, shared_out
from reconciler.errors import Problem
from reconciler.inventory.files import Found, find_files
from reconciler.inventory.frozen import UNUSABLE
from reconciler.inventory.packs import Kept, opened, read_file, read_pack
from reconciler.inventory.reading import Reading
from reconciler.inventory.store import GRAIN, Store, digest

FEW = 400  # files below which neither a store nor a second process is worth its start
PACK = 500
LEAST_PARALLEL = 2000


@dataclass(frozen=True)
class Bulk:
    """The readings of all files in order, what is in the way, and a key for all their bytes.

    The key is None where some of them may not be kept, and for few files.
    """

    readings: list[Reading]
    problems: list[Problem]
    key: bytes | None = None


class Look(NamedTuple):
    """How the files of a pack look from outside, and when the newest was changed, in ns."""

    look: bytes
    newest: int


class Scouted(NamedTuple):
    """What lies in the folders: the files in order, what is in the way, and how packs look."""

    found: list[Found]
    problems: list[Problem]
    looks: dict[str, Look]


class Parcel(NamedTuple):
    """What came of a pack: its bytes for the store, and the readings that may not be kept.

    `look` is from before the files were read.
    """

    body: bytes
    rest: list[Reading]
    look: Look


class Work(NamedTuple):
    """A pack to be read, and what is known of it."""

    found: list[Found]
    before: Kept | None
    look: Look | None


def load_files(root: Path, store: Store) -> Bulk:
    """Read all files of a repository but its settings."""
    began, stamps = store.now(), store.stamps()
    kept, scouted = _foreseen(root, store, stamps)
    found, problems, looks = scouted or scout(root, look=bool(stamps))
    if len(found) < FEW:
        return Bulk([read_file(root, one) for one in found], problems)
    packs = packs_of(found)
    kept |= {name: one for name in packs if name not in kept and (one := _kept(store, name))}
    fresh = {
        name: stamps[name]
        for name, look in looks.items()
        if name in kept and stamps.get(name) == _stamp(look, kept[name])
    }
    rest: dict[str, Reading] = {}
    stale = {
        name: Work(of, kept.get(name), looks.get(name))
        for name, of in packs.items()
        if name not in fresh
    }
    for name, parcel in _parcels(root, stale):
        if name not in kept or parcel.body != kept[name].body:
            store.put(name, parcel.body)
            kept[name] = opened(parcel.body)
        rest |= {reading.file: reading for reading in parcel.rest}
        if parcel.look.newest < began - GRAIN and not parcel.rest:
            fresh[name] = _stamp(parcel.look, kept[name])
    if fresh != stamps:
        store.put_stamps(fresh)
    readings = {one.file: one for name in packs for one in kept[name].readings} | rest
    key = None if rest else digest(*(kept[name].files for name in sorted(packs)))
    return Bulk([readings[one.file] for one in found], problems, key)


def _foreseen(
    root: Path, store: Store, stamps: Mapping[str, str]
) -> tuple[dict[str, Kept], Scouted | None]:
    """While another process looks at the files, take out what they most likely are."""
    kept: dict[str, Kept] = {}
    if stamps and may_fork() and cores() > 1:
        with suppress(*FAILURES), copies(1) as pool:
            scouting = pool.submit(scout, root, look=True)
            kept = {name: one for name in stamps if (one := _kept(store, name))}
            for one in kept.values():
                one.readings  # noqa: B018 - made now, while there is time
            return kept, scouting.result()
    return kept, None


def scout(root: Path, *, look: bool) -> Scouted:
    """Look at the folders, and if asked at the files, and read nothing."""
    found, problems = find_files(root)
    packs = packs_of(found) if look and len(found) >= FEW else {}
    return Scouted(found, problems, {name: looked_at(root, of) for name, of in packs.items()})


def packs_of(found: Sequence[Found]) -> dict[str, list[Found]]:
    """The files by packs; a file stays in its pack until the number of files doubles."""
    packs: dict[str, list[Found]] = defaultdict(list)
    bits = (len(found) // PACK).bit_length()
    for one in found:
        packs[f"pack-{bits}-{zlib.crc32(one.file.encode()) & ((1 << bits) - 1):x}"].append(one)
    return packs


def looked_at(root: Path, found: Sequence[Found]) -> Look:
    """How these files look from outside."""
    parts: list[str] = []
    newest = 0
    for one in found:
        try:
            s = os.stat(f"{root}/{one.file}")  # noqa: PTH116 - a Path costs as much again
        except OSError:
            return Look(b"", sys.maxsize)
        parts.append(
            f"{one.file} {s.st_dev} {s.st_ino} {s.st_size} {s.st_mtime_ns} {s.st_ctime_ns}"
        )
        newest = max(newest, s.st_mtime_ns, s.st_ctime_ns)
    return Look(digest("\n".join(parts).encode()), newest)


def _stamp(look: Look, kept: Kept) -> str:
    return digest(look.look, kept.sum).hex()


def _parcels(root: Path, stale: Mapping[str, Work]) -> Iterator[tuple[str, Parcel]]:
    """Read packs, in several processes where that is worth it and safe."""
    pack_up = partial(_pack_up, root)
    works = list(stale.values())
    few = sum(len(one.found) for one in works) < LEAST_PARALLEL
    return zip(stale, map(pack_up, works) if few else shared_out(pack_up, works), strict=True)


def _pack_up(root: Path, work: Work) -> Parcel:
    """Read the files of a pack, and parse those whose bytes are not as they were."""
    look = work.look or looked_at(root, work.found)
    contents, rest = read_pack(root, work.found, work.before)
    return Parcel(contents.body(), rest, look)


def _kept(store: Store, name: str) -> Kept | None:
    """What the store has under a name; None where it is absent or of no use."""
    body = store.get(name)
    try:
        return None if body is None else opened(body)
    except UNUSABLE:
        return None
