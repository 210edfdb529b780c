# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan may do before it is confirmed, and what waits until then. Pure.

Whatever the router may have to undo by itself stands in a script there, which every reader sees; so
nothing that needs a secret to be undone is done. Imports arrange, change, marks, planning and undo.
"""

from dataclasses import replace

from reconciler.arrange import held_back
from reconciler.change import Action, Change
from reconciler.marks import Row
from reconciler.planning import RouterPlan
from reconciler.undo.settable import is_secret

_OFF = ("disabled", "yes")
Identity = tuple[str, str, tuple[str | None, ...], bool]


def before_proof(plan: RouterPlan) -> RouterPlan:
    """The plan without what waits: a removed row with secrets is only disabled, a password stays.

    The same function over what is planned anew afterwards says whether this part was done.
    """
    later = {id(change) for change in held_back(plan.changes, _has_secret)}
    made: dict[int, Change] = {}
    for change in plan.changes:
        now = _without_secrets(change)
        if id(change) in later:
            # A service that moves to another router stays until it is seen there.
            now = None if plan.moves_to(change) else _disabled(change)
        if now is not None:
            made[id(change)] = now
    sessions = tuple(
        replace(session, cause=made[id(session.cause)])
        for session in plan.sessions
        if id(session.cause) in made
    )
    return replace(plan, changes=tuple(made.values()), sessions=sessions)


def waiting(plan: RouterPlan) -> list[Change]:
    """The changes that are left for after the proof, whole or in part."""
    later = {id(change) for change in held_back(plan.changes, _has_secret)}
    return [c for c in plan.changes if id(c) in later or _without_secrets(c) is not c]


def _has_secret(change: Change) -> bool:
    """A removal that no script may undo."""
    row: Row = change.row or {}
    hidden = any(is_secret(change.kind, name) and text for name, text in row.items())
    # A row whose password we may not see may have one.
    kept = any(field.secret for field in change.kind.fields)
    return change.action is Action.REMOVE and (hidden or kept)


def _disabled(change: Change) -> Change | None:
    """The row that is to go, switched off; None for what simply waits."""
    can = "disabled" in change.kind.by_name and change.action is Action.REMOVE
    row: Row = change.row or {}
    if not can or change.kind.by_name["disabled"].canonical(row.get("disabled")) == "true":
        return None
    return replace(
        change,
        action=Action.SET,
        before={"disabled": "false"},
        after={"disabled": "true"},
        words=(_OFF,),
        unset=(),
        digests={},
    )


def _without_secrets(change: Change) -> Change | None:
    if change.action in (Action.ADD, Action.REMOVE, Action.MOVE):
        return change
    secret = {name for name in change.after if is_secret(change.kind, name)}
    if not secret:
        return change
    after = {name: text for name, text in change.after.items() if name not in secret}
    if not after:
        return None
    return replace(
        change,
        before={name: change.before[name] for name in after},
        after=after,
        words=tuple((name, text) for name, text in change.words if name not in secret),
        unset=tuple(name for name in change.unset if name not in secret),
        digests={},
    )


def identity(change: Change) -> Identity:
    """What tells that a change planned anew after the proof is one that waited."""
    key = tuple(change.key.values())
    return (change.kind.path, change.mark, key, change.action is Action.REMOVE)
