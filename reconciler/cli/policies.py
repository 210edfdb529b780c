# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of the repository, asked for `validate`, `plan` and `apply`. May import anything.

What asks them takes its time to import, so that a repository without any does without it.
"""

# ruff: noqa: PLC0415 - see above

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from reconciler.changeset import ChangeSet, to_json
from reconciler.cli.context import Repo
from reconciler.errors import Problem
from reconciler.guards import Guarded
from reconciler.inventory import Inventory
from reconciler.models.policy import PolicyAbout

policy_option = click.option(
    "--allow-policy",
    "allowed",
    multiple=True,
    metavar="ID",
    help="Go on though this policy denies it; may be given several times.",
)


def policy_problems(root: Path, inventory: Inventory) -> list[Problem]:
    """What is wrong with the policies, and what those about files deny."""
    if not _has_any(root):
        return []
    from reconciler.policies import facts_of_files, judge, load_policies

    policies, problems = load_policies(root)
    return [*problems, *judge(policies, PolicyAbout.FILES, facts_of_files(inventory))]


def judged(repo: Repo, changes: ChangeSet, on: date | None) -> ChangeSet:
    """The change set with what policies, of files too, deny of it on a day."""
    if not _has_any(repo.root):
        return changes
    from reconciler.policies import facts_of_files, facts_of_plan, judge, load_policies

    policies, broken = load_policies(repo.root)
    files = facts_of_files(repo.loaded.inventory)
    found = [*broken, *judge(policies, PolicyAbout.FILES, files)]
    if not changes.is_empty and any(one.policy.about is PolicyAbout.PLAN for one in policies):
        facts = facts_of_plan(to_json(changes), files, repo.today(on))
        found += judge(policies, PolicyAbout.PLAN, facts)
    return replace(changes, denials=tuple(found))


def _has_any(root: Path) -> bool:
    return any((root / "policies").glob("*.yaml"))


def check_policies(changes: ChangeSet, allowed: Sequence[str]) -> None:
    """Raises Guarded for errors of policies that were not allowed by name."""
    denied = [
        replace(one, hint=f"{one.hint or 'Look at it'}; --allow-policy {_id(one)} lets it through")
        for one in changes.denials
        if one.is_error and _id(one) not in allowed
    ]
    if denied:
        raise Guarded(denied)


def _id(problem: Problem) -> str:
    return problem.message.partition(":")[0]
