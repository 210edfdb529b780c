# SPDX-License-Identifier: GPL-3.0-or-later
"""The undo file of a run, `.reconcile/undo/<run>.json`: no secret in it is in clear.

Imports change, errors, journal, kinds, and its neighbours.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.change import Action
from reconciler.errors import ReconcileError, naming
from reconciler.journal import FOLDER, state_folder
from reconciler.kinds import BY_PATH
from reconciler.undo.entry import Entry
from reconciler.undo.places import Chain, Sequences
from reconciler.undo.seal import Seal
from reconciler.undo.settable import is_secret

FORMAT = 1


@dataclass(frozen=True)
class RouterUndo:
    """The inverse of what a run did to one router.

    `state_before`, `state_after`: the text of the state row; None: no such row, and not written.
    """

    entries: tuple[Entry, ...] = ()
    chains: Mapping[Chain, Sequences] = field(default_factory=dict)
    state_before: str | None = None
    state_after: str | None = None


@dataclass(frozen=True)
class UndoFile:
    """`undoes`: the run that this one took back, where it was an undo itself."""

    run: str
    created: str
    commit: str | None
    routers: Mapping[str, RouterUndo]
    undoes: str | None = None


def write_undo(
    root: Path, run: str, head: Mapping[str, str | None], routers: Mapping[str, str]
) -> None:
    """On the disk when it returns; readable by its owner alone.

    `head`: what is known of the run; `routers`: the `router_text` of each.
    """
    path = state_folder(root, "undo") / f"{run}.json"
    parts = [f"{json.dumps(name)}: {text}" for name, text in sorted(routers.items())]
    start = json.dumps({"format": FORMAT, **head})[:-1]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with naming(path), os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f'{start}, "routers": {{{", ".join(parts)}}}}}')
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()  # half of it would be in the way of every later undo
        raise


def read_undo(root: Path, run: str, seal: Seal) -> UndoFile:
    """Raises ReconcileError where there is no such run, or its file is damaged."""
    path = root / FOLDER / "undo" / f"{run}.json"
    # A run is a name, never a way into another folder.
    if path.parent != root / FOLDER / "undo" or not path.is_file():
        raise ReconcileError(f"There is no undo file of a run {run}.")
    data = _read(path)
    try:
        return UndoFile(
            run=data["run"],
            created=data["created"],
            commit=data["commit"],
            undoes=data["undoes"],
            routers={
                name: _router(one, f"{data['run']}/{name}", seal)
                for name, one in data["routers"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path) from error


def last_undo(root: Path) -> str | None:
    """The last run that was not an undo itself: undoing twice is not doing again."""
    for path in sorted((root / FOLDER / "undo").glob("*.json"), reverse=True):
        if _read(path).get("undoes") is None:
            return path.stem
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(data, dict):
        raise _damaged(path)
    if data.get("format") != FORMAT:
        raise ReconcileError(f"{path.name}: this program reads undo files of format {FORMAT}.")
    return data


def _damaged(path: Path) -> ReconcileError:
    return ReconcileError(f"The undo file {path.name} is damaged: it was cut off or edited.")


def router_text(run: str, name: str, router: RouterUndo, seal: Seal) -> str:
    """The inverse of what a run does to one router, as in the file: no secret is in clear."""
    place = f"{run}/{name}"
    data = {
        "state": {"before": router.state_before, "after": router.state_after},
        "chains": [
            {"path": path, "chain": chain, "before": one.before, "after": one.after}
            for (path, chain), one in router.chains.items()
        ],
        "entries": [_entry_json(entry, place, seal) for entry in router.entries],
    }
    return json.dumps(data)  # at once and on one line: ten times as fast as in parts


def _router(data: Mapping[str, Any], place: str, seal: Seal) -> RouterUndo:
    chains = {
        (one["path"], one["chain"]): Sequences(tuple(one["before"]), tuple(one["after"]))
        for one in data["chains"]
    }
    entries = tuple(_entry(one, place, seal) for one in data["entries"])
    return RouterUndo(entries, chains, data["state"]["before"], data["state"]["after"])


def _entry_json(entry: Entry, place: str, seal: Seal) -> dict[str, Any]:
    kind = entry.kind
    before = entry.before or {}
    secrets = {name: text for name, text in before.items() if is_secret(kind, name)}
    sealed = {
        name: seal.close(text, _place(place, entry.kind.path, entry.mark, name))
        for name, text in secrets.items()
    }
    return {
        "action": entry.action.value,
        "path": kind.path,
        "mark": entry.mark,
        "source": entry.source,
        "id": entry.row_id,
        "before": None
        if entry.before is None
        else {name: text for name, text in before.items() if name not in secrets},
        "sealed": {name: token for name, token in sealed.items() if token is not None},
        "after": None if entry.after is None else dict(entry.after),
        "fields": list(entry.fields),
        "digests": dict(entry.digests),
        "lost": [*entry.lost, *(name for name, token in sealed.items() if token is None)],
        "notice": entry.notice,
        "place": entry.place,
    }


def _entry(data: Mapping[str, Any], place: str, seal: Seal) -> Entry:
    opened = {
        name: seal.open(token, _place(place, data["path"], data["mark"], name))
        for name, token in data["sealed"].items()
    }
    lost = [*data["lost"], *(name for name, text in opened.items() if text is None)]
    entry = Entry(
        Action(data["action"]),
        BY_PATH[data["path"]],
        data["mark"],
        data["source"],
        data["before"],
        data["after"],
        tuple(name for name in data["fields"] if name not in lost),
        data["digests"],
        tuple(lost),
        data["notice"],
        data["id"],
        tuple(data["place"]) if data["place"] else None,
    )
    if entry.before is None:
        return entry
    found = {name: text for name, text in opened.items() if text is not None}
    return entry._replace(before={**entry.before, **found})


def _place(place: str, path: str, mark: str, name: str) -> str:
    return f"{place}{path}/{mark}/{name}"
