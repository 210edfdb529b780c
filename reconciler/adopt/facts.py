# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import reads of a router: what every plan reads, and what tells who is who.

Imports kinds, marks, router, survey.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.kinds import HOTSPOT_USER, Kind
from reconciler.marks import Row, is_disabled, is_fixed
from reconciler.router import Read, Session
from reconciler.survey import Actual, read_router

LEASE, POOL, ADDRESS = "/ip/dhcp-server/lease", "/ip/pool", "/ip/address"
PROXY = "/ip/proxy/access"
USER_LIMITS = ("limit-uptime", "limit-bytes-total", "limit-bytes-in", "limit-bytes-out")

_MORE = (
    Read(HOTSPOT_USER.path, (".id", *USER_LIMITS)),
    Read(LEASE, ("address", "mac-address", "dynamic", "disabled", "comment")),
    Read(POOL, ("name", "ranges")),
    Read(ADDRESS, ("address", "dynamic", "disabled")),
    Read(PROXY, ("src-address", "comment", "dynamic")),
    Read("/ip/firewall/raw", ("src-address-list", "disabled")),
    Read("/queue/simple", (".id", "packet-marks")),
)


@dataclass(frozen=True)
class Facts:
    """`actual`: what a plan reads; `more`: further menus; rows by menu, all values text."""

    actual: Actual
    more: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def rows(self, path: str) -> Sequence[Row]:
        return self.more[path] if path in self.more else self.actual.rows(path)

    def shows_passwords(self, kind: Kind) -> bool:
        """Whether this user is shown passwords: RouterOS leaves them out of a print otherwise."""
        rows = self.rows(kind.path)
        return any("password" in row and set(row["password"]) != {"*"} for row in rows)


def is_free(kind: Kind, row: Row) -> bool:
    """Whether a person made the row, it is in force, and it does not bear our mark."""
    return not (is_fixed(row) or is_disabled(row) or kind.mark_of(row) is not None)


def read_facts(session: Session) -> Facts:
    """Two round trips. Raises Unreachable or Refused."""
    actual = read_router(session)
    answers = session.read(_MORE)
    more = {read.path: rows for read, rows in zip(_MORE, answers, strict=True)}
    more[HOTSPOT_USER.path] = _joined(actual.rows(HOTSPOT_USER.path), more[HOTSPOT_USER.path])
    more["/queue/simple"] = _joined(actual.rows("/queue/simple"), more["/queue/simple"])
    return Facts(actual, more)


def _joined(rows: Sequence[Row], others: Sequence[Row]) -> list[dict[str, str]]:
    by_id = {row.get(".id"): row for row in others}
    return [{**row, **by_id.get(row.get(".id"), {})} for row in rows]
