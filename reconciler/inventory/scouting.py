# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in the folders, in packs, and how these look from outside: nothing is read.

A pack that looks as it did when it was read (device, inode, size, times of change of every file)
holds what it held. Imports of the project: errors, its neighbours.
"""

import os
import sys
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import Problem
from reconciler.inventory.files import Found, find_files
from reconciler.inventory.store import digest

FEW = 400  # files below which neither a store nor a second process is worth its start
PACK = 500


class Look(NamedTuple):
    """How the files of a pack look from outside, and when the newest was changed, in ns."""

    look: str
    newest: int


class Scouted(NamedTuple):
    """The packs, how each looks if that was asked for, and what is in the way.

    `files`: those of the packs that do not look as was foreseen; of a few files, under no name of
    a pack, all.
    """

    looks: dict[str, Look | None]
    files: dict[str, list[Found]]
    problems: list[Problem]


def scout(root: Path, foreseen: Mapping[str, str]) -> Scouted:
    """Look at the folders, and where looks of packs are foreseen, at the files."""
    found, problems = find_files(root)
    if len(found) < FEW:
        return Scouted({}, {"": found}, problems)
    packs = packs_of(found)
    looks = {name: looked_at(root, of) if foreseen else None for name, of in packs.items()}
    files = {
        name: of
        for name, of in packs.items()
        if (look := looks[name]) is None or look.look != foreseen.get(name)
    }
    return Scouted(looks, files, problems)


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
            return Look("", sys.maxsize)
        parts.append(
            f"{one.file} {s.st_dev} {s.st_ino} {s.st_size} {s.st_mtime_ns} {s.st_ctime_ns}"
        )
        newest = max(newest, s.st_mtime_ns, s.st_ctime_ns)
    return Look(digest("\n".join(parts).encode()).hex(), newest)
