# SPDX-License-Identifier: GPL-3.0-or-later
"""What routers were found to hold, as every command takes it on: ages, clients, change set, codes.

May import anything.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.changeset import ChangeSet
from reconciler.cli.context import Repo, say
from reconciler.effects import effects_of
from reconciler.journal import last_reached
from reconciler.planning import RouterPlan, Status
from reconciler.run import Scope, check_clients
from reconciler.wording import ago
from reconciler.work import Work


def tell_ages(repo: Repo, works: list[Work]) -> None:
    """Add to what is said of a router that is away when a run here last reached it."""
    now = datetime.now(UTC)
    for work in works:
        if work.plan.status is Status.UNREACHABLE:
            reached = last_reached(repo.root, work.plan.router)
            age = (
                f"Last reached {ago(now - reached)} ago." if reached else "Never reached from here."
            )
            work.plan = replace(work.plan, error=f"{work.plan.error} {age}")


def known_clients(repo: Repo, scope: Scope, works: list[Work]) -> None:
    """Raises UsageError for a client that nothing knows, once every router has been asked."""
    if not scope.shard and all(work.plan.status is not Status.UNREACHABLE for work in works):
        found = [change for work in works for change in work.plan.changes]
        check_clients(scope, repo.loaded.inventory, found)


def change_set(repo: Repo, works: list[Work]) -> ChangeSet:
    plans = tuple(work.plan for work in works)
    if not repo.loaded.inventory.routers:
        say("There is no router: inventory/routers/ holds no file.", "yellow")
    repo.seen.changes = ChangeSet(
        plans,
        commit=repo.commit,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        problems=repo.loaded.problems,
        effects=effects_of(plans, repo.loaded.inventory),
    )
    return repo.seen.changes


def status_codes(works: list[Work]) -> list[int]:
    """Those of the plans of works."""
    return plan_codes(work.plan for work in works)


def plan_codes(plans: Iterable[RouterPlan]) -> list[int]:
    """3 for routers that are away, 1 for conflicts and refusals."""
    codes: list[int] = []
    for plan in plans:
        if plan.status is Status.UNREACHABLE:
            codes.append(1 if any(p.is_error for p in plan.problems) else 3)
        elif plan.status is Status.CONFLICT:
            codes.append(1)
    return codes
