# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses are whose, so that none is given to two services.

Imports addresses and inventory.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from reconciler.addresses import Interval, interval
from reconciler.inventory import Subscription


class Claims:
    """Addresses and networks with the name of who has them."""

    def __init__(self) -> None:
        self._hosts: dict[int, str] = {}
        self._wide: list[tuple[Interval, str]] = []

    @classmethod
    def of(cls, subscriptions: Iterable[Subscription]) -> "Claims":
        """Those of services that the files have already."""
        claims = cls()
        for sub in subscriptions:
            if sub.address is not None:
                claims.take(sub.id, [sub.address, *sub.service.targets])
        return claims

    def holder(self, parts: Iterable[IPv4Address | IPv4Network]) -> str | None:
        """Who has any of these addresses."""
        for first, last in map(interval, parts):
            if first == last and first in self._hosts:
                return self._hosts[first]
            if first != last:
                for number, who in self._hosts.items():
                    if first <= number <= last:
                        return who
            for (start, end), who in self._wide:
                if start <= last and first <= end:
                    return who
        return None

    def take(self, who: str, parts: Iterable[IPv4Address | IPv4Network]) -> None:
        for part in map(interval, parts):
            if part[0] == part[1]:
                self._hosts[part[0]] = who
            else:
                self._wide.append((part, who))
