# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cuts and restores of the files their routers have: asked of the routers themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.cli.context import Repo
from reconciler.cli.watch import watched
from reconciler.fleet import Fleet
from reconciler.planning import Status
from reconciler.run import Scope, make_targets
from reconciler.suspension import Waiting, waiting


@dataclass(frozen=True)
class NotReached:
    """By router, then by service; `away`: routers that could not be asked."""

    waiting: tuple[Waiting, ...]
    away: tuple[str, ...]


def not_reached(repo: Repo, clients: Sequence[str], zones: Sequence[str]) -> NotReached:
    """Nothing is written; a router that is away is a result."""
    scope = Scope((), tuple(zones), tuple(clients))
    subs = [
        sub
        for sub in repo.loaded.inventory.subscriptions
        if (not clients and not zones) or sub.client.id in clients or sub.client.zone in zones
    ]
    with Fleet(make_targets(repo.loaded, scope)) as fleet:
        works = watched(fleet)
        plans = sorted((work.plan for work in works), key=lambda plan: plan.router)
    found = tuple(one for plan in plans for one in waiting(subs, plan))
    away = tuple(plan.router for plan in plans if plan.status is Status.UNREACHABLE)
    return NotReached(found, away)


def waiting_data(found: Iterable[Waiting]) -> list[dict[str, str | bool | None]]:
    """For machines: `known` is false where the router was not reached."""
    return [
        {
            "client": one.service.partition("/")[0],
            "service": one.service.partition("/")[2],
            "router": one.router,
            "action": "cut" if one.is_cut else "restore",
            "known": one.is_known,
            "since": str(one.since) if one.since else None,
        }
        for one in found
    ]
