# SPDX-License-Identifier: GPL-3.0-or-later
"""`plan --base`: the files of a commit against those at hand, without routers and secrets.

May import anything.
"""

from datetime import UTC, datetime

from reconciler import git
from reconciler.changeset import ChangeSet
from reconciler.cli.context import Repo
from reconciler.effects import effects_of
from reconciler.errors import FilesError
from reconciler.inventory import Inventory, load
from reconciler.preview import file_changes, preview
from reconciler.run import Scope, check_scope, narrowing, routers_in


def previewed(repo: Repo, scope: Scope, revision: str) -> ChangeSet:
    """What the files want other than those of the commit at which HEAD left `revision`.

    Raises FilesError where the files at hand hold an error. Those of the base may hold any: what
    cannot be read of them counts as not there.
    """
    head, problems = load(repo.root, repo.cache)
    if head is None or any(problem.is_error for problem in problems):
        raise FilesError(problems)
    check_scope(scope, head)
    parted = git.where_parted(repo.root, revision)
    with git.tree_at(repo.root, parted) as root:
        found, _ = load(root)
    base = found or Inventory(root, head.settings)
    routers = list(routers_in(scope, head))
    plans = tuple(preview(base, head, routers, narrowing(scope, head)))
    return ChangeSet(
        plans,
        commit=repo.commit,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        problems=tuple(problems),
        effects=effects_of(plans, head),
        files=tuple(file_changes(base, head)),
        base=parted,
    )
