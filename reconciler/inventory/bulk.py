# SPDX-License-Identifier: GPL-3.0-or-later
"""Many files to their readings: on several cores, and none twice where a store remembers it.

Files are read in packs. A pack whose files all look as they did when they were read (device, inode,
size, times of change) is taken from the store; of another one the files are read, and only those
with other bytes are parsed. Imports of the project: errors, its neighbours.
"""

import concurrent.futures
import gc
import multiprocessing
import os
import signal
import sys
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

from reconciler.errors import Problem
from reconciler.inventory.files import Found, contents, find_files
from reconciler.inventory.frozen import UNUSABLE, SecretInClear, freeze, is_whole, thaw
from reconciler.inventory.reading import Reading, read
from reconciler.inventory.store import DIGEST, GRAIN, Store, digest

FEW = 400  # files below which neither a store nor a second process is worth its start
PACK = 500
LEAST_PARALLEL = 2000

# A process was killed or could not be had: then this one does it alone.
_FAILURES = (concurrent.futures.BrokenExecutor, OSError)


@dataclass(frozen=True)
class Bulk:
    """The readings of all files in order, what is in the way, and a key for all their bytes.

    The key is None where some of them may not be kept, and for few files.
    """

    readings: list[Reading]
    problems: list[Problem]
    key: bytes | None = None


@dataclass(frozen=True)
class Pack:
    """Some of the files; how they look from outside; when the newest was changed, in ns."""

    name: str
    found: list[Found]
    look: bytes
    newest: int


@dataclass(frozen=True)
class Scouted:
    """What lies in the folders: the files in order, what is in the way, and the packs."""

    found: list[Found]
    problems: list[Problem]
    packs: list[Pack]


@dataclass(frozen=True)
class Kept:
    """What the store has of a pack: the digests of the files that it is of, and the readings."""

    body: bytes = field(repr=False)
    hashes: list[bytes]
    readings: list[Reading]


@dataclass(frozen=True)
class Parcel:
    """What came of a pack: its new bytes for the store, and the readings that may not be kept."""

    body: bytes = field(repr=False)
    rest: list[Reading]


def load_files(root: Path, store: Store) -> Bulk:
    """Read all files of a repository but its settings."""
    began, stamps = store.now(), store.stamps()
    kept: dict[str, Kept] = {}
    scouted: Scouted | None = None
    if stamps and _may_fork() and _cores() > 1:
        # While another process looks at the files, this one takes out what they most likely are.
        with suppress(*_FAILURES), _processes(1) as pool:
            scouting = pool.submit(scout, root)
            kept = {name: one for name in stamps if (one := _kept(store.get(name)))}
            scouted = scouting.result()
    scouted = scouted or scout(root)
    if len(scouted.found) < FEW:
        return Bulk([read_file(root, one) for one in scouted.found], scouted.problems)
    kept |= {
        pack.name: one
        for pack in scouted.packs
        if pack.name not in kept and (one := _kept(store.get(pack.name)))
    }
    fresh = {
        pack.name: stamps[pack.name]
        for pack in scouted.packs
        if pack.name in kept and stamps.get(pack.name) == _stamp(pack.look, kept[pack.name].body)
    }
    stale = [pack for pack in scouted.packs if pack.name not in fresh]
    rest: dict[str, Reading] = {}
    for pack, parcel in _parcels(root, stale, kept):
        if pack.name not in kept or parcel.body != kept[pack.name].body:
            store.put(pack.name, parcel.body)
            kept[pack.name] = _opened(parcel.body)
        rest |= {reading.file: reading for reading in parcel.rest}
        if pack.newest < began - GRAIN and not parcel.rest:
            fresh[pack.name] = _stamp(pack.look, parcel.body)
    if fresh != stamps:
        store.put_stamps(fresh)
    readings = {one.file: one for pack in scouted.packs for one in kept[pack.name].readings} | rest
    key = None if rest else digest(*(kept[pack.name].body for pack in scouted.packs))
    return Bulk([readings[one.file] for one in scouted.found], scouted.problems, key)


def read_file(root: Path, one: Found) -> Reading:
    """One file, whatever is wrong with it."""
    return _reading(one, contents(root, one.file))


def _reading(one: Found, data: bytes | Problem) -> Reading:
    if isinstance(data, Problem):
        return Reading(one.kind, one.file, None, (data,), damaged=True)
    return read(one.kind, one.file, data)


