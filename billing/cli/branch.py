# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of invoices: what they begin with, and the main branch, the only one that gives them."""

import subprocess
from pathlib import Path

import click

from reconciler.errors import ReconcileError

_MAIN = ("main", "master", "trunk")

series_option = click.option(
    "--series", default="A", show_default=True, help="What numbers begin with."
)
branch_option = click.option(
    "--allow-branch", is_flag=True, help="Write to the ledger on a branch that is not main."
)


def need_main_branch(root: Path, allowed: bool) -> None:
    """Raises ReconcileError on another branch: two branches would both take the next number."""
    if allowed or is_main_branch(root):
        return
    branch = _branch(root)
    here = f"This is the branch {branch}" if branch else "No branch is checked out"
    raise ReconcileError(
        f"{here}, and invoices get their numbers on the main branch alone: two branches would"
        " give the same ones. Issue there, or add --allow-branch."
    )


def is_main_branch(root: Path) -> bool:
    """Whether the ledger here is the main branch's: outside git there is but one.

    A detached head is the main branch's where the remote's main branch has the commit, as in a
    pipeline.
    """
    if _git(root, "rev-parse", "--git-dir") is None:
        return True
    branch = _branch(root)
    if branch is None:
        return any(_holds(root, f"origin/{name}", "HEAD") for name in _names(root))
    return branch in _names(root)


def main_branch_holds(root: Path, commit: str) -> bool:
    """Whether the main branch, here or at the remote, has a commit."""
    return any(
        _holds(root, f"{place}{name}", commit) for name in _names(root) for place in ("", "origin/")
    )


def _branch(root: Path) -> str | None:
    return _git(root, "symbolic-ref", "--short", "--quiet", "HEAD")


def _names(root: Path) -> list[str]:
    default = _git(root, "symbolic-ref", "--short", "--quiet", "refs/remotes/origin/HEAD")
    return [*_MAIN, *([default.removeprefix("origin/")] if default else [])]


def _holds(root: Path, branch: str, commit: str) -> bool:
    return _git(root, "merge-base", "--is-ancestor", commit, branch) is not None


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None
