# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole repository: find, read, check. Imports of the project: errors, its neighbours."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reconciler.errors import Problem, Where
from reconciler.inventory.checks import CHECKS
from reconciler.inventory.draft import assemble
from reconciler.inventory.files import contents, find_files
from reconciler.inventory.kinds import SETTINGS, SETTINGS_FILE, Kind
from reconciler.inventory.model import Inventory
from reconciler.inventory.reading import Reading, read

_NO_SETTINGS = Problem(
    "no-settings",
    "The file is missing, and it marks the root of a state repository.",
    "Name another folder with --repo, or make a repository with `reconcile init DIR`",
    Where(SETTINGS_FILE),
)


def load(root: Path) -> tuple[Inventory | None, list[Problem]]:
    """Read and check all files below `root`; never raises for what is in them.

    All problems at once, sorted by place. No inventory where `reconcile.yaml` is missing or
    unusable; with errors, what is usable: a caller goes on only when no problem is an error.
    """
    with _collector_at_rest():
        return _load(root)


def _load(root: Path) -> tuple[Inventory | None, list[Problem]]:
    settings = _read(root, SETTINGS, SETTINGS_FILE)
    if not (root / SETTINGS_FILE).exists():
        settings = replace(settings, problems=(_NO_SETTINGS,))
    found, problems = find_files(root)
    readings = [_read(root, one.kind, one.file) for one in found]
    for reading in (settings, *readings):
        problems.extend(reading.problems)
    draft = assemble(root, settings, readings)
    for check in CHECKS:
        for reading, finding in check(draft):
            if not (finding.needs_all and reading.damaged):
                problems.append(draft.problem(reading, finding))
    unique = dict.fromkeys(problems)
    inventory = draft.inventory if settings.model is not None else None
    return inventory, sorted(unique, key=lambda problem: problem.sort_key)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Models hold no cycles, so looking for some again and again while loading is time lost."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(root: Path, kind: Kind, file: str) -> Reading:
    data = contents(root, file)
    if isinstance(data, Problem):
        return Reading(kind, file, None, (data,), damaged=True)
    return read(kind, file, data)
