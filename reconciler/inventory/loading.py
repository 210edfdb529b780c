# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole repository: find, read, check.

Imports of the project: cores, errors, resting, its neighbours.
"""

from functools import partial
from itertools import chain
from pathlib import Path

from reconciler.cores import shared_out
from reconciler.errors import Problem, Where
from reconciler.inventory.bulk import LEAST_PARALLEL, load_files
from reconciler.inventory.checks import CHECKS, findings
from reconciler.inventory.checks.base import Check
from reconciler.inventory.draft import Draft
from reconciler.inventory.files import Found
from reconciler.inventory.frozen import SecretInClear, freeze, is_whole
from reconciler.inventory.kinds import CLIENT, SETTINGS, SETTINGS_FILE
from reconciler.inventory.model import Inventory
from reconciler.inventory.packs import read_file
from reconciler.inventory.store import Store, digest
from reconciler.resting import collector_at_rest

_NO_SETTINGS = Problem(
    "no-settings",
    "The file is missing, and it marks the root of a state repository.",
    "Name another folder with --repo, or make a repository with `reconcile init DIR`",
    Where(SETTINGS_FILE),
)


@collector_at_rest
def load(root: Path, cache: Path | None = None) -> tuple[Inventory | None, list[Problem]]:
    """Read and check all files below `root`; never raises for what is in them.

    `cache`: a folder in which what was read and checked is remembered; see `store`.

    All problems at once, sorted by place. No inventory where `reconcile.yaml` is missing or
    unusable; with errors, what is usable: a caller goes on only when no problem is an error.
    """
    store = Store(cache, root)
    settings = read_file(root, Found(SETTINGS, SETTINGS_FILE))
    if not (root / SETTINGS_FILE).exists():
        settings = settings._replace(problems=(_NO_SETTINGS,))
    draft, in_the_way, key = load_files(root, settings, store)
    problems = [*in_the_way, *settings.problems]
    for reading in draft.read.alone:
        problems += reading.problems
    problems += _checked(draft, key, store)
    unique = dict.fromkeys(problems)
    inventory = draft.inventory if settings.model is not None else None
    return inventory, sorted(unique, key=lambda problem: problem.sort_key)


def _checked(draft: Draft, key: bytes | None, store: Store) -> list[Problem]:
    """What the checks across files find; remembered for `key`, which stands for all the files"""
    if key is None or not is_whole(draft.settings):
        return _check(draft)
    try:
        key = digest(key, freeze([draft.settings]))
    except SecretInClear:
        return _check(draft)
    problems = store.problems(key)
    if problems is None:
        problems = _check(draft)
        store.put_problems(key, problems)
    return problems


def _check(draft: Draft) -> list[Problem]:
    """What all checks find, each by itself, on all cores where there is much to look at."""
    draft.of_kind(CLIENT.name)  # made here, once for all copies of this process
    work = partial(_found_by, draft)
    few = len(draft.inventory.clients) < LEAST_PARALLEL
    found = map(work, CHECKS) if few else shared_out(work, CHECKS)
    return list(chain.from_iterable(found))


def _found_by(draft: Draft, check: Check) -> list[Problem]:
    return [draft.problem(reading, finding) for reading, finding in findings(draft, [check])]
