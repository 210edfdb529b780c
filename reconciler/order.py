# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule order with the fewest moves: which of our rows stay, and where each other one goes.

RouterOS keeps one list across chains; only the order inside a chain matters. Rows of other people
and dynamic rows are never moved and positions are never used: every place is "before that row".
Imports marks only.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.marks import Row, is_fixed


def longest_increasing(values: Sequence[int]) -> list[int]:
    """Indices of one longest strictly increasing run of `values`, in O(n log n)."""
    tails: list[int] = []
    tail_values: list[int] = []
    previous = [-1] * len(values)
    for index, value in enumerate(values):
        at = bisect_left(tail_values, value)
        previous[index] = tails[at - 1] if at else -1
        if at == len(tails):
            tails.append(index)
            tail_values.append(value)
        else:
            tails[at], tail_values[at] = index, value
    run: list[int] = []
    index = tails[-1] if tails else -1
    while index >= 0:
        run.append(index)
        index = previous[index]
    return run[::-1]


@dataclass(frozen=True)
class Spot:
    """One of our rows in the order in which its chain must hold them.

    `id`: its `.id`, None while it is not on the router yet. `first`: before every foreign rule.
    """

    mark: str
    id: str | None
    first: bool = False


@dataclass(frozen=True)
class Placement:
    """`mark` goes before the row `before_id`, or before our row `before_mark` that this plan adds;
    with neither, to the end. `was` and `now` say the place in words that do not change with
    other people's rules.
    """

    mark: str
    before_id: str | None
    before_mark: str | None
    was: str
    now: str


def placements(spots: Sequence[Spot], table: Sequence[Row], chain: str) -> list[Placement]:
    """The rows of one chain that must be added at a place or moved, in the order of writing.

    `spots` in the wanted order; `table` is the whole menu as printed. Rows are placed from the last
    to the first, each before a row that stands already. N minus the longest run that may stay.
    """
    ours = {spot.id: index for index, spot in enumerate(spots) if spot.id}
    seen: list[int] = []
    front: str | None = None
    displaced: set[int] = set()
    for row in table:
        if row.get("chain") != chain or is_fixed(row):
            continue
        index = ours.get(row[".id"])
        if index is None:
            front = front or row[".id"]
            continue
        seen.append(index)
        if spots[index].first and front:
            displaced.add(index)
    may_stay = [index for index in seen if index not in displaced]
    stays = {may_stay[at] for at in longest_increasing(may_stay)}
    was = _places(spots, seen, displaced)
    result: list[Placement] = []
    for index in range(len(spots) - 1, -1, -1):
        if index in stays:
            continue
        after = index + 1 < len(spots)
        follower = spots[index + 1] if after else None
        before_id, before_mark = (follower.id, follower.mark) if follower else (None, None)
        if spots[index].first and not (follower and follower.first):
            before_id, before_mark = (front or before_id), (None if front else before_mark)
        if before_id:
            before_mark = None
        result.append(
            Placement(spots[index].mark, before_id, before_mark, was[index], _now(spots, index))
        )
    return result


def _now(spots: Sequence[Spot], index: int) -> str:
    return f"after {_part(spots[index - 1])}" if index else "first"


def _places(spots: Sequence[Spot], seen: Sequence[int], displaced: set[int]) -> list[str]:
    places = [""] * len(spots)
    for at, index in enumerate(seen):
        if index in displaced:
            places[index] = "after other rules"
        else:
            places[index] = f"after {_part(spots[seen[at - 1]])}" if at else "first"
    return places


def _part(spot: Spot) -> str:
    return spot.mark.rpartition("/")[2]
