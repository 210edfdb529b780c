# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this is the main branch, the only one on which invoices get their numbers."""

import subprocess
from pathlib import Path

from reconciler.errors import ReconcileError

_MAIN = ("main", "master", "trunk")


def need_main_branch(root: Path, allowed: bool) -> None:
    """Raises ReconcileError on another branch: two branches would both take the next number.

    Outside git there is but one ledger. A detached head is the main branch's where the remote's
    main branch has the commit, as in a pipeline.
    """
    if allowed or _git(root, "rev-parse", "--git-dir") is None:
        return
    branch = _git(root, "symbolic-ref", "--short", "--quiet", "HEAD")
    default = _git(root, "symbolic-ref", "--short", "--quiet", "refs/remotes/origin/HEAD")
    names = {*_MAIN, (default or "").removeprefix("origin/")} - {""}
    if branch in names:
        return
    if branch is None and any(_holds(root, f"origin/{name}") for name in names):
        return
    here = f"This is the branch {branch}" if branch else "No branch is checked out"
    raise ReconcileError(
        f"{here}, and invoices get their numbers on the main branch alone: two branches would"
        " give the same ones. Issue there, or add --allow-branch."
    )


def _holds(root: Path, branch: str) -> bool:
    return _git(root, "merge-base", "--is-ancestor", "HEAD", branch) is not None


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None
