# SPDX-License-Identifier: GPL-3.0-or-later
"""Which live sessions and connections a change set ends, and finding them on the router. Pure.

RouterOS applies most changes of a secret, hotspot user or profile only at the next login, so the
live session is dropped after the write; what leaves a tracked connection untouched is the fasttrack
of a client who is cut. Imports change, desired, kinds and marks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from reconciler.change import Action, Change
from reconciler.desired import Wanted
from reconciler.kinds import (
    ADDRESS_LIST,
    HOTSPOT_PROFILE,
    HOTSPOT_USER,
    PPP_PROFILE,
    PPP_SECRET,
    Kind,
)
from reconciler.marks import Row, is_disabled, is_fixed

# What may change under a live session without its user noticing.
_IDLE_FIELDS = {"comment"}


class SessionKind(StrEnum):
    PPP = "ppp"
    HOTSPOT = "hotspot"
    CONNECTIONS = "connections"


@dataclass(frozen=True, order=True)
class Session:
    """`client` is the service's mark, `cause` the change that ends it; `name` the user name whose
    session drops, or the address whose connections are removed. `waits`: shown, but left.
    """

    kind: SessionKind
    client: str
    name: str
    cause: Change = field(repr=False, compare=False)
    waits: bool = False

    @property
    def drops(self) -> bool:
        """Whether somebody is logged out now."""
        return self.kind is not SessionKind.CONNECTIONS and not self.waits

    @property
    def fate(self) -> str:
        """What ends, or `waits`."""
        return "waits" if self.waits else self.kind.value


class Ending(Protocol):
    """What is to end: a session by its user name, connections by their address."""

    @property
    def kind(self) -> SessionKind: ...
    @property
    def client(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def waits(self) -> bool: ...


@dataclass(frozen=True)
class Earlier:
    """What an earlier run was to end and did not; `age`: seconds since its change was made, as of
    `clock`, a reading of the monotonic clock of this process.
    """

    kind: SessionKind
    client: str
    name: str
    age: float
    clock: float
    waits: bool = False


@dataclass(frozen=True)
class Lingering:
    """What goes on although it was to end, and why."""

    kind: SessionKind
    client: str
    reason: str


def over(ending: Iterable[Ending], left: Iterable[Lingering]) -> list[Ending]:
    """Those that have ended: what was `left` goes on, and so does what waits."""
    going_on = {(one.kind, one.client) for one in left}
    return [one for one in ending if (one.kind, one.client) not in going_on and not one.waits]


@dataclass(frozen=True)
class Service:
    """How one login service looks on RouterOS: its menus, and what names a session in the last."""

    kind: SessionKind
    users: Kind
    profiles: Kind
    active: str
    user_field: str


SERVICES = (
    Service(SessionKind.PPP, PPP_SECRET, PPP_PROFILE, "/ppp/active", "name"),
    Service(SessionKind.HOTSPOT, HOTSPOT_USER, HOTSPOT_PROFILE, "/ip/hotspot/active", "user"),
)


def touched(
    changes: Sequence[Change], wanted: Wanted, tables: Mapping[str, Sequence[Row]]
) -> list[Session]:
    """Every session that would drop if it is live; `tables` as they were before the changes."""
    found: dict[tuple[SessionKind, str], Session] = {}
    ending = [change for change in changes if _ends_session(change)]
    for service in SERVICES if ending else ():
        names = {row[".id"]: row.get("name", "") for row in tables.get(service.users.path, ())}
        profiles: dict[str, Change] = {}
        for change in ending:
            if change.kind is service.users:
                name = names.get(change.row_id or "", "")
                waits = change.mark in wanted.waiting
                found[service.kind, name] = Session(service.kind, change.mark, name, change, waits)
            elif change.kind is service.profiles:
                profiles[str(change.key["name"])] = change
        for row in wanted.rows if profiles else ():
            cause = profiles.get(row.values.get("profile", ""))
            if row.kind is service.users and cause:
                name, waits = row.values["name"], row.mark in wanted.waiting
                found.setdefault(
                    (service.kind, name), Session(service.kind, row.mark, name, cause, waits)
                )
    return sorted(found.values())


def _ends_session(change: Change) -> bool:
    if change.action is Action.REMOVE:
        return True
    return change.action in (Action.SET, Action.ADOPT) and bool(set(change.after) - _IDLE_FIELDS)


def live(candidates: Sequence[Session], active: Mapping[str, Sequence[Row]]) -> list[Session]:
    """Those of `candidates` that are logged in; `active` maps the active menus to their rows."""
    names = {
        service.kind: {row.get(service.user_field) for row in active.get(service.active, ())}
        for service in SERVICES
    }
    return [session for session in candidates if session.name in names.get(session.kind, ())]


def entering_suspension(changes: Sequence[Change], suspended_list: str) -> list[Session]:
    """Addresses that this change set puts into the suspended list."""
    return [
        Session(SessionKind.CONNECTIONS, change.mark, str(change.after["address"]), change)
        for change in changes
        if change.kind is ADDRESS_LIST
        and change.action is Action.ADD
        and change.after.get("list") == suspended_list
    ]


def has_fasttrack(rules: Iterable[Row]) -> bool:
    """An enabled fasttrack-connection rule: tracked connections then pass by the block rules."""
    return any(
        rule.get("action") == "fasttrack-connection" and not (is_disabled(rule) or is_fixed(rule))
        for rule in rules
    )
