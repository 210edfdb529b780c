# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository as it would be with other contents of some of its files.

Imports of the project: errors, yamlfile, its neighbours.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.errors import Problem
from reconciler.inventory.checks import findings
from reconciler.inventory.draft import assemble
from reconciler.inventory.files import Found, contents, find_files
from reconciler.inventory.kinds import KINDS, SETTINGS, SETTINGS_FILE, Kind
from reconciler.inventory.model import Inventory
from reconciler.inventory.reading import Reading, read
from reconciler.yamlfile import parse


def load_with(
    root: Path, overlay: Mapping[str, bytes | None]
) -> tuple[Inventory | None, list[Problem]]:
    """Like `load`, with these files instead of those on disk; None: without it."""
    found, problems = find_files(root)
    on_disk = {one.file for one in found}
    found = [one for one in found if overlay.get(one.file, b"") is not None]
    found += [
        Found(kind, file)
        for file, data in overlay.items()
        if data is not None and file not in on_disk and (kind := _kind_of(file)) is not None
    ]

    def reading(kind: Kind, file: str) -> Reading:
        data = overlay.get(file) or contents(root, file)
        if isinstance(data, Problem):
            return Reading(kind, file, None, (data,), damaged=True)
        return read(kind, file, data)

    settings = reading(SETTINGS, SETTINGS_FILE)
    readings = [reading(one.kind, one.file) for one in sorted(found, key=lambda one: one.file)]
    for one in (settings, *readings):
        problems.extend(one.problems)
    draft = assemble(root, settings, readings)
    found_out = list(findings(draft))
    if found_out:  # lines of files that are not on disk yet
        texts = {file: parse(data, file)[0] for file, data in overlay.items() if data is not None}
        draft = replace(draft, _documents=texts)
    problems += [draft.problem(one, finding) for one, finding in found_out]
    unique = sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)
    return (draft.inventory if settings.model is not None else None), unique


def _kind_of(file: str) -> Kind | None:
    return next((kind for kind in KINDS if file.startswith(kind.folder + "/")), None)
