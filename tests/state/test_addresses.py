# SPDX-License-Identifier: GPL-3.0-or-later
"""Intervals of addresses against sets of integers, and the next free one against a search."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from reconciler.addresses import AddressRange, Interval, Intervals, Pool, hosts, next_free

SMALL = st.integers(0, 60)
PARTS = st.tuples(SMALL, st.integers(0, 8)).map(lambda part: (part[0], part[0] + part[1]))
NETWORKS = st.tuples(st.integers(0, 63), st.integers(26, 32)).map(
    lambda made: IPv4Network((made[0], made[1]), strict=False)
)
RANGES = PARTS.map(lambda part: AddressRange(IPv4Address(part[0]), IPv4Address(part[1])))


def members(parts: list[Interval]) -> set[int]:
    return {number for first, last in parts for number in range(first, last + 1)}


@given(st.lists(PARTS), PARTS)
def test_intervals_are_sets(parts: list[Interval], part: Interval) -> None:
    made, numbers = Intervals(parts), members(parts)
    asked = members([part])
    assert members(list(made)) == numbers
    assert made.overlaps(part) == bool(numbers & asked)
    assert made.covers(part) == (asked <= numbers)
    assert (made.covering(part[0]) is not None) == (part[0] in numbers)


@given(st.lists(NETWORKS | RANGES, max_size=4), st.lists(PARTS))
def test_next_free_is_the_first_that_a_search_finds(
    pools: list[Pool], taken: list[Interval]
) -> None:
    used = members(taken)
    free = (n for pool in pools for n in range(hosts(pool)[0], hosts(pool)[1] + 1) if n not in used)
    found = next_free(pools, taken)
    assert (None if found is None else int(found)) == next(free, None)


def test_a_network_keeps_its_ends_but_a_range_and_a_31_do_not() -> None:
    assert str(next_free([IPv4Network("10.0.0.0/30")], [])) == "10.0.0.1"
    assert str(next_free([IPv4Network("10.0.0.0/31")], [])) == "10.0.0.0"
    assert str(next_free([IPv4Network("10.0.0.0/32")], [])) == "10.0.0.0"
    whole = AddressRange(IPv4Address("10.0.0.0"), IPv4Address("10.0.0.3"))
    assert str(next_free([whole], [])) == "10.0.0.0"
