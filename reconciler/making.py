# SPDX-License-Identifier: GPL-3.0-or-later
"""Making changes: from a want and a row to what is shown, hashed and written. Pure.

The only place that knows how a secret is hidden and hashed in a change. Imports change, desired,
kinds and order.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from reconciler.change import HIDDEN, Action, Change, Values
from reconciler.desired import Desired, Source
from reconciler.kinds import QUEUE_TYPE, Field, Kind
from reconciler.marks import Row, without_mark
from reconciler.order import Placement

Digest = Callable[[str], str | None]


@dataclass(frozen=True)
class Terms:
    """What a diff is told beside the rows.

    `adopt`: rows without a mark are taken over. `lets_go`: whether a mark comes off while its row
    stays. `sources`: the place in the files of a mark whose row goes.
    `digest`: the keyed hash of a secret, None without a key. `notice_list`: computed from the date.
    """

    router: str
    adopt: bool = False
    lets_go: Callable[[str], bool] = lambda _mark: False
    sources: Mapping[str, Source] = field(default_factory=dict)
    digest: Digest = lambda _text: None
    notice_list: str | None = None

    def is_notice(self, row: Row) -> bool:
        return self.notice_list is not None and row.get("list") == self.notice_list


def json_key(kind: Kind, mark: str, values: Values) -> dict[str, str | None]:
    """The key as plans show it; rules are named by the last part of their mark."""
    if kind.key:
        return {name: kind.by_name[name].canonical(values.get(name)) for name in kind.key}
    rule = mark.partition("/")[2] or mark
    return {"chain": values.get("chain"), "rule": rule}


def _shown(item: Field, value: str | None) -> str | None:
    """Canonical text, None where unset, and never a secret."""
    canonical = item.canon(value) if value else item.default
    return (HIDDEN if item.secret else canonical) if canonical else None


def _all_fields(kind: Kind, values: Values) -> dict[str, str | None]:
    shown, fields = dict(kind.unset), kind.by_name
    for name, value in values.items():
        if name in shown:
            shown[name] = _shown(fields[name], value)
    return shown


def _digests(kind: Kind, values: Values, names: Collection[str], terms: Terms) -> dict[str, str]:
    return {
        name: terms.digest(values.get(name) or "") or "changed"
        for name in kind.secrets
        if name in names
    }


def add_change(desired: Desired, terms: Terms) -> Change:
    """A new row; `values` beyond the managed fields are written and not shown."""
    kind, values = desired.kind, desired.values
    return Change(
        Action.ADD,
        kind,
        json_key(kind, desired.mark, values),
        {},
        _all_fields(kind, values),
        desired.source,
        desired.mark,
        words=tuple(values.items()),
        notice=desired.notice,
        digests=_digests(kind, values, values, terms),
    )


def set_change(
    action: Action,
    desired: Desired,
    row: Row,
    differences: dict[str, tuple[str | None, str | None]],
    terms: Terms,
) -> Change:
    """`row` gets what `desired` says in the fields of `differences`: a set or an adoption."""
    kind, values = desired.kind, desired.values
    words, unset = [], []
    for name in differences:
        clear = kind.by_name[name].clear
        if name in values:
            words.append((name, values[name]))
        elif clear is not None:
            words.append((name, clear))
        else:
            unset.append(name)
    fields = kind.by_name
    return Change(
        action,
        kind,
        json_key(kind, desired.mark, values),
        {name: _shown(fields[name], row.get(name)) for name in differences},
        {name: _shown(fields[name], values.get(name)) for name in differences},
        desired.source,
        desired.mark,
        row_id=row[".id"],
        row=row,
        words=tuple(words),
        unset=tuple(unset),
        notice=desired.notice,
        digests=_digests(kind, values, differences, terms),
    )


def unmark(kind: Kind, row: Row, mark: str) -> Change:
    label = without_mark(row["comment"])
    return Change(
        Action.SET,
        kind,
        json_key(kind, mark, row),
        {"comment": row["comment"]},
        {"comment": label or None},
        Source(mark),
        mark,
        row_id=row[".id"],
        row=row,
        words=(("comment", label),),
    )


def _source_id(kind: Kind, mark: str) -> str:
    """Rows without comments are marked by name: `rc-hogar-10-down` is of a plan."""
    if kind.commented:
        return mark
    plan = mark.removeprefix("rc-")
    return f"plan/{re.sub('-(down|up)$', '', plan) if kind is QUEUE_TYPE else plan}"


def remove_change(kind: Kind, row: Row, terms: Terms, source: Source) -> Change:
    """A row of ours goes."""
    mark = kind.mark_of(row) or ""
    return Change(
        Action.REMOVE,
        kind,
        json_key(kind, mark, row),
        _all_fields(kind, row),
        {},
        source,
        mark,
        row_id=row[".id"],
        row=row,
        notice=terms.is_notice(row),
        digests=_digests(kind, row, kind.secrets, terms),
    )


def move_change(kind: Kind, desired: Desired, row: Row, place: Placement) -> Change:
    """A rule of ours at another place; each stands before one that is placed already."""
    return Change(
        Action.MOVE,
        kind,
        json_key(kind, desired.mark, desired.values),
        {"place": place.was},
        {"place": place.now},
        desired.source,
        desired.mark,
        row_id=row[".id"],
        row=row,
        place=place,
    )


def leave_change(kind: Kind, row: Row, terms: Terms) -> Change:
    """A marked row that nobody wants: its mark comes off, or it goes."""
    mark = kind.mark_of(row) or ""
    if kind.commented and terms.lets_go(mark):
        return unmark(kind, row, mark)
    source = terms.sources.get(mark) or Source(_source_id(kind, mark))
    return remove_change(kind, row, terms, source)
