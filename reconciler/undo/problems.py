# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a row cannot be taken back. Imports change, errors, kinds, survey, and entry."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.change import Action, Change
from reconciler.errors import Problem, Severity
from reconciler.kinds import HOTSPOT_PROFILE, PPP_PROFILE, QUEUE_TYPE, REFERENCES
from reconciler.marks import is_fixed
from reconciler.survey import Actual
from reconciler.undo.entry import Entry

# A row that names one of these cannot have been there without it.
_NEEDED = (PPP_PROFILE, HOTSPOT_PROFILE, QUEUE_TYPE)


def moved_on(entry: Entry, router: str) -> Problem:
    return _moved_on(f"{name_of(entry)} is neither as before the run nor as after it", router)


def _moved_on(what: str, router: str) -> Problem:
    return Problem(
        code="moved-on",
        message=f"{what}: somebody or a later run changed it. Nothing is undone on {router}.",
        hint="Undo the later run first, or change the files and apply",
        router=router,
    )


def is_lost(entry: Entry, router: str) -> Problem:
    what = ", ".join(entry.lost)
    missing = "the row stays away" if entry.after is None else "the rest of it is undone"
    return Problem(
        code="cannot-restore",
        message=f"{what} of {name_of(entry)} cannot be restored, for nobody kept it or the"
        f" repository key is not the one it was kept under; {missing}.",
        hint="Set a repository key, install the extra `undo`, and give the API user `sensitive`",
        severity=Severity.WARNING,
        router=router,
    )


def name_of(entry: Entry) -> str:
    """`/ppp/secret ana-lopez pppoe`; rules by the last part of their mark."""
    kind = entry.kind
    if not kind.key:
        return f"{kind.path} {entry.mark}"
    key = [part for part in kind.key_of(entry.values) if part]
    return f"{kind.path} {' '.join(key)}"


def occupied(changes: Sequence[Change], actual: Actual, router: str) -> Iterator[Problem]:
    """Keys that are to be taken again, and that another row has taken since."""
    leaving = {
        (change.kind.path, change.row_id)
        for change in changes
        if change.action is Action.REMOVE or _takes_key(change)
    }
    taking = [c for c in changes if c.kind.key and (c.action is Action.ADD or _takes_key(c))]
    for kind in {change.kind.path: change.kind for change in taking}.values():
        keys = {tuple(change.key.values()) for change in taking if change.kind is kind}
        for row in actual.rows(kind.path):
            key = kind.key_of(row)
            if key in keys and (kind.path, row[".id"]) not in leaving:
                what = f"{kind.path} {' '.join(part for part in key if part)}"
                by = "a dynamic row" if is_fixed(row) else "another row"
                yield _moved_on(f"{what} is taken by {by} now", router)


def _takes_key(change: Change) -> bool:
    return change.action is Action.SET and any(name in change.after for name in change.kind.key)


def still_named(changes: Sequence[Change], actual: Actual, router: str) -> Iterator[Problem]:
    """Rows that are to go, and that a row which stays has come to need since."""
    going = {(c.kind.path, c.row_id): c for c in changes if c.action is Action.REMOVE}
    written = {(c.kind.path, c.row_id): dict(c.words) for c in changes if c.row_id}
    for (namer, field), (used, name) in REFERENCES:
        gone = {
            (change.row or {}).get(name)
            for (path, _), change in going.items()
            if path == used.path and used in _NEEDED
        }
        users: dict[str, int] = defaultdict(int)
        for row in actual.rows(namer.path) if gone else ():
            spot = (namer.path, row[".id"])
            value = written.get(spot, {}).get(field, row.get(field))
            if spot not in going and value in gone:
                users[str(value)] += 1
        for value, count in sorted(users.items()):
            rows = "1 row" if count == 1 else f"{count} rows"
            yield _moved_on(f"{used.path} {value} is used by {rows} of {namer.path} now", router)
