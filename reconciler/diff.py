# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired rows against actual rows of one menu -> changes. Pure and generic: one differ for all.

Matching: by mark, then by key among rows without a mark. Rows without a mark, dynamic rows and
built-in rows are never touched; one that holds a key we need is a conflict, or is adopted. Imports
change, desired, errors, kinds, making and order.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reconciler.change import Action, Change, Values
from reconciler.desired import Desired
from reconciler.errors import Problem, Severity
from reconciler.kinds import Field, Kind
from reconciler.making import (
    Terms,
    add_change,
    leave_change,
    move_change,
    remove_change,
    set_change,
)
from reconciler.marks import Row, is_fixed
from reconciler.order import Placement, Spot, placements

Key = tuple[str | None, ...]


@dataclass
class Outcome:
    """What a menu needs, and what is wrong with it."""

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def diff(kind: Kind, wanted: Sequence[Desired], rows: Sequence[Row], terms: Terms) -> Outcome:
    """The smallest changes that makes `rows` hold what is `wanted`, foreign rows as before."""
    outcome = Outcome()
    marked = _by_mark(kind, rows)
    pairs, missing = _match(wanted, marked)
    spare = [row for rows_of in marked.values() for row in rows_of]
    hidden = hidden_secrets(kind, rows)
    rekeyed: list[tuple[Desired, Row]] = []
    for desired, row in pairs:
        differences = compare(kind, desired, row, hidden)
        if differences and any(name in differences for name in kind.key):
            rekeyed.append((desired, row))
        elif differences:
            outcome.changes.append(set_change(Action.SET, desired, row, differences, terms))
    taken = _Taken(kind, rows, [*missing, *(desired for desired, _ in rekeyed)], terms)
    for desired, row in rekeyed:
        _rekey(desired, row, taken, hidden, terms, outcome)
    for desired in missing:
        _place_missing(desired, taken, hidden, terms, outcome)
    for row in spare:
        outcome.changes.append(leave_change(kind, row, terms))
    if kind.ordered:
        outcome.changes = _with_places(kind, wanted, pairs, rows, outcome.changes)
    if hidden and pairs:
        outcome.problems.append(_hidden_problem(kind, terms))
    return outcome


def _by_mark(kind: Kind, rows: Iterable[Row]) -> dict[str, list[Row]]:
    marked: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        mark = kind.mark_of(row)
        if mark is not None:
            marked[mark].append(row)
    return marked


def _match(
    wanted: Sequence[Desired], marked: dict[str, list[Row]]
) -> tuple[list[tuple[Desired, Row]], list[Desired]]:
    """Pairs of a want and its marked row; what is matched leaves `marked`."""
    pairs: list[tuple[Desired, Row]] = []
    missing = list(wanted)
    for exact in (True, False) if marked else ():
        found = [(desired, _take(marked, desired, exact=exact)) for desired in missing]
        pairs += [(desired, row) for desired, row in found if row is not None]
        missing = [desired for desired, row in found if row is None]
    return pairs, missing


def _take(marked: dict[str, list[Row]], desired: Desired, *, exact: bool) -> Row | None:
    """A row of the same mark: with the very key, or else (not exact) another one in its list."""
    kind, values = desired.kind, desired.values
    for mark in (desired.mark, *desired.aliases):
        for at, row in enumerate(marked.get(mark, ())):
            if _same_key(kind, row, values) if exact else row.get("list") == values.get("list"):
                return marked[mark].pop(at)
    return None


def _same_key(kind: Kind, row: Row, values: Values) -> bool:
    # Spelled alike is the common case; canonical keys cost ten times as much.
    for name in kind.key:
        if row.get(name) != values.get(name):
            return kind.key_of(row) == kind.key_of(values)
    return True


def compare(
    kind: Kind, desired: Desired, row: Row, hidden: bool = False
) -> dict[str, tuple[str | None, str | None]]:
    """Field -> (canonical text on the router, canonical text wanted) for the fields that differ."""
    values = desired.values
    differences: dict[str, tuple[str | None, str | None]] = {}
    for item in kind.fields:
        name = item.name
        want, have = values.get(name), row.get(name)
        if want == have or (want is None and have == item.default):
            continue
        canonical = (item.canonical(have), item.canonical(want))
        if canonical[0] == canonical[1] or (item.secret and hidden):
            continue
        if item.needs and _is_default(kind.by_name[item.needs], values):
            continue
        differences[name] = canonical
    return differences


def _is_default(item: Field, values: Values) -> bool:
    return item.canonical(values.get(item.name)) == item.default


def hidden_secrets(kind: Kind, rows: Sequence[Row]) -> bool:
    """Without the policy `sensitive` no row shows its password: not a difference, but unknown."""
    return bool(kind.secrets and rows) and not any(
        row.get(name, "").strip("*") for name in kind.secrets for row in rows
    )


def _hidden_problem(kind: Kind, terms: Terms) -> Problem:
    return Problem(
        code="passwords-hidden",
        message=f"the passwords of {kind.path} are hidden from this user and were not compared.",
        hint="Give the user's group the policy `sensitive`",
        severity=Severity.WARNING,
        router=terms.router,
    )


