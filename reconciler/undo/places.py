# SPDX-License-Identifier: GPL-3.0-or-later
"""Where rows stand among the others, in words that outlive their `.id`s; and the way back.

A row is told by its key or mark, a rule of other people by what it says, each with its number
among equal ones. Places are "before the next one that was behind it". Imports change and kinds.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.change import Action, Change
from reconciler.kinds import FILTER, FILTER6, MANGLE, NAT, PROXY_ACCESS, QUEUE_SIMPLE, Kind
from reconciler.marks import Row, is_fixed
from reconciler.undo.entry import Stand

# The first that fits counts: their order is part of what they say.
ORDERED = (QUEUE_SIMPLE, MANGLE, FILTER, FILTER6, NAT, PROXY_ACCESS)
Chain = tuple[str, str]  # menu and chain; the chain is empty where there is none


@dataclass(frozen=True)
class Sequences:
    """The rows of one chain before and after a plan, each as its token."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def chain_of(kind: Kind, row: Row) -> Chain:
    return (kind.path, row.get("chain", ""))


def tokens(kind: Kind, rows: Iterable[Row], chain: Chain) -> dict[str, str]:
    """Token -> `.id` of the rows of a chain, in their order; dynamic ones are not there."""
    seen: Counter[str] = Counter()
    result: dict[str, str] = {}
    for row in rows:
        if is_fixed(row) or chain_of(kind, row) != chain:
            continue
        text = _text(kind, row)
        seen[text] += 1
        result[f"{text}#{seen[text]}"] = row[".id"]
    return result


def token_of_mark(mark: str) -> str:
    return f"{mark}#1"


def _text(kind: Kind, row: Row) -> str:
    if kind.key:
        return json.dumps(kind.key_of(row), ensure_ascii=False)
    mark = kind.mark_of(row)
    if mark is not None:
        return mark
    content = json.dumps([item.canonical(row.get(item.name)) for item in kind.fields])
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def sequences(
    changes: Sequence[Change], tables: Mapping[str, Sequence[Row]]
) -> dict[Chain, Sequences]:
    """The chains that lose rows or whose rows move, as they are and as `changes` leaves them."""
    found: dict[Chain, Sequences] = {}
    for kind in ORDERED:
        ours = [change for change in changes if change.kind is kind]
        rows = tables.get(kind.path, ())
        for change in ours:
            if change.action not in (Action.REMOVE, Action.MOVE) or change.row is None:
                continue
            chain = chain_of(kind, change.row)
            if chain not in found:
                ids = tokens(kind, rows, chain)
                found[chain] = Sequences(tuple(ids), tuple(_after(ours, ids)))
    return found


def _after(changes: Sequence[Change], ids: Mapping[str, str]) -> list[str]:
    """The chain when all is written, in the order of writing."""
    by_id = {row_id: token for token, row_id in ids.items()}
    order = list(ids)
    for change in changes:
        token = by_id.get(change.row_id or "", token_of_mark(change.mark))
        if change.action is Action.REMOVE and token in order:
            order.remove(token)
    for change in changes:
        place = change.place
        if place is None:
            continue
        token = by_id.get(change.row_id or "", token_of_mark(change.mark))
        if token in order:
            order.remove(token)
        before = by_id.get(place.before_id or "") or token_of_mark(place.before_mark or "")
        order.insert(order.index(before) if before in order else len(order), token)
    return order


def stand_of_move(
    token: str, chain: Sequences, now: Sequence[str], movers: frozenset[str]
) -> Stand:
    """Whether a rule that was moved stands where it stood, where it was put, or elsewhere.

    Only rules that the run saw count: what others added since changes nothing.
    """
    seen = set(now)
    if token not in seen or token not in chain.before or token not in chain.after:
        return Stand.MOVED_ON
    known = [one for one in now if one in chain.before or one in chain.after]
    still = seen - movers
    was, put, stands = (_next(token, order, still) for order in (chain.before, chain.after, known))
    if was == put:
        was, put, stands = (
            _next(token, order, seen) for order in (chain.before, chain.after, known)
        )
    if stands == put:
        return Stand.AFTER
    return Stand.BEFORE if stands == was else Stand.MOVED_ON


def _next(token: str, order: Sequence[str], among: set[str] | frozenset[str]) -> str | None:
    behind = order[order.index(token) + 1 :]
    return next((one for one in behind if one in among), None)


@dataclass(frozen=True)
class Placing:
    """A change that puts a row back into its place among the rows of `chain`."""

    change: Change
    chain: Chain
    token: str

    @classmethod
    def of(cls, change: Change, chain: Chain, row: Row) -> "Placing":
        return cls(change, chain, f"{_text(change.kind, row)}#1")


def with_places(
    placing: Sequence[Placing],
    chains: Mapping[Chain, Sequences],
    now: Mapping[Chain, Mapping[str, str]],
) -> Iterator[Change]:
    """The changes with the row that each goes before: the next that was behind it and stands now.

    `now`: token -> `.id` of the rows that stay. Rules are written singly, from the last to the
    first, so one may stand before another that was just put back. Elsewhere rows are added in their
    old order, each before one that was there all the time.
    """
    back = {(one.chain, one.token) for one in placing}

    def spot(one: Placing) -> int:
        order = chains[one.chain].before
        return order.index(one.token) if one.token in order else len(order)

    for one in sorted(placing, key=spot):
        if not one.change.kind.ordered:
            ids = now[one.chain]
            before = ids.get(_follower(one, chains, set(ids)) or "")
            words = (("place-before", before),) if before else ()
            yield replace(one.change, words=(*one.change.words, *words), place=None)
    for one in sorted(placing, key=spot, reverse=True):
        if one.change.kind.ordered:
            ids = now[one.chain]
            among = set(ids) | {token for chain, token in back if chain == one.chain}
            following = _follower(one, chains, among)
            yield _placed(one.change, ids.get(following or ""), following)


def _follower(one: Placing, chains: Mapping[Chain, Sequences], among: set[str]) -> str | None:
    order = chains[one.chain].before
    return _next(one.token, order, among) if one.token in order else None


def _placed(change: Change, before_id: str | None, following: str | None) -> Change:
    mark = following.rpartition("#")[0] if following and not before_id else None
    assert change.place is not None
    return replace(change, place=replace(change.place, before_id=before_id, before_mark=mark))
