# SPDX-License-Identifier: GPL-3.0-or-later
"""The inverse of a run against what a router holds now -> its plan. Pure.

A row is as before the run (nothing to do), as after it (taken back), or has moved on since: then
nothing is written to that router. Imports change, desired, kinds, making, order, planning,
sessions, survey, work and its neighbours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.change import Action, Change
from reconciler.desired import Desired, Source, Wanted
from reconciler.errors import Problem
from reconciler.kinds import BY_PATH
from reconciler.making import Terms, add_change, move_change, remove_change, set_change
from reconciler.marks import Row
from reconciler.order import Placement
from reconciler.planning import (
    Census,
    RouterPlan,
    Status,
    ending_sessions,
    suspends,
    take_census,
)
from reconciler.sessions import SERVICES
from reconciler.survey import Actual
from reconciler.undo.entry import Entry, Rows, Stand, renames, stands
from reconciler.undo.file import RouterUndo
from reconciler.undo.places import (
    Placing,
    chain_of,
    stand_of_move,
    token_of_mark,
    tokens,
    with_places,
)
from reconciler.undo.problems import is_lost, moved_on, occupied, still_named
from reconciler.work import Target


@dataclass
class _Found:
    """What the entries came to."""

    changes: list[Change] = field(default_factory=list)
    placing: list[Placing] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def undo_plan(target: Target, actual: Actual, undo: RouterUndo) -> RouterPlan:
    """What takes the run back on one router; a conflict where a row has moved on since."""
    router = target.router
    terms = Terms(
        router.id,
        sources={row.mark: row.source for row in target.wanted.rows},
        digest=target.digest,
        notice_list=router.lists.notice,
    )
    renamed = renames(undo.entries)
    tables = {
        path: Rows(kind, actual.rows(path), renamed.get(path)) for path, kind in BY_PATH.items()
    }
    movers = frozenset(token_of_mark(e.mark) for e in undo.entries if e.action is Action.MOVE)
    found = _Found()
    plain = [entry for entry in undo.entries if entry.action is not Action.MOVE]
    for entry, (where, row) in zip(plain, stands(plain, tables, terms.digest), strict=True):
        _take_back(entry, where, row, undo, terms, found)
    for entry in undo.entries:
        if entry.action is Action.MOVE:
            _move_back(entry, undo, tables[entry.kind.path], movers, terms, found)
    now = {
        (path, name): tokens(BY_PATH[path], _staying(tables[path], found.changes), (path, name))
        for path, name in undo.chains
    }
    changes = [*found.changes, *with_places(found.placing, undo.chains, now)]
    found.problems += occupied(changes, actual, router.id)
    found.problems += still_named(changes, actual, router.id)
    using = Wanted(tuple(_users(actual)), waiting=target.wanted.waiting)
    return RouterPlan(
        router.id,
        Status.CONFLICT if any(problem.is_error for problem in found.problems) else Status.OK,
        version=actual.version,
        changes=tuple(changes),
        sessions=tuple(ending_sessions(router, changes, using, actual)),
        problems=tuple(found.problems),
        state=actual.state,
        census=_census(target, actual, changes),
    )


def _take_back(
    entry: Entry, where: Stand, row: Row | None, undo: RouterUndo, terms: Terms, found: _Found
) -> None:
    source = terms.sources.get(entry.mark) or Source(entry.source)
    if where is Stand.MOVED_ON:
        found.problems.append(moved_on(entry, terms.router))
    elif entry.lost and not (entry.after is None and row is not None):
        found.problems.append(is_lost(entry, terms.router))
    if where is not Stand.AFTER:
        return
    if entry.before is None:
        if row is not None:
            gone = remove_change(entry.kind, row, terms, source)
            found.changes.append(replace(gone, notice=entry.notice))
    elif entry.after is None:
        if row is not None:
            found.changes.append(
                _set_back(entry._replace(fields=("disabled",)), row, source, terms)
            )
        elif not entry.lost:
            _restore(entry, entry.before, undo, add_change(_row(entry, source), terms), found)
    elif row is not None and entry.fields:
        change = _set_back(entry, row, source, terms)
        # Who names a profile follows its name by itself, and then nothing is left to set.
        if change.words or change.unset:
            found.changes.append(change)


def _row(entry: Entry, source: Source) -> Desired:
    """The row of an entry as it was; what is empty was never set."""
    values = {name: text for name, text in (entry.before or {}).items() if text}
    return Desired(entry.kind, entry.mark, values, source, notice=entry.notice)


def _restore(entry: Entry, before: Row, undo: RouterUndo, change: Change, found: _Found) -> None:
    chain = chain_of(entry.kind, before)
    if chain in undo.chains:
        place = Placement(entry.mark, None, None, was="", now="")
        found.placing.append(Placing.of(replace(change, place=place), chain, before))
    else:
        found.changes.append(change)


def _set_back(entry: Entry, row: Row, source: Source, terms: Terms) -> Change:
    desired = _row(entry, source)
    differences = {}
    for name in entry.fields:
        canonical = entry.kind.by_name[name].canonical
        now, then = canonical(row.get(name)), canonical(desired.values.get(name))
        if now != then or entry.kind.by_name[name].secret:
            differences[name] = (now, then)
    return set_change(Action.SET, desired, row, differences, terms)


def _move_back(
    entry: Entry,
    undo: RouterUndo,
    rows: Rows,
    movers: frozenset[str],
    terms: Terms,
    found: _Found,
) -> None:
    kind, before = entry.kind, entry.before or {}
    row = next(iter(rows.like(entry.values, entry.row_id)), None)
    chain = undo.chains.get(chain_of(kind, before))
    if row is None or chain is None:
        found.problems.append(moved_on(entry, terms.router))
        return
    now = list(tokens(kind, rows.all, chain_of(kind, row)))
    where = stand_of_move(token_of_mark(entry.mark), chain, now, movers)
    if where is Stand.MOVED_ON:
        found.problems.append(moved_on(entry, terms.router))
    elif where is Stand.AFTER:
        was, put = entry.place or ("", "")
        place = Placement(entry.mark, None, None, was=put, now=was)
        change = move_change(kind, _row(entry, Source(entry.source)), row, place)
        found.placing.append(Placing.of(change, chain_of(kind, before), before))


def _staying(rows: Rows, changes: Sequence[Change]) -> list[Row]:
    """The rows that stay, under the names that they get back."""
    ours = {change.row_id: change for change in changes if change.kind is rows.kind}
    return [
        {**row, **dict(ours[row[".id"]].words)} if row[".id"] in ours else row
        for row in rows.all
        if row[".id"] not in ours or ours[row[".id"]].action is not Action.REMOVE
    ]


def _users(actual: Actual) -> Iterator[Desired]:
    """Who uses which profile now, so that it is known whose session ends with a profile."""
    for service in SERVICES:
        for row in actual.rows(service.users.path):
            mark = service.users.mark_of(row)
            if mark is not None:
                yield Desired(service.users, mark, row, Source(mark))


def _census(target: Target, actual: Actual, changes: Sequence[Change]) -> Census:
    """As the limits count: who is suspended afterwards is decided by the undo, not by the files."""
    census = take_census(target.router, target.wanted, actual)
    name, blocked = target.router.lists.suspended, set(census.suspended)
    for change in changes:
        row = change.row or {}
        after: Mapping[str, str] = {**row, **dict(change.words)}
        if change.action is not Action.REMOVE and suspends(change.kind, after, name):
            blocked.add(change.mark)
        elif suspends(change.kind, row, name):
            blocked.discard(change.mark)
    return replace(census, to_suspend=frozenset(blocked))
