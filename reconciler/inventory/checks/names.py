# SPDX-License-Identifier: GPL-3.0-or-later
"""Names on routers: one user or queue a name, one profile or list a plan."""

from collections.abc import Iterator

from reconciler.inventory.checks.base import Found
from reconciler.inventory.draft import Draft, Placed
from reconciler.inventory.finding import Finding
from reconciler.inventory.model import Subscription
from reconciler.inventory.reading import Reading
from reconciler.models import Mode, Plan, Shaping
from reconciler.wording import show

_MENUS = {Mode.PPPOE: "PPP user name", Mode.HOTSPOT: "HotSpot user name"}
_QUEUE = "queue name"


def service_names(draft: Draft) -> Iterator[Found]:
    """A user name once in the PPP and once in the HotSpot menu, a queue name once, on a router."""
    menus = {plan.id: _menus(plan) for plan in draft.inventory.plans.values()}
    last: dict[tuple[str, str, str], Subscription] = {}
    for sub in draft.inventory.subscriptions:
        if not sub.service.has_rows:
            continue
        for menu in menus[sub.plan.id]:
            name = sub.queue_name if menu is _QUEUE else sub.name
            key = (sub.router.id, menu, name)
            if key in last:
                yield _also(draft, draft.placed(last[key]), draft.placed(sub), menu, name)
            last[key] = sub


def _menus(plan: Plan) -> list[str]:
    """Where services of a plan have names."""
    logins = [_MENUS[plan.mode]] if plan.mode in _MENUS else []
    return [*logins, _QUEUE] if plan.has_queues else logins


def _also(draft: Draft, first: Placed, second: Placed, menu: str, name: str) -> Found:
    other = second.subscription
    place = draft.where(second.reading, second.loc("name"))
    router = other.router.id
    message = f"The {menu} {show(name)} on {router} is also that of {other.id} ({place})."
    hint = "Give one of them another `name:`"
    return first.reading, Finding("duplicate-name", first.loc("name"), message, hint)


def parents(draft: Draft) -> Iterator[Found]:
    """A queue is not its own parent."""
    for sub in draft.inventory.subscriptions:
        parent = sub.parent
        if parent is not None and parent == sub.queue_name and sub.has_queue:
            placed = draft.placed(sub)
            message = f"The queue {show(sub.queue_name)} would be its own parent."
            hint = "Choose another `name:` or `parent:`"
            yield placed.reading, Finding("parent", placed.loc("parent"), message, hint)


def plan_names(draft: Draft) -> Iterator[Found]:
    """Two plans do not share a profile or a list, unless the operator holds it for both."""
    last: dict[tuple[str, str], tuple[Plan, Reading]] = {}
    for plan, reading in draft.of_kind("plan"):
        key = _name_of(plan)
        if key is None:
            continue
        if key in last:
            other, where = last[key]
            both_external = not (_is_ours(plan) or _is_ours(other))
            if other.id != plan.id and not both_external:
                what, name = key
                message = f"The {what} {show(name)} is also that of plan {other.id} ({where.file})."
                loc = ("profile",) if "profile" in what else ("list",)
                yield reading, Finding("duplicate-name", loc, message, "Choose another name")
        last.setdefault(key, (plan, reading))


def _is_ours(plan: Plan) -> bool:
    """Whether what the plan names on the router is ours."""
    return plan.shaping is not Shaping.EXTERNAL if plan.mode is Mode.PCQ else plan.manages_profile


def _name_of(plan: Plan) -> tuple[str, str] | None:
    if plan.mode is Mode.PPPOE:
        return "PPP profile", plan.profile_name
    if plan.mode is Mode.HOTSPOT:
        return "HotSpot profile", plan.profile_name
    return ("address list", plan.list_name) if plan.mode is Mode.PCQ else None


def plan_lists(draft: Draft) -> Iterator[Found]:
    """A plan's members are not put on a list that blocks them."""
    for plan, reading in draft.of_kind("plan"):
        for router in draft.inventory.routers.values():
            lists = router.lists
            names = (lists.suspended, lists.notice, lists.allowed)
            if plan.mode is Mode.PCQ and plan.list_name in names:
                message = f"The list {show(plan.list_name)} is one of router {router.id}'s own."
                hint = "Every member would be on it: choose another `list:`"
                yield reading, Finding("list-name", ("list",), message, hint)


CHECKS = (service_names, parents, plan_names, plan_lists)
