# SPDX-License-Identifier: GPL-3.0-or-later
"""What the routers hold of one client right now: pending changes and open sessions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciler.cli.context import Repo
from reconciler.cli.noticed import noticed
from reconciler.clients.select import Chosen
from reconciler.errors import FilesError, RouterError
from reconciler.fleet import Fleet
from reconciler.planning import Status
from reconciler.render import describe
from reconciler.run import Scope, make_targets
from reconciler.survey import read_rows
from reconciler.wording import counted
from reconciler.work import Target, Work

_PATIENCE = 5.0
_PPP = ("name", "address", "caller-id", "uptime", "service")
_HOTSPOT = ("user", "address", "mac-address", "uptime")


@dataclass(frozen=True)
class Live:
    """One router: `state` in words, sessions of the client, changes that an apply would make."""

    router: str
    state: str
    sessions: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def look_at(repo: Repo, chosen: Sequence[Chosen]) -> list[Live]:
    """Every router that a service lives on; one that is away is said so after a few seconds."""
    if not chosen:
        return []
    client = chosen[0].sub.client.id
    routers = {one.sub.router.id for one in chosen}
    try:
        targets = make_targets(repo.loaded, Scope(clients=(client,)), noticed=noticed(repo))
    except FilesError as error:
        return [Live(router, f"not asked: {error}") for router in sorted(routers)]
    names = {one.sub.name for one in chosen}
    with Fleet([_patient(target) for target in targets]) as fleet:
        return [_live(work, names) for work in fleet.survey()]


def _patient(target: Target) -> Target:
    timeout = min(target.endpoint.timeout, _PATIENCE)
    return replace(target, endpoint=replace(target.endpoint, timeout=timeout))


def _live(work: Work, names: set[str]) -> Live:
    router = work.target.router.id
    if work.plan.status is Status.UNREACHABLE:
        return Live(router, work.plan.error or "cannot be reached")
    changes = tuple(f"{change.action.value} {describe(change)}" for change in work.plan.changes)
    waiting = f"waiting for an apply: {counted(len(changes), 'change')}"
    state = waiting if changes else "as the files say"
    return Live(router, state, _sessions(work, names), changes)


def _sessions(work: Work, names: set[str]) -> tuple[str, ...]:
    session = work.session
    if session is None:
        return ()
    try:
        ppp = read_rows(session, "/ppp/active", _PPP)
        hotspot = read_rows(session, "/ip/hotspot/active", _HOTSPOT)
    except RouterError as error:
        return (str(error),)
    found = [
        f"PPP session of {row.get('name')}: {row.get('address', '-')} from"
        f" {row.get('caller-id', '-')}, up {row.get('uptime', '-')}"
        for row in ppp
        if row.get("name") in names
    ]
    found += [
        f"HotSpot session of {row.get('user')}: {row.get('address', '-')} from"
        f" {row.get('mac-address', '-')}, up {row.get('uptime', '-')}"
        for row in hotspot
        if row.get("user") in names
    ]
    return tuple(found)
