# SPDX-License-Identifier: GPL-3.0-or-later
"""Pending or hand-made? Three-way comparison: last applied, now wanted, actual. Pure.

A difference is drift where the router does not hold what was last applied, else it is pending: the
files moved on and the next apply brings it. Imports change and planning.
"""

from collections import defaultdict
from dataclasses import replace

from reconciler.change import Action, Change
from reconciler.planning import RouterPlan

PENDING, DRIFT = "pending", "drift"


def with_causes(now: RouterPlan, then: RouterPlan | None) -> RouterPlan:
    """`now`: what is wanted against the router; `then`: what was last applied against the router,
    None where nothing ever was, so that all is pending.
    """
    since = _by_row(then) if then else {}
    changes = tuple(replace(change, cause=_cause(change, since)) for change in now.changes)
    return replace(now, changes=changes)


RowKey = tuple[str, str, str | None]


def _by_row(plan: RouterPlan) -> dict[RowKey, list[Change]]:
    rows: dict[RowKey, list[Change]] = defaultdict(list)
    for change in plan.changes:
        rows[_row(change)].append(change)
    return rows


def _row(change: Change) -> RowKey:
    """A row on the router by its id; one that is missing by its mark and list."""
    if change.row_id:
        return (change.kind.path, "id", change.row_id)
    listed = change.after.get("list")
    return (change.kind.path, change.mark, listed)


def _cause(change: Change, since: dict[RowKey, list[Change]]) -> str:
    if change.notice:  # who is reminded changes with the date, and nobody's hand did it
        return PENDING
    others = since.get(_row(change), ())
    return DRIFT if any(_overlaps(change, other) for other in others) else PENDING


def _overlaps(change: Change, other: Change) -> bool:
    if change.action in (Action.SET, Action.ADOPT):
        return bool(set(change.after) & set(other.after)) or other.action is Action.REMOVE
    return change.action is other.action


def only_drift(plan: RouterPlan) -> RouterPlan:
    return replace(plan, changes=tuple(c for c in plan.changes if c.cause == DRIFT))
