# SPDX-License-Identifier: GPL-3.0-or-later
"""What `status` knows of a router, its sessions and one service, as values.

Imports lease, planning, sessions, state and suspension for the values that they define.
"""

from dataclasses import dataclass
from datetime import date

from reconciler.lease import Holder
from reconciler.planning import Status
from reconciler.sessions import SessionKind
from reconciler.state import State
from reconciler.suspension import Waiting


@dataclass(frozen=True, order=True)
class Login:
    """A live session. `caller`: the caller id of PPP, the MAC address of HotSpot; `uptime` as
    RouterOS prints durations in their compact form; `service`: the mark of whom it belongs to,
    None where the user is not one of the files.
    """

    kind: SessionKind
    user: str
    address: str
    caller: str
    uptime: str
    service: str | None = None


@dataclass(frozen=True)
class Applied:
    """The last applied commit. `behind`: commits of the state repository since then, None where
    git does not know the commit; `days`: since it was applied.
    """

    state: State
    behind: int | None
    days: int

    @property
    def short(self) -> str:
        return self.state.commit[:8]

    @classmethod
    def of(cls, state: State | None, behind: int | None, today: date) -> "Applied | None":
        return None if state is None else cls(state, behind, max(0, (today - state.day).days))


@dataclass(frozen=True)
class RouterStatus:
    """One router. `pending`: changes that an apply would make, None where it cannot be told;
    `ppp` and `hotspot`: live sessions; `logins`: these sessions, where they were asked for;
    `waiting`: cuts and restores of the files that have not reached it.
    """

    router: str
    status: Status
    version: str | None = None
    uptime: str | None = None
    applied: Applied | None = None
    leases: tuple[Holder, ...] = ()
    pending: int | None = None
    ppp: int = 0
    hotspot: int = 0
    logins: tuple[Login, ...] | None = None
    error: str | None = None
    problems: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    @property
    def is_reachable(self) -> bool:
        return self.status is not Status.UNREACHABLE


@dataclass(frozen=True)
class Membership:
    """Whether an address of a service is in the suspended list, by an enabled entry."""

    address: str
    is_in_list: bool


@dataclass(frozen=True)
class ServiceStatus:
    """One service on its router. `rows`: what the router holds of it, as menu and name;
    `changes`: what an apply would change of it; both None where the router was not reached.
    """

    service: str
    router: str
    wanted: str
    rows: tuple[str, ...] | None = None
    changes: tuple[str, ...] | None = None
    logins: tuple[Login, ...] = ()
    suspended: tuple[Membership, ...] = ()
