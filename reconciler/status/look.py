# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking one router how it is, over the session that its plan was made with.

Imports errors, inventory, lease, models, normal, planning, router, sessions, work and `model`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from reconciler.errors import RouterError, Unreachable
from reconciler.inventory import Subscription
from reconciler.lease import read_holders
from reconciler.models import Mode
from reconciler.normal import duration
from reconciler.planning import Status
from reconciler.router import Read, Session
from reconciler.sessions import SERVICES, Service, SessionKind
from reconciler.status.model import Applied, Login, RouterStatus
from reconciler.work import Work

_RESOURCE = Read("/system/resource", ("uptime",))
# What names the caller of a session: a MAC address, or a telephone number of old.
_CALLER = {SessionKind.PPP: "caller-id", SessionKind.HOTSPOT: "mac-address"}
_KIND = {Mode.PPPOE: SessionKind.PPP, Mode.HOTSPOT: SessionKind.HOTSPOT}

Behind = Callable[[str], int | None]
Owners = Mapping[tuple[SessionKind, str], str]
"""Kind and user name -> the mark of the service that it belongs to."""


def owners_of(subs: Iterable[Subscription], router: str) -> Owners:
    """Whose user names these are on this router."""
    return {
        (_KIND[sub.plan.mode], sub.name): sub.id
        for sub in subs
        if sub.router.id == router and sub.plan.mode in _KIND
    }


def look(work: Work, owners: Owners, behind: Behind, today: date, *, logins: bool) -> RouterStatus:
    """Never raises for a router: one that goes away meanwhile is unreachable.

    `behind(commit)` tells how many commits the files are ahead; `logins`: every session, and not
    their number alone.
    """
    plan = work.plan
    problems = tuple(str(problem) for problem in plan.problems if problem.is_error)
    away = RouterStatus(plan.router, Status.UNREACHABLE, error=plan.error, problems=problems)
    if work.session is None:
        return away
    try:
        return _ask(work, work.session, owners, behind, today, logins=logins, problems=problems)
    except RouterError as error:
        refusals = () if isinstance(error, Unreachable) else (str(error),)
        return RouterStatus(
            plan.router, Status.UNREACHABLE, error=str(error), problems=(*problems, *refusals)
        )


def _ask(
    work: Work,
    session: Session,
    owners: Owners,
    behind: Behind,
    today: date,
    *,
    logins: bool,
    problems: tuple[str, ...],
) -> RouterStatus:
    plan, state = work.plan, work.plan.state
    found = _logins(session, owners) if logins else None
    counts = {
        service.kind: session.count(service.active)
        if found is None
        else sum(one.kind is service.kind for one in found)
        for service in SERVICES
    }
    (resource,) = session.read([_RESOURCE])
    return RouterStatus(
        plan.router,
        plan.status,
        version=plan.version,
        uptime=duration(resource[0].get("uptime", "")) if resource else None,
        applied=Applied.of(state, behind(state.commit) if state else None, today),
        leases=tuple(read_holders(session)),
        pending=len(plan.changes),
        ppp=counts[SessionKind.PPP],
        hotspot=counts[SessionKind.HOTSPOT],
        logins=found,
        error=plan.error,
        problems=problems,
    )


def _logins(session: Session, owners: Owners) -> tuple[Login, ...]:
    answers = session.read([_read(service) for service in SERVICES])
    return tuple(
        sorted(
            _login(service, row, owners)
            for service, rows in zip(SERVICES, answers, strict=True)
            for row in rows
        )
    )


def _read(service: Service) -> Read:
    return Read(service.active, (service.user_field, "address", _CALLER[service.kind], "uptime"))


def _login(service: Service, row: Mapping[str, str], owners: Owners) -> Login:
    user = row.get(service.user_field, "")
    return Login(
        service.kind,
        user,
        row.get("address", ""),
        row.get(_CALLER[service.kind], ""),
        duration(row.get("uptime", "")),
        owners.get((service.kind, user)),
    )


def status_codes(found: Sequence[RouterStatus]) -> list[int]:
    """3 for routers that are away, 1 for those that refuse, and for conflicts."""
    codes: list[int] = []
    for one in found:
        if not one.is_reachable:
            codes.append(1 if one.problems else 3)
        elif one.status is Status.CONFLICT:
            codes.append(1)
    return codes
