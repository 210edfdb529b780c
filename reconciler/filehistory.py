# SPDX-License-Identifier: GPL-3.0-or-later
"""Single files and git: who changed one and when, and moves that git knows of as moves.

Calls the `git` program with fixed arguments; names of files stand behind `--`. Outside a git work
tree histories are empty and moves are plain renames. Imports nothing of the project.
"""

import os
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_FIELDS = "%x1e%h%x1f%as%x1f%an%x1f%s"


@dataclass(frozen=True)
class Revision:
    """One commit that touched a file: short hash, date (ISO), author, first line of the message."""

    commit: str
    date: str
    author: str
    subject: str


def history_of(root: Path, file: str, most: int = 10) -> list[Revision]:
    """The newest commits of a file, through its renames; none outside git."""
    done = _git(root, "log", "--follow", f"--max-count={most}", f"--format={_FIELDS}", "--", file)
    if done is None:
        return []
    rows = (row.strip().split("\x1f") for row in done.split("\x1e") if row.strip())
    return [Revision(*row) for row in rows if len(row) == 4]


def move_files(root: Path, moves: Mapping[str, str]) -> None:
    """Move each file to its new path; those that git tracks with one `git mv` a folder.

    Raises OSError where the system refuses; the folders are made.
    """
    for new in moves.values():
        (root / new).parent.mkdir(parents=True, exist_ok=True)
    tracked = _tracked(root, list(moves))
    together: defaultdict[str, list[str]] = defaultdict(list)
    for old, new in moves.items():
        if old not in tracked:
            (root / old).rename(root / new)
        elif PurePosixPath(old).name == PurePosixPath(new).name:
            together[str(PurePosixPath(new).parent)].append(old)
        elif _git(root, "mv", "--", old, new) is None:
            raise OSError(f"git mv {old} {new} failed")
    for folder, files in together.items():
        if _git(root, "mv", "--", *files, folder + "/") is None:
            raise OSError(f"git mv to {folder} failed")


def _tracked(root: Path, files: Sequence[str]) -> set[str]:
    listed = _git(root, "ls-files", "-z", "--", *files)
    return set() if listed is None else set(listed.split("\0")) - {""}


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]
    environment = {**os.environ, "GIT_LITERAL_PATHSPECS": "1"}
    try:
        done = subprocess.run(
            [*command, *arguments], capture_output=True, check=False, env=environment
        )
    except FileNotFoundError:
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