class _Taken:
    """Rows that hold a key which a want needs: of other people, dynamic, or ours."""

    def __init__(
        self, kind: Kind, rows: Sequence[Row], wants: Sequence[Desired], terms: Terms
    ) -> None:
        self._kind, self._lets_go = kind, terms.lets_go
        self._rows: dict[Key, list[Row]] = defaultdict(list)
        if not (kind.key and rows and wants):
            return
        keys = {kind.key_of(want.values) for want in wants}
        leading = {key[0] for key in keys}
        lead = kind.by_name[kind.key[0]]
        for row in rows:
            if lead.canonical(row.get(lead.name)) in leading:
                key = kind.key_of(row)
                if key in keys:
                    self._rows[key].append(row)

    def foreign(self, want: Desired) -> Row | None:
        rows = [row for row in self._of(want) if not self._is_ours(row)]
        return next((row for row in rows if not is_fixed(row)), rows[0] if rows else None)

    def ours(self, want: Desired) -> bool:
        return any(self._is_ours(row) for row in self._of(want))

    def _is_ours(self, row: Row) -> bool:
        mark = self._kind.mark_of(row)
        return mark is not None and not self._lets_go(mark)

    def _of(self, want: Desired) -> list[Row]:
        return self._rows.get(self._kind.key_of(want.values), []) if self._rows else []


def _rekey(
    desired: Desired, row: Row, taken: _Taken, hidden: bool, terms: Terms, outcome: Outcome
) -> None:
    """A marked row whose key must change: one set, unless something stands on the new key."""
    if taken.foreign(desired) is None and not taken.ours(desired):
        differences = compare(desired.kind, desired, row, hidden)
        outcome.changes.append(set_change(Action.SET, desired, row, differences, terms))
        return
    outcome.changes.append(remove_change(desired.kind, row, terms, desired.source))
    _place_missing(desired, taken, hidden, terms, outcome)


def _place_missing(
    desired: Desired, taken: _Taken, hidden: bool, terms: Terms, outcome: Outcome
) -> None:
    row = taken.foreign(desired)
    if row is None:
        outcome.changes.append(add_change(desired, terms))
    elif is_fixed(row):
        outcome.problems.append(_held_problem(desired, terms))
    elif terms.adopt:
        differences = compare(desired.kind, desired, row, hidden)
        outcome.changes.append(set_change(Action.ADOPT, desired, row, differences, terms))
    else:
        outcome.problems.append(_conflict(desired, row, terms))


def _name_of(kind: Kind, values: Values) -> str:
    return " ".join(str(part) for part in kind.key_of(values) if part is not None)


def _held_problem(desired: Desired, terms: Terms) -> Problem:
    name = _name_of(desired.kind, desired.values)
    return Problem(
        code="held-by-dynamic-row",
        message=f"{desired.kind.path} {name} is held by a dynamic row on {terms.router};"
        " it counts as present for this run.",
        where=desired.source.where,
        severity=Severity.WARNING,
        router=terms.router,
    )


def _conflict(desired: Desired, row: Row, terms: Terms) -> Problem:
    name = _name_of(desired.kind, desired.values)
    comment = row.get("comment", "")
    label = f' with the comment "{comment}"' if comment else ""
    return Problem(
        code="conflict",
        message=f"{desired.source.id} needs {desired.kind.path} {name}, but {terms.router} already"
        f" holds one without our mark{label} ({row['.id']}).",
        hint="Take it over with --adopt, rename it on the router, or change the file",
        where=desired.source.where,
        router=terms.router,
    )


def _with_places(
    kind: Kind,
    wanted: Sequence[Desired],
    pairs: Sequence[tuple[Desired, Row]],
    rows: Sequence[Row],
    changes: list[Change],
) -> list[Change]:
    """Give adds their place and add the fewest moves, chain by chain, in the order of writing."""
    # A row whose chain itself changes is set first and moved within its new chain afterwards.
    standing = {desired.mark: row for desired, row in pairs}
    ids = {mark: row[".id"] for mark, row in standing.items()}
    chains = {desired.mark: desired.values.get("chain") for desired, _ in pairs}
    table = [
        {**row, "chain": chains.get(kind.mark_of(row) or "", row.get("chain")) or ""}
        for row in rows
    ]
    spots: dict[str, list[Spot]] = defaultdict(list)
    for desired in wanted:
        spot = Spot(desired.mark, ids.get(desired.mark), desired.first)
        spots[desired.values["chain"]].append(spot)
    adds = {change.mark: change for change in changes if change.action is Action.ADD}
    by_mark = {desired.mark: desired for desired in wanted}
    result = [change for change in changes if change.action is not Action.ADD]
    for chain, chain_spots in spots.items():
        for place in placements(chain_spots, table, chain):
            if place.mark in adds:
                result.append(_placed(adds[place.mark], place))
            elif place.mark in ids:
                result.append(move_change(kind, by_mark[place.mark], standing[place.mark], place))
    return result


def _placed(change: Change, place: Placement) -> Change:
    return replace(change, place=place)
