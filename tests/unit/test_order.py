# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule order: the fewest moves, proved against brute force on lists that are carried out."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from reconciler.order import Placement, Spot, longest_increasing, placements

CHAIN = "rc-forward"
Row = dict[str, str]


@given(st.lists(st.integers(0, 9), max_size=9))
def test_the_longest_run_is_increasing_and_none_is_longer(values: list[int]) -> None:
    run = longest_increasing(values)
    assert run == sorted(set(run))
    chosen = [values[at] for at in run]
    assert all(low < high for low, high in pairwise(chosen))
    assert not any(
        all(values[low] < values[high] for low, high in pairwise(more))
        for more in combinations(range(len(values)), len(run) + 1)
    )


def row(identifier: str, chain: str, dynamic: bool = False) -> Row:
    return {".id": identifier, "chain": chain, "dynamic": str(dynamic).lower()}


@st.composite
def menus(draw: st.DrawFn) -> tuple[list[Spot], list[Row]]:
    """Our rows as they must be and a table that holds some of them among rows of other people."""
    count = draw(st.integers(1, 6))
    present = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    # In a chain that is ours no row needs to be first, in a built-in one every row does.
    first = draw(st.booleans())
    spots = [
        Spot(f"router/r{at}", f"*{at}" if here else None, first) for at, here in enumerate(present)
    ]
    ours = [row(str(spot.id), CHAIN) for spot in spots if spot.id]
    others = [
        row(f"*F{at}", draw(st.sampled_from([CHAIN, "forward"])), draw(st.booleans()))
        for at in range(draw(st.integers(0, 4)))
    ]
    return spots, draw(st.permutations(ours + others))


def carry_out(places: list[Placement], spots: list[Spot], table: list[Row]) -> list[str]:
    """The ids in the list after every placement, as RouterOS's place-before and move do it."""
    ids = {spot.mark: spot.id for spot in spots}
    order = [each[".id"] for each in table]
    for place in places:
        own = ids[place.mark] or f"new {place.mark}"
        if own in order:
            order.remove(own)
        before = place.before_id
        if place.before_mark:
            before = f"new {place.before_mark}"
        # Raises ValueError where a row is placed before one that does not stand yet.
        order.insert(order.index(before) if before else len(order), own)
    return order


@given(menus())
def test_carried_out_our_rows_stand_in_order(menu: tuple[list[Spot], list[Row]]) -> None:
    spots, table = menu
    order = carry_out(placements(spots, table, CHAIN), spots, table)
    ours = [spot.id or f"new {spot.mark}" for spot in spots]
    assert [one for one in order if one in set(ours)] == ours


@given(menus())
def test_first_is_before_every_rule_that_somebody_made(
    menu: tuple[list[Spot], list[Row]],
) -> None:
    spots, table = menu
    order = carry_out(placements(spots, table, CHAIN), spots, table)
    hand_made = {
        each[".id"]
        for each in table
        if each[".id"].startswith("*F") and each["chain"] == CHAIN and each["dynamic"] == "false"
    }
    for spot in spots:
        if spot.first:
            at = order.index(spot.id or f"new {spot.mark}")
            assert not hand_made & set(order[:at])


@given(menus())
def test_rows_of_other_people_keep_their_order(menu: tuple[list[Spot], list[Row]]) -> None:
    spots, table = menu
    order = carry_out(placements(spots, table, CHAIN), spots, table)
    foreign = [each[".id"] for each in table if each[".id"].startswith("*F")]
    assert [one for one in order if one.startswith("*F")] == foreign


@given(menus())
def test_carried_out_nothing_is_left_to_place(menu: tuple[list[Spot], list[Row]]) -> None:
    spots, table = menu
    rows = {each[".id"]: each for each in table}
    order = carry_out(placements(spots, table, CHAIN), spots, table)
    after = [rows.get(one, row(one, CHAIN)) for one in order]
    settled = [Spot(spot.mark, spot.id or f"new {spot.mark}", spot.first) for spot in spots]
    assert placements(settled, after, CHAIN) == []


@given(menus())
def test_no_fewer_moves_would_do(menu: tuple[list[Spot], list[Row]]) -> None:
    """Brute force: the largest set of our rows that could stay where they are."""
    spots, table = menu
    moves = [place for place in placements(spots, table, CHAIN) if place.was]
    index = {spot.id: at for at, spot in enumerate(spots) if spot.id}
    seen, behind, late = [], False, set()
    for each in table:
        if each[".id"] in index:
            seen.append(index[each[".id"]])
            if behind and spots[index[each[".id"]]].first:
                late.add(index[each[".id"]])
        elif each["chain"] == CHAIN and each["dynamic"] == "false":
            behind = True
    best = max(
        len(stay)
        for size in range(len(seen) + 1)
        for stay in combinations(seen, size)
        if list(stay) == sorted(stay) and not late & set(stay)
    )
    assert len(moves) == len(seen) - best


def test_a_place_is_named_by_our_rows_and_never_by_a_position() -> None:
    spots = [Spot("router/allowed", "*2"), Spot("router/tcp", "*1"), Spot("router/rest", None)]
    table = [row("*1", CHAIN), row("*F", CHAIN), row("*2", CHAIN)]
    assert placements(spots, table, CHAIN) == [
        Placement("router/rest", None, None, "", "after tcp"),
        Placement("router/tcp", None, "router/rest", "first", "after allowed"),
    ]
