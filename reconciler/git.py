# SPDX-License-Identifier: GPL-3.0-or-later
"""What git knows of the state repository: the commit, whether the tree is clean, older trees.

Calls the `git` program with fixed arguments; nothing of the repository is ever run or used as an
option. Imports errors only.
"""

import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import ReconcileError

# More names than this are not put on a command line: the whole tree is read instead.
_MOST_PATHS = 1000
_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")


class GitError(ReconcileError):
    """git is missing, or has not what was asked for."""


class NoProgram(GitError):
    """There is no program `git`."""

    def __init__(self) -> None:
        super().__init__("The program git was not found. Install it.")


class NotInGit(GitError):
    """The folder is in no repository that git reads."""


def need_program() -> None:
    """Raises NoProgram where git is not installed."""
    if shutil.which("git") is None:
        raise NoProgram


def git(root: Path, *arguments: str) -> bytes:
    """What git prints. Raises GitError where it refuses, or is not there."""
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise NoProgram from error
    if done.returncode:
        raise _refusal(root, done.stderr.decode(errors="replace").strip())
    return done.stdout


def _refusal(root: Path, said: str) -> GitError:
    # git says it in the language of its user, so it is not told by the words.
    if not any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents)):
        return NotInGit(
            f"{root} is not in git, and this looks at what was committed."
            " Run it in a clone with the full history, or begin with `git init`."
        )
    if "safe.directory" in said:
        return NotInGit(
            f"{root} belongs to another user, so git reads nothing there. Run as that user, or"
            f" allow it: git config --global --add safe.directory {root}"
        )
    return GitError(said or "git failed")


def head_commit(root: Path) -> str | None:
    """The full hash of the checked out commit; None outside git or before the first commit."""
    try:
        return git(root, "rev-parse", "--verify", "HEAD").decode().strip()
    except GitError:
        return None


def where_parted(root: Path, revision: str) -> str:
    """The full hash of the commit at which HEAD left a revision: a branch, a tag, a hash.

    Raises GitError where git does not know the revision, or where the clone lacks that commit.
    """
    try:
        named = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        other = git(root, *named).decode().strip()
    except (NoProgram, NotInGit):
        raise
    except GitError as error:
        raise GitError(f"git knows no commit {revision!r} here. Fetch it first.") from error
    try:
        return git(root, "merge-base", "HEAD", other).decode().strip()
    except GitError as error:
        raise GitError(
            f"HEAD and {revision} have no commit in common in this clone. Fetch the full history"
            " (git fetch --unshallow)."
        ) from error


def tracked_files(root: Path) -> list[str]:
    """Files below the folder that git knows, or would take with `git add --all`; relative to it.

    Raises GitError outside git.
    """
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
    return [name.decode(errors="surrogateescape") for name in listed.split(b"\0") if name]


def is_clean(root: Path) -> bool:
    """Whether every file of the state repository is as committed; False outside git."""
    try:
        return not git(root, "status", "--porcelain", "--untracked-files=all", "--", ".").strip()
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
        archive = git(root, "archive", "--format=tar", commit, "--", ".")
    except (NoProgram, NotInGit):
        raise
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
        return int(git(root, "rev-list", "--count", f"{commit}..HEAD", "--", "."))
    except (GitError, ValueError):
        return None


class Commit(NamedTuple):
    """A commit's full hash, and that of the one before it; None where it is the first."""

    hash: str
    before: str | None


def own_line(root: Path) -> list[str]:
    """The commits of HEAD's own line, the earliest first; what was merged is not among them."""
    return git(root, "rev-list", "--first-parent", "--reverse", "HEAD").decode().split()


def commits_of(root: Path, paths: Sequence[str], pattern: str | None = None) -> list[Commit]:
    """The commits of HEAD's own line that touch any of the paths, the earliest first.

    `pattern`: only those with a changed line in which this regular expression matches. What came
    with a merge is the merge's. Raises GitError outside git, and where the clone is shallow.
    """
    if git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise GitError(
            "This clone is shallow: it lacks the commits that this looks at."
            " Fetch the full history (git fetch --unshallow; in a pipeline, a depth of 0)."
        )
    only = [] if pattern is None else [f"-G{pattern}"]
    command = ["log", "--first-parent", "-m", "--reverse", "--format=%H %P", *only, "--", *paths]
    rows = (line.split() for line in git(root, *command).decode().splitlines())
    return [Commit(row[0], row[1] if len(row) > 1 else None) for row in rows if row]


class PastTrees:
    """Older trees of the state repository in one folder, each made from the one before it."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._commit: str | None = None

    def at(self, commit: str) -> Path:
        """The tree of a commit. Raises GitError where the clone lacks it."""
        if commit == self._commit:
            return self._folder
        paths = ["."]
        if self._commit is not None:
            differing = self._differing(commit)
            paths = [file for file, status in differing if status != "D"]
            for file, status in differing:
                if status == "D":
                    (self._folder / file).unlink()
        if len(paths) > _MOST_PATHS:
            paths = ["."]
        if paths:
            command = ["--literal-pathspecs", "archive", "--format=tar", commit, "--", *paths]
            with tarfile.open(fileobj=io.BytesIO(git(self._root, *command))) as tar:
                tar.extractall(self._folder, filter="data")
        self._commit = commit
        return self._folder

    def _differing(self, commit: str) -> list[tuple[str, str]]:
        """The files that differ from the tree that is there, each with git's letter for how."""
        found = git(
            self._root, "diff-tree", "-r", "-z", "--name-status", "--no-renames", "--relative",
            str(self._commit), commit, "--", ".",
        )  # fmt: skip
        parts = os.fsdecode(found).split("\0")
        return list(zip(parts[1::2], parts[0::2], strict=False))


def changed_lines(root: Path, base: str) -> dict[str, list[range]]:
    """Which lines HEAD changed since it left `base`, by file of the state repository.

    Raises GitError where the clone lacks the revision.
    """
    options = ["--unified=0", "--no-color", "--no-ext-diff", "--no-renames", "--relative"]
    options += ["--src-prefix=a/", "--dst-prefix=b/", "--end-of-options"]
    try:
        diff = git(root, "-c", "core.quotePath=false", "diff", *options, f"{base}...HEAD", "--")
    except GitError as error:
        raise GitError(f"What changed since {base} cannot be told: {error}") from error
    changed: dict[str, list[range]] = {}
    file = ""
    for line in diff.decode(errors="replace").split("\n"):
        if line.startswith("+++ b/"):
            file = line.removeprefix("+++ b/").rstrip("\t")
        elif found := _HUNK.match(line):
            start, count = int(found[1]), int(found[2] or 1)
            changed.setdefault(file, []).append(range(start, start + count))
    return changed
