# SPDX-License-Identifier: GPL-3.0-or-later
"""Many files put together: read on several cores, and none twice where a store remembers it.

Files are read in packs. A pack that looks as it did is taken from the store; of another one the
files are read, and only those with other bytes are parsed. While another process looks, this one
puts together what will be wanted if nothing has changed. Imports of the project: cores, errors,
its neighbours.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from reconciler.cores import FAILURES, copies, cores, may_fork, shared_out
from reconciler.errors import Problem
from reconciler.inventory.draft import Draft, assemble
from reconciler.inventory.files import Found, path_order
from reconciler.inventory.frozen import UNUSABLE
from reconciler.inventory.packs import Kept, opened, read_file, read_pack
from reconciler.inventory.reading import Reading
from reconciler.inventory.scouting import Look, Scouted, looked_at, scout
from reconciler.inventory.store import GRAIN, Store, digest

LEAST_PARALLEL = 2000
FEW_PACKS = 4  # up to so many are looked at sooner than another process has started


class Bulk(NamedTuple):
    """All files put together, what is in the way, and a key for all their bytes.

    The key is None where some of them may not be kept, and for few files.
    """

    draft: Draft
    problems: list[Problem]
    key: bytes | None = None


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


def load_files(root: Path, settings: Reading, store: Store) -> Bulk:
    """Read all files of a repository but its settings."""
    began, stamps = store.now(), store.stamps()
    kept, guess, seen = _foreseen(root, settings, store, stamps)
    if not seen.looks:
        few = [read_file(root, one) for found in seen.files.values() for one in found]
        return Bulk(assemble(root, settings, few), seen.problems)
    kept |= _taken_out(store, seen.looks.keys() - kept.keys())
    fresh = {
        name: stamps[name]
        for name, look in seen.looks.items()
        if look and name in kept and stamps.get(name) == _stamp(look, kept[name])
    }
    if seen.looks.keys() - seen.files.keys() - fresh.keys():
        # Nothing has changed, but another run has put something else into the store.
        seen, fresh = scout(root, {}), {}
    rest: list[Reading] = []
    for name, parcel in _parcels(root, kept, seen):
        if name not in kept or parcel.body != kept[name].body:
            store.put(name, parcel.body)
            kept[name] = opened(parcel.body)
        rest += parcel.rest
        if parcel.look.newest < began - GRAIN and not parcel.rest:
            fresh[name] = _stamp(parcel.look, kept[name])
    if fresh != stamps:
        store.put_stamps(fresh)
    if guess is None or seen.files or kept.keys() != seen.looks.keys():
        guess = _put_together(root, settings, [kept[name] for name in seen.looks], rest)
    key = None if rest else digest(*(kept[name].files for name in sorted(seen.looks)))
    return Bulk(guess, seen.problems, key)


def _foreseen(
    root: Path, settings: Reading, store: Store, stamps: Mapping[str, str]
) -> tuple[dict[str, Kept], Draft | None, Scouted]:
    """What lies there; meanwhile what most likely does, taken out and put together."""
    looks = {name: stamp.partition(" ")[0] for name, stamp in stamps.items()}
    if len(stamps) > FEW_PACKS and may_fork() and cores() > 1:
        with suppress(*FAILURES), copies(1) as pool:
            scouting = pool.submit(scout, root, looks)
            kept = _taken_out(store, stamps)
            guess = _put_together(root, settings, kept.values())
            return kept, guess, scouting.result()
    return {}, None, scout(root, looks)


def _put_together(
    root: Path, settings: Reading, packs: Iterable[Kept], rest: Iterable[Reading] = ()
) -> Draft:
    alone = [*rest]
    batches = []
    for pack in packs:
        alone += pack.readings
        batches += pack.batches
    return assemble(root, settings, sorted(alone, key=lambda one: path_order(one.file)), batches)


def _taken_out(store: Store, names: Iterable[str]) -> dict[str, Kept]:
    """What the store has under these names, but for what is of no use."""
    found = {}
    for name in names:
        if (body := store.get(name)) is not None:
            with suppress(*UNUSABLE):
                found[name] = opened(body)
    return found


def _stamp(look: Look, kept: Kept) -> str:
    return f"{look.look} {kept.sum}"


def _parcels(root: Path, kept: Mapping[str, Kept], seen: Scouted) -> Iterator[tuple[str, Parcel]]:
    """Read packs, in several processes where that is worth it and safe."""
    pack_up = partial(_pack_up, root)
    works = [Work(of, kept.get(name), seen.looks[name]) for name, of in seen.files.items()]
    few = sum(len(one.found) for one in works) < LEAST_PARALLEL
    parcels = map(pack_up, works) if few else shared_out(pack_up, works)
    return zip(seen.files, parcels, strict=True)


def _pack_up(root: Path, work: Work) -> Parcel:
    """Read the files of a pack, and parse those whose bytes are not as they were."""
    look = work.look or looked_at(root, work.found)
    contents, rest = read_pack(root, work.found, work.before)
    return Parcel(contents.body(), rest, look)
