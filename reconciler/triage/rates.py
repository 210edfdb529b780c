# SPDX-License-Identifier: GPL-3.0-or-later
"""Speeds on a router as those of a plan: which plan has them, or how the plan's file says them."""

from collections.abc import Mapping

from reconciler.adopt.shapes import NotSaid, profile_shape
from reconciler.clients.outcome import Impossible
from reconciler.compile.services import service_rows
from reconciler.diff import compare
from reconciler.edit import Drop, Edit, Put
from reconciler.inventory import Inventory, Subscription
from reconciler.kinds import QUEUE_SIMPLE
from reconciler.marks import Row
from reconciler.models import Plan
from reconciler.normal import format_rate
from reconciler.secrets import Secrets
from reconciler.wording import listing

# What a plan decides of a service's own queue.
OF_QUEUE = frozenset(
    ("max-limit", "limit-at", "burst-limit", "burst-threshold", "burst-time", "priority")
)


def plan_of_queue(inventory: Inventory, sub: Subscription, row: Row, secrets: Secrets) -> Plan:
    """The one other plan of the same kind whose queue has the speeds of `row`.

    Raises Impossible where there is none, or where several are alike.
    """
    fitting = [
        plan
        for plan in _siblings(inventory, sub.plan)
        if not OF_QUEUE & _differences(sub, plan, row, secrets)
    ]
    near = [plan for plan in fitting if "parent" not in _differences(sub, plan, row, secrets)]
    speeds = QUEUE_SIMPLE.by_name["max-limit"].canonical(row.get("max-limit")) or "0/0"
    up, _, down = speeds.partition("/")
    words = f"{_rate(down)} down and {_rate(up)} up"
    return only_plan(near or fitting, words, sub.plan)


def only_plan(plans: list[Plan], words: str, present: Plan) -> Plan:
    """The only one of the plans that have `words`. Raises Impossible."""
    if not plans:
        raise Impossible(
            f"no plan of mode {present.mode.value} has {words}: add one to plans/ (a copy of"
            f" plans/{present.id}.yaml with another id) and ask again"
        )
    if len(plans) > 1:
        names = listing(plan.id for plan in plans)
        raise Impossible(f"the plans {names} have {words}: say which with `reconcile client set`")
    return plans[0]


def _siblings(inventory: Inventory, plan: Plan) -> list[Plan]:
    return [
        other
        for other in inventory.plans.values()
        if other.id != plan.id and other.mode is plan.mode and other.has_queues == plan.has_queues
    ]


def _differences(sub: Subscription, plan: Plan, row: Row, secrets: Secrets) -> set[str]:
    rows = service_rows(sub._replace(plan=plan), secrets)
    queue = next((one for one in rows if one.kind is QUEUE_SIMPLE), None)
    return set(compare(QUEUE_SIMPLE, queue, row)) if queue else set(OF_QUEUE)


def _rate(text: str) -> str:
    return format_rate(int(text)) if text.isdigit() else text


def rate_limit_edits(value: str | None) -> list[Edit]:
    """A profile's canonical rate-limit as the speeds of its plan. Raises Impossible."""
    try:
        shape = profile_shape(value or "")
    except NotSaid as why:
        raise Impossible(str(why)) from None
    if shape.get("priority") == 8:
        del shape["priority"]
    if shape.get("guaranteed") == {way: shape[way] for way in ("download", "upload")}:
        del shape["guaranteed"]
    keys = ("download", "upload", "burst", "priority", "guaranteed")
    return [Put((key,), shape[key]) if key in shape else Drop((key,)) for key in keys]


def pcq_edits(down: bool, fields: Mapping[str, str | None]) -> list[Edit]:
    """Fields of one direction's queue type as speeds of its plan. Raises Impossible."""
    side = "download" if down else "upload"
    places = {
        "pcq-rate": (side,),
        "pcq-burst-rate": ("burst", side),
        "pcq-burst-threshold": ("burst", "threshold", side),
        "pcq-burst-time": ("burst", "time"),
    }
    edits: list[Edit] = []
    for name, value in fields.items():
        if name not in places or not value:
            raise Impossible(f"{name} is not for a plan to say")
        if value == "0":
            raise Impossible(f"{name} 0 is unlimited, which a plan cannot say")
        edits.append(Put(places[name], value if name.endswith("time") else _rate(value)))
    return edits
