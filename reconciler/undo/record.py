# SPDX-License-Identifier: GPL-3.0-or-later
"""From a plan to its inverse, with what the router is asked for right before the first write.

Imports change, diff, planning, router, and its neighbours.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from reconciler.change import Action, Change
from reconciler.diff import hidden_secrets
from reconciler.marks import Row
from reconciler.planning import RouterPlan
from reconciler.router import Read, Session
from reconciler.undo.entry import Entry, Identity, identity
from reconciler.undo.file import RouterUndo
from reconciler.undo.places import sequences
from reconciler.undo.settable import is_secret, settable

Tables = Mapping[str, Sequence[Row]]


def read_losses(session: Session, changes: Sequence[Change]) -> Tables:
    """Every property of the menus that lose rows or whose rows move. Raises as `read` does."""
    going = (Action.REMOVE, Action.MOVE)
    paths = sorted({change.kind.path for change in changes if change.action in going})
    return dict(zip(paths, session.read([Read(path) for path in paths]), strict=True))


def record(plan: RouterPlan, tables: Tables, state_after: str | None) -> RouterUndo:
    """The inverse of a plan; `tables` as `read_losses` gives them.

    `state_after`: the text of the state row that this run may write, None where it writes none.
    """
    copies = _copies(plan.changes, tables)
    entries = [_entry(change, tables, copies) for change in plan.changes]
    return RouterUndo(
        entries=tuple(entry for entry in entries if entry is not None),
        chains=sequences(plan.changes, tables),
        state_before=plan.state.comment if plan.state else None,
        state_after=state_after,
    )


def _copies(changes: Sequence[Change], tables: Tables) -> Counter[tuple[str, Identity]]:
    """How many rows of each identity the menus that lose rows hold."""
    kinds = {change.kind.path: change.kind for change in changes}
    return Counter(
        (path, identity(kinds[path], row)) for path, rows in tables.items() for row in rows
    )


def _entry(change: Change, tables: Tables, copies: Counter[tuple[str, Identity]]) -> Entry | None:
    """None for what has no inverse: an extra copy of a row, which the router would refuse again."""
    if change.action is Action.ADD:
        return _of_add(change)
    row = change.row or {}
    if change.action is Action.REMOVE:
        mine = (change.kind.path, identity(change.kind, row))
        if copies[mine] > 1:
            copies[mine] -= 1
            return None
        return _of_remove(change, row, tables.get(change.kind.path, ()))
    return _of_set(change, row)


def _entry_of(
    change: Change,
    before: Mapping[str, str] | None,
    after: Mapping[str, str] | None,
    fields: tuple[str, ...],
    lost: tuple[str, ...] = (),
) -> Entry:
    kind, place = change.kind, change.place
    return Entry(
        change.action,
        kind,
        change.mark,
        change.source.id,
        before,
        after and {name: text for name, text in after.items() if not is_secret(kind, name)},
        fields,
        digests={name: text for name, text in change.digests.items() if text != "changed"},
        lost=lost,
        notice=change.notice,
        row_id=change.row_id,
        place=(place.was, place.now) if change.action is Action.MOVE and place else None,
    )


def _of_add(change: Change) -> Entry:
    return _entry_of(change, None, dict(change.words), tuple(change.kind.by_name))


def _of_remove(change: Change, row: Row, rows: Sequence[Row]) -> Entry:
    kind = change.kind
    full = next((one for one in rows if one[".id"] == change.row_id), row)
    lost = tuple(sorted(kind.secrets)) if hidden_secrets(kind, rows or [row]) else ()
    before = {name: text for name, text in settable(full).items() if name not in lost}
    fields = tuple(name for name in kind.by_name if name not in lost)
    return _entry_of(change, before, None, fields, lost)


def _of_set(change: Change, row: Row) -> Entry:
    """A set, an adoption or a move; a secret that was not touched is not kept."""
    kind = change.kind
    fields = () if change.action is Action.MOVE else tuple(change.after)
    before = {
        name: row[name]
        for name in kind.by_name
        if name in row and (name in fields or not is_secret(kind, name))
    }
    after = {**before, **dict(change.words)}
    for name in change.unset:
        after.pop(name, None)
    return _entry_of(change, before, after, fields)
