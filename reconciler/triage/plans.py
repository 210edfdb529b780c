# SPDX-License-Identifier: GPL-3.0-or-later
"""What was set by hand on a plan's profile, queue type or queue tree, as edits of the plan's file.

A plan is everybody's: what is adopted here comes to all its services, on every router.
"""

from collections.abc import Callable, Mapping

from reconciler.change import Change
from reconciler.clients.outcome import Impossible
from reconciler.edit import Drop, Edit, Put
from reconciler.kinds import HOTSPOT_PROFILE, PPP_PROFILE, QUEUE_TREE, QUEUE_TYPE
from reconciler.marks import without_mark
from reconciler.models import Plan
from reconciler.triage.rates import pcq_edits, rate_limit_edits

PlanTeller = Callable[[Plan, str | None], list[Edit]]


def _own(key: str, unset: str | None = None) -> PlanTeller:
    """A key that says what the router says; `unset` is RouterOS's word for nothing."""

    def edits(_plan: Plan, value: str | None) -> list[Edit]:
        return [Drop((key,)) if value in (None, "", unset) else Put((key,), value)]

    return edits


def _rate_limit(_plan: Plan, value: str | None) -> list[Edit]:
    return rate_limit_edits(value)


def _name(plan: Plan, value: str | None) -> list[Edit]:
    return [Drop(("profile",)) if value == plan.id else Put(("profile",), value or "")]


def _label(plan: Plan, value: str | None) -> list[Edit]:
    label = without_mark(value or "")
    if not label:
        raise Impossible("a label cannot be empty")
    return [Drop(("name",)) if label == plan.id else Put(("name",), label)]


TELLERS: Mapping[str, Mapping[str, PlanTeller]] = {
    PPP_PROFILE.path: {
        "name": _name,
        "rate-limit": _rate_limit,
        "local-address": _own("local_address"),
        "remote-address": _own("pool"),
        "parent-queue": _own("parent", "none"),
        "comment": _label,
    },
    HOTSPOT_PROFILE.path: {
        "rate-limit": _rate_limit,
        "shared-users": _own("shared_users", "1"),
        "parent-queue": _own("parent", "none"),
    },
    QUEUE_TREE.path: {
        "parent": _own("parent", "global"),
        "priority": _own("priority", "8"),
        "comment": _label,
    },
}


def plan_edits(change: Change, plan: Plan) -> list[Edit]:
    """Raises Impossible where the plan's file cannot say it."""
    if change.mark.endswith("/suspended"):
        raise Impossible(f"this profile of suspended clients follows that of plan {plan.id}")
    if change.kind is QUEUE_TYPE:
        return pcq_edits(change.mark.endswith("-down"), change.before)
    tellers = TELLERS.get(change.kind.path, {})
    edits: list[Edit] = []
    for name, value in change.before.items():
        if name not in tellers:
            raise Impossible(f"{name} is not for a plan to say")
        edits += tellers[name](plan, value)
    return edits
