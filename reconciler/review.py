# SPDX-License-Identifier: GPL-3.0-or-later
"""What was reviewed is what is applied: a plan file against what would be done now. Pure.

Imports change, changeset, planning, reading, render and wording.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from reconciler.change import Change
from reconciler.changeset import ChangeSet, PlanFile, Stale, essence, essence_of
from reconciler.planning import RouterPlan, Status, narrowed
from reconciler.reading import human
from reconciler.render import describe, summary_text
from reconciler.wording import counted, printable

_SHOWN = 10


def keep_reviewed(
    plans: Iterable[RouterPlan], reviewed: PlanFile
) -> list[tuple[RouterPlan, tuple[Change, ...]]]:
    """Each plan with only the changes of the plan file, and the changes that are left.

    Raises Stale, with both sides, where a reviewed change is not what would be done now. A notice
    that has come or gone since never makes a plan file stale.
    """
    missing = {essence(entry): entry for entry in reviewed.entries}
    allowed = missing.keys() | {essence(entry) for entry in reviewed.notices}
    result = []
    away = set()
    for plan in plans:
        if plan.status is not Status.OK:
            away.add(plan.router)
        found = {essence_of(plan.router, change) for change in plan.changes}
        missing = {key: entry for key, entry in missing.items() if key not in found}
        result.append(narrowed(plan, partial(_is_in, allowed, plan.router)))
    stale = [entry for entry in missing.values() if entry["router"] not in away]
    if stale:
        raise Stale(_stale_text(stale, result))
    return result


def _is_in(keys: Collection[str], router: str, change: Change) -> bool:
    return essence_of(router, change) in keys


def check_expected(changes: ChangeSet, expect: str) -> None:
    """Raises Stale where the change set has another fingerprint than the one that was reviewed."""
    if expect != changes.fingerprint:
        raise Stale(
            "The change set is not the one that was reviewed. Nothing was written.\n"
            f"  reviewed: {printable(expect) or 'none was named'}\n"
            f"  now:      {changes.fingerprint} ({summary_text(changes)})\n"
            "Review the new plan."
        )


def _stale_text(
    stale: Sequence[Mapping[str, Any]], result: Iterable[tuple[RouterPlan, tuple[Change, ...]]]
) -> str:
    now = [
        f"  now:      {plan.router}: {change.action.value} {describe(change)}"
        for plan, left in result
        for change in left
    ]
    lines = [
        f"The plan file is no longer true: {counted(len(stale), 'change')} in it would not be done"
        " now. Nothing was written.",
        *(f"  reviewed: {_entry_text(entry)}" for entry in stale[:_SHOWN]),
        *now[:_SHOWN],
        "Make a new plan and review it.",
    ]
    return "\n".join(lines)


def _entry_text(entry: Mapping[str, Any]) -> str:
    fields = ", ".join(
        f"{name} {human(name, entry['before'].get(name))} → {human(name, value)}"
        for name, value in entry["after"].items()
        if entry["action"] != "add" or (value and name not in entry["key"])
    )
    text = entry_name(entry)
    return f"{text}: {fields}" if fields else text


def entry_name(entry: Mapping[str, Any]) -> str:
    """What is done to which row, by the JSON of a change: `rb-sur: add /ppp/secret ana pppoe`."""
    key = " ".join(str(part) for part in entry["key"].values() if part)
    return f"{entry['router']}: {entry['action']} {entry['path']} {key}"
