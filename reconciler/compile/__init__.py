# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory + router -> the rows that router must hold. Pure, but for secrets handed in.

May import errors, normal, kinds, desired, models, inventory, resting and secrets.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from reconciler.compile.plans import plan_rows, suspended_profile
from reconciler.compile.rules import rule_rows
from reconciler.compile.services import check_password, notice_rows, service_rows
from reconciler.desired import Desired, Source, Wanted
from reconciler.inventory import Inventory, Subscription
from reconciler.models import Mode, Router, Sessions, Status
from reconciler.resting import collector_at_rest
from reconciler.secrets import Secrets

__all__ = ["check_passwords", "compile_router"]


def check_passwords(inventory: Inventory, router: Router, secrets: Secrets) -> None:
    """Raises FilesError for the first that `compile_router` needs and that cannot be had.

    So that nobody speaks to a router before that is known.
    """
    for sub in inventory.by_router.get(router.id, ()):
        if sub.has_rows:
            check_password(sub, secrets)


@collector_at_rest
def compile_router(
    inventory: Inventory, router: Router, secrets: Secrets, noticed: Collection[str] = ()
) -> Wanted:
    """Everything `router` must hold. `noticed`: services (`client/service`) with an open invoice
    past its notice date, whose addresses go into the notice list.
    """
    here = inventory.by_router.get(router.id, ())
    managed = [sub for sub in here if sub.has_rows]
    rows = list(rule_rows(router, inventory.where(router)))
    rows += _plans(inventory, router, managed)
    for sub in managed:
        rows += service_rows(sub, secrets)
        if noticed and sub.service.status is Status.ACTIVE and sub.id in noticed:
            rows += notice_rows(sub)
    waiting = [sub for sub in here if sub.zone.sessions is Sessions.WAIT]
    return Wanted(
        rows=tuple(rows),
        unmanaged=inventory.unmanaged_marks,
        elsewhere=_Elsewhere(inventory.homes, router.id),
        known=inventory.known_marks,
        waiting=frozenset(mark for sub in waiting for mark in (sub.id, *sub.former_ids)),
    )


class _Elsewhere(Mapping[str, str]):
    """The homes of services, without those on one router; the same dict serves all routers."""

    def __init__(self, homes: Mapping[str, str], router: str) -> None:
        self._homes = homes
        self._router = router

    def __getitem__(self, mark: str) -> str:
        home = self._homes[mark]
        if home == self._router:
            raise KeyError(mark)
        return home

    def __iter__(self) -> Iterator[str]:
        return (mark for mark, home in self._homes.items() if home != self._router)

    def __len__(self) -> int:
        return sum(home != self._router for home in self._homes.values())


def _plans(inventory: Inventory, router: Router, subs: Collection[Subscription]) -> list[Desired]:
    rows: list[Desired] = []
    members = Counter(sub.plan.id for sub in subs)
    blocked = {
        sub.plan.id
        for sub in subs
        if sub.plan.mode is Mode.PPPOE and sub.service.is_blocked and not sub.service.address
    }
    for plan_id in sorted(members):
        plan = inventory.plans[plan_id]
        source = Source(f"plan/{plan_id}", inventory.where(plan))
        rows += plan_rows(plan, source, members[plan_id])
        if plan_id in blocked:
            rows.append(suspended_profile(plan, router, source))
    return rows
