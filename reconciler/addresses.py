# SPDX-License-Identifier: GPL-3.0-or-later
"""IPv4 addresses as closed intervals of integers: pools, overlaps, the next free one.

Pure arithmetic. Imports nothing of the project.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network


@dataclass(frozen=True, order=True)
class AddressRange:
    """`10.20.1.10-10.20.1.99`: every address from `first` to `last`, both included."""

    first: IPv4Address
    last: IPv4Address

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


Pool = IPv4Network | AddressRange
Interval = tuple[int, int]


def interval(of: Pool | IPv4Address) -> Interval:
    """The first and the last address as integers, both included."""
    if isinstance(of, IPv4Address):  # nearly all of them
        number = int(of)
        return number, number
    if isinstance(of, AddressRange):
        return int(of.first), int(of.last)
    return int(of.network_address), int(of.broadcast_address)


def hosts(pool: Pool) -> Interval:
    """Like `interval`, without the network and broadcast address of a prefix below /31.

    Of a range all addresses count: who writes a range names each of them.
    """
    first, last = interval(pool)
    if isinstance(pool, IPv4Network) and pool.prefixlen < 31:
        return first + 1, last - 1
    return first, last


def network_of(address: str) -> IPv4Network | None:
    """An address or prefix of a list; None for ranges, host names and IPv6."""
    try:
        return IPv4Network(address, strict=False)
    except ValueError:
        return None


class Intervals:
    """A set of addresses, as sorted intervals that do not touch."""

    def __init__(self, parts: Iterable[Interval]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(parts):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __iter__(self) -> Iterator[Interval]:
        return iter(zip(self._firsts, self._lasts, strict=True))

    def covering(self, number: int) -> Interval | None:
        """The interval that holds this address, if one does."""
        index = bisect_right(self._firsts, number) - 1
        if index >= 0 and number <= self._lasts[index]:
            return self._firsts[index], self._lasts[index]
        return None

    def covers(self, part: Interval) -> bool:
        """Whether all of `part` is in the set."""
        found = self.covering(part[0])
        return found is not None and part[1] <= found[1]

    def overlaps(self, part: Interval) -> bool:
        """Whether any address of `part` is in the set."""
        if self.covering(part[0]) is not None:
            return True
        index = bisect_right(self._firsts, part[0])
        return index < len(self._firsts) and self._firsts[index] <= part[1]


def next_free(pools: Iterable[Pool], taken: Iterable[Interval]) -> IPv4Address | None:
    """The lowest host address of the pools, in the order written, that nobody has.

    None where the pools are used up.
    """
    used = Intervals(taken)
    for pool in pools:
        number, last = hosts(pool)
        while number <= last:
            found = used.covering(number)
            if found is None:
                return IPv4Address(number)
            number = found[1] + 1
    return None