def scout(root: Path) -> Scouted:
    """Look at the folders, and read nothing."""
    found, problems = find_files(root)
    members: dict[str, list[Found]] = defaultdict(list)
    # A file stays in its pack until the number of files doubles.
    bits = (len(found) // PACK).bit_length()
    for one in found:
        members[f"pack-{bits}-{zlib.crc32(one.file.encode()) & ((1 << bits) - 1):x}"].append(one)
    return Scouted(found, problems, [_looked_at(root, *item) for item in members.items()])


def _looked_at(root: Path, name: str, found: list[Found]) -> Pack:
    parts: list[str] = []
    newest = 0
    for one in found:
        try:
            s = os.stat(f"{root}/{one.file}")  # noqa: PTH116 - a Path costs as much again
        except OSError:
            return Pack(name, found, b"", sys.maxsize)
        parts.append(
            f"{one.file} {s.st_dev} {s.st_ino} {s.st_size} {s.st_mtime_ns} {s.st_ctime_ns}"
        )
        newest = max(newest, s.st_mtime_ns, s.st_ctime_ns)
    return Pack(name, found, digest("\n".join(parts).encode()), newest)


def _stamp(look: bytes, body: bytes) -> str:
    return digest(look, digest(body)).hex()


def _parcels(
    root: Path, packs: Sequence[Pack], kept: Mapping[str, Kept]
) -> Iterator[tuple[Pack, Parcel]]:
    """Read packs, in several processes where that is worth it and safe."""
    before = [kept[pack.name].body if pack.name in kept else None for pack in packs]
    workers = min(_cores(), len(packs))
    if workers > 1 and sum(len(pack.found) for pack in packs) >= LEAST_PARALLEL and _may_fork():
        try:
            with _processes(workers) as pool:
                done = list(pool.map(_pack_up, repeat(root), packs, before))
        except _FAILURES:
            pass
        else:
            yield from zip(packs, done, strict=True)
            return
    for pack, body in zip(packs, before, strict=True):
        yield pack, _pack_up(root, pack, body)


def _processes(count: int) -> concurrent.futures.ProcessPoolExecutor:
    # Named in full, since Python imports what it needs for that with the first use of the name.
    context = multiprocessing.get_context("fork")
    return concurrent.futures.ProcessPoolExecutor(count, context, initializer=_be_quiet)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _may_fork() -> bool:
    """A copy of a process with other threads may wait for ever for what one of these held."""
    is_daemon = multiprocessing.current_process().daemon  # which may not have children
    return sys.platform == "linux" and threading.active_count() == 1 and not is_daemon


def _be_quiet() -> None:
    """An interrupt reaches the whole group; the first process alone has something to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()


def _pack_up(root: Path, pack: Pack, before: bytes | None) -> Parcel:
    """Read the files of a pack, and parse those whose bytes are not those of `before`."""
    known = _kept(before)
    by_hash = dict(zip(known.hashes, known.readings, strict=True)) if known else {}
    kept: list[tuple[bytes, Reading]] = []
    rest: list[Reading] = []
    for one in pack.found:
        data = contents(root, one.file)
        if isinstance(data, Problem):
            rest.append(_reading(one, data))
            continue
        hashed = digest(one.file.encode(), data)
        reading = by_hash.get(hashed) or _reading(one, data)
        if _may_be_kept(reading, data):
            kept.append((hashed, reading))
        else:
            rest.append(reading)
    hashes = b"".join(hashed for hashed, _ in kept)
    frozen = freeze([reading for _, reading in kept])
    return Parcel(len(hashes).to_bytes(8, "little") + hashes + frozen, rest)


def _may_be_kept(reading: Reading, data: bytes) -> bool:
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


def _kept(body: bytes | None) -> Kept | None:
    """A body of the store taken apart; None where it is absent or of no use."""
    if body is None:
        return None
    try:
        return _opened(body)
    except UNUSABLE:
        return None


def _opened(body: bytes) -> Kept:
    end = 8 + int.from_bytes(body[:8], "little")
    hashes = [body[at : at + DIGEST] for at in range(8, end, DIGEST)]
    readings = thaw(body[end:])
    if len(hashes) != len(readings):
        raise ValueError("a digest for each reading")
    return Kept(body, hashes, readings)
