# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what the checks look at beyond a plan's menus.

A menu that this user may not see is left out, and named. Imports errors, router and its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.doctor.live import CONNECTIONS
from reconciler.errors import Refused
from reconciler.marks import Row
from reconciler.router import Read, Session

# Whole rows: any matcher of a rule may decide.
_MENUS = (
    Read("/ip/firewall/filter"),
    Read("/ip/firewall/nat"),
    Read("/ip/arp", ("address", "mac-address", "interface", "dynamic", "disabled")),
    Read("/ip/proxy"),
    Read("/interface/list/member", ("list", "interface")),
    Read("/ppp/active", ("name", "address")),
    Read("/ip/hotspot/active", ("user", "address")),
    Read("/system/clock"),
    Read("/system/device-mode"),
    Read("/user", ("name", "group")),
    Read("/user/group", ("name", "policy")),
)


@dataclass(frozen=True)
class Seen:
    """`more`: rows by menu; `refused`: menus that this user may not see."""

    more: dict[str, Sequence[Row]]
    refused: tuple[str, ...]
    connections: int


def read_more(session: Session, most_connections: int) -> Seen:
    """Raises Unreachable. Connections are read where there are not more than the maximum."""
    more: dict[str, Sequence[Row]] = {}
    refused: list[str] = []
    reads = list(_MENUS)
    count = 0
    try:
        count = session.count(CONNECTIONS)
        if count <= most_connections:
            reads.append(Read(CONNECTIONS, ("src-address", "dst-address")))
    except Refused:
        refused.append(CONNECTIONS)
    for read in reads:
        try:
            more[read.path] = session.read([read])[0]
        except Refused:
            refused.append(read.path)
    return Seen(more, tuple(refused), count)
