# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of ledger files as git has them: the sides of a merge, by file or by whole folder."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from billing.cli.branch import is_main_branch, main_branch_holds
from reconciler.errors import ReconcileError


class Sides(NamedTuple):
    """The commits that are put together; `main`: whether ours or theirs is the main branch's;
    `under_way`: whether git has not yet made the commit that joins them.
    """

    base: str
    ours: str
    theirs: str
    main: str | None
    under_way: bool = True


def output(root: Path, *arguments: str) -> str | None:
    """What git says, exactly; None where it refuses."""
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise ReconcileError("The program git was not found. Install it.") from error
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None


def unmerged(root: Path, folder: str) -> list[str]:
    """Files of a folder, relative to the root, that a merge under way could not put together."""
    listed = output(root, "ls-files", "--unmerged", "-z", "--", folder) or ""
    return list(dict.fromkeys(one.partition("\t")[2] for one in listed.split("\0") if one))


def stages(root: Path, file: str) -> tuple[str, str, str]:
    """Base, ours and theirs of an unmerged file; empty where there is none."""
    base, ours, theirs = (output(root, "show", f":{stage}:./{file}") or "" for stage in (1, 2, 3))
    return base, ours, theirs


def sides_of(root: Path) -> Sides:
    """Of the merge, rebase or pick under way, else of the merge that HEAD is.

    Raises ReconcileError where there is none.
    """
    for name in ("REBASE_HEAD", "CHERRY_PICK_HEAD"):
        if (picked := _commit(root, name)) is not None:
            base = _commit(root, f"{name}^") or picked
            return Sides(base, _commit(root, "HEAD") or picked, picked, "ours")
    ours, theirs = _commit(root, "HEAD"), _commit(root, "MERGE_HEAD")
    under_way = theirs is not None
    if theirs is None:
        ours, theirs = _commit(root, "HEAD^1"), _commit(root, "HEAD^2")
    if ours is None or theirs is None:
        raise ReconcileError(
            "No merge is under way, and the last commit is none: there is nothing to put together."
        )
    base = (output(root, "merge-base", ours, theirs) or "").strip()
    if not base:
        raise ReconcileError("The two branches have no commit in common.")
    main = "ours" if is_main_branch(root) else None
    if main is None and main_branch_holds(root, theirs):
        main = "theirs"
    return Sides(base, ours, theirs, main, under_way)


def folder_at(root: Path, commit: str, folder: str) -> dict[str, str]:
    """The texts of a folder's files by name, as of a commit."""
    return dict(_files(root, commit, folder))


def _files(root: Path, commit: str, folder: str) -> Iterator[tuple[str, str]]:
    listed = output(root, "ls-tree", "-r", "--name-only", "-z", commit, "--", f"{folder}/") or ""
    for file in listed.split("\0"):
        if file.endswith(".jsonl"):
            yield file.rpartition("/")[2], output(root, "show", f"{commit}:./{file}") or ""


def _commit(root: Path, name: str) -> str | None:
    found = output(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return found.strip() if found else None
