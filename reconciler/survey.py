# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a router: one print a menu, all asked at once, only the fields that are compared.

Imports kinds, router, state.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.kinds import ADDRESS_LIST, ADDRESS_LIST6, READ
from reconciler.marks import Row
from reconciler.router import Read, Session
from reconciler.state import LEASE_LIST, State, parse_state

# Menus that are only looked at: what the warnings of a plan need.
_LOOKED_AT = {
    "/ip/firewall/filter": ("src-address", "dst-address"),
    "/ipv6/address": ("address", "disabled", "dynamic", "link-local"),
    "/interface": ("name",),
    "/interface/bridge": ("name", "arp"),
    "/interface/vlan": ("name", "arp"),
    "/interface/ethernet": ("name", "arp"),
}


@dataclass(frozen=True)
class Actual:
    """What a router holds: rows by menu, in their order; a menu it has not is in `missing`."""

    version: str
    tables: Mapping[str, Sequence[Row]]
    missing: frozenset[str]
    state: State | None

    def rows(self, path: str) -> Sequence[Row]:
        return self.tables.get(path, ())

    @property
    def imprint(self) -> int:
        """A number that is another one where anything that was read is, but for leases.

        It is good within one process.
        """
        tables = [
            (path, *(hash(tuple(row.items())) for row in rows if row.get("list") != LEASE_LIST))
            for path, rows in self.tables.items()
        ]
        return hash((self.version, self.missing, *tables))


def read_router(session: Session, meanwhile: Callable[[], None] | None = None) -> Actual:
    """One round trip for everything; `meanwhile`, and what is raised: as `Session.read`."""
    reads = [_read_of(kind.path, kind.print_fields, kind.where) for kind in READ]
    seen = {kind.path for kind in READ}
    reads += [_read_of(path, ()) for path in _LOOKED_AT if path not in seen]
    answers = session.read(reads, meanwhile)
    tables = {read.path: rows for read, rows in zip(reads, answers, strict=True)}
    state = parse_state(tables[ADDRESS_LIST.path])
    return Actual(session.version, tables, frozenset(session.missing), state)


def _read_of(path: str, fields: tuple[str, ...], where: tuple[str, ...] = ()) -> Read:
    return Read(path, (*fields, *_LOOKED_AT.get(path, ())), where)


def read_rows(session: Session, path: str, fields: tuple[str, ...]) -> Sequence[Row]:
    """One menu; a menu that the router has not is empty."""
    return session.read([Read(path, fields)])[0]


def read_lists(session: Session) -> list[Row]:
    """Who stands in which address list, dynamic entries too."""
    fields = (".id", "list", "address", "disabled")
    paths = (ADDRESS_LIST.path, ADDRESS_LIST6.path)
    return [row for rows in session.read([Read(path, fields) for path in paths]) for row in rows]


def seen_from(session: Session) -> list[str]:
    """Our own addresses: of the socket, and those from which the router sees our user log in."""
    user = session.endpoint.username
    rows = read_rows(session, "/user/active", ("name", "address"))
    seen = [row["address"] for row in rows if row.get("name") == user and row.get("address")]
    return [*([session.source_address] if session.source_address else []), *seen]
