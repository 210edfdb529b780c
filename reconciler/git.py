# SPDX-License-Identifier: GPL-3.0-or-later
"""What git knows of the state repository: the commit, whether the tree is clean, older trees.

Calls the `git` program with fixed arguments; nothing of the repository is ever run or used as an
option. Imports errors only.
"""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import ReconcileError


class GitError(ReconcileError):
    """git is missing, or has not what was asked for."""


def _git(root: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise GitError("The program git was not found. Install it.") from error
    if done.returncode:
        raise GitError(done.stderr.decode(errors="replace").strip() or "git failed")
    return done.stdout


def head_commit(root: Path) -> str | None:
    """The full hash of the checked out commit; None outside git or before the first commit."""
    try:
        return _git(root, "rev-parse", "--verify", "HEAD").decode().strip()
    except GitError:
        return None


def tracked_files(root: Path) -> list[str]:
    """Files below the folder that git knows, or would take with `git add --all`; relative to it.

    Raises GitError outside git.
    """
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
    return [name.decode(errors="surrogateescape") for name in listed.split(b"\0") if name]


def is_clean(root: Path) -> bool:
    """Whether every file of the state repository is as committed; False outside git."""
    try:
        return not _git(root, "status", "--porcelain", "--untracked-files=all", "--", ".").strip()
    except GitError:
        return False


@contextmanager
def tree_at(root: Path, commit: str) -> Iterator[Path]:
    """The state repository as of `commit`, in a temporary folder.

    Raises GitError where the clone lacks the commit.
    """
    if not commit.isalnum():
        raise GitError(f"{commit!r} is no commit.")
    try:
        # From inside a folder git archives that folder alone, with paths relative to it.
        archive = _git(root, "archive", "--format=tar", commit, "--", ".")
    except GitError as error:
        raise GitError(
            f"The commit {commit[:12]} that was applied last is not in this clone ({error})."
            " Fetch the full history (git fetch --unshallow)."
        ) from error
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        yield Path(folder)


def commits_since(root: Path, commit: str) -> int | None:
    """How many commits of HEAD's history touch the state repository since `commit`.

    None outside git, and where the clone lacks the commit.
    """
    if not commit.isalnum():
        return None
    try:
        return int(_git(root, "rev-list", "--count", f"{commit}..HEAD", "--", "."))
    except (GitError, ValueError):
        return None
