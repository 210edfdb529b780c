# SPDX-License-Identifier: GPL-3.0-or-later
"""Single files and git: who changed one and when, and moves that git knows of as moves.

Names of files stand behind `--` and are taken literally. Outside a git work tree histories are
empty and moves are plain renames. Imports git.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reconciler.git import GitError, git

_MOST = 10
_FIELDS = "%x1e%h%x1f%as%x1f%an%x1f%s"


@dataclass(frozen=True)
class Revision:
    """One commit that touched a file: short hash, date (ISO), author, first line of the message."""

    commit: str
    date: str
    author: str
    subject: str


def history_of(root: Path, file: str) -> list[Revision]:
    """The newest commits of a file, through its renames; none outside git."""
    told = _said(root, "log", "--follow", f"--max-count={_MOST}", f"--format={_FIELDS}", "--", file)
    rows = (row.strip().split("\x1f") for row in (told or "").split("\x1e") if row.strip())
    return [Revision(*row) for row in rows if len(row) == 4]


def move_files(root: Path, moves: Mapping[str, str]) -> None:
    """Move each file to its new path; those that git tracks with one `git mv` a folder.

    Raises OSError where the system refuses; the folders are made.
    """
    for new in moves.values():
        (root / new).parent.mkdir(parents=True, exist_ok=True)
    tracked = set((_said(root, "ls-files", "-z", "--", *moves) or "").split("\0"))
    together: defaultdict[str, list[str]] = defaultdict(list)
    for old, new in moves.items():
        if old not in tracked:
            (root / old).rename(root / new)
        elif PurePosixPath(old).name == PurePosixPath(new).name:
            together[str(PurePosixPath(new).parent)].append(old)
        elif _said(root, "mv", "--", old, new) is None:
            raise OSError(f"git mv {old} {new} failed")
    for folder, files in together.items():
        if _said(root, "mv", "--", *files, folder + "/") is None:
            raise OSError(f"git mv to {folder} failed")


def _said(root: Path, *arguments: str) -> str | None:
    """What git says; None where it refuses, or is not there."""
    try:
        return git(root, "--literal-pathspecs", *arguments).decode(errors="replace")
    except GitError:
        return None
