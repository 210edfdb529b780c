# SPDX-License-Identifier: GPL-3.0-or-later
"""Speeds on a router as those of a plan: which plan has them, or how the plan's file says them."""

from collections.abc import Mapping
from typing import Any

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
    words = (value or "").split()
    pairs = [tuple(word.split("/")) for word in (*words[:3], *words[5:6])]
    if not words or any(len(pair) != 2 or not all(map(str.isdigit, pair)) for pair in pairs):
        raise Impossible("its rate-limit is none that a plan can say")
    limit = pairs[0]
    if not all(int(half) for half in limit):
        raise Impossible("a plan needs both speeds")
    edits: list[Edit] = [*_speeds((), limit)]
    burst = {}
    if len(words) > 3 and words[1] != "0/0":
        burst = {
            **_pair(pairs[1]),
            "threshold": _pair(pairs[2]),
            "time": _one_time(words[3], pairs[1]),
        }
    edits.append(Put(("burst",), burst) if burst else Drop(("burst",)))
    priority, least = (words[4], pairs[3]) if len(words) > 5 else ("8", limit)
    edits.append(Put(("priority",), priority) if priority != "8" else Drop(("priority",)))
    edits.append(Put(("guaranteed",), _pair(least)) if least != limit else Drop(("guaranteed",)))
    return edits


def _speeds(path: tuple[str, ...], pair: tuple[str, ...]) -> list[Edit]:
    return [Put((*path, name), value) for name, value in _pair(pair).items()]


def _pair(pair: tuple[str, ...]) -> dict[str, Any]:
    """`upload/download`, as routers have it: rx is what the client sends."""
    return {"download": _rate(pair[1]), "upload": _rate(pair[0])}


def _one_time(text: str, rates: tuple[str, ...]) -> str:
    times = {time for time, rate in zip(text.split("/"), rates, strict=False) if rate != "0"}
    if len(times) != 1:
        raise Impossible("its burst lasts unlike in the two directions, which a plan cannot say")
    return times.pop()


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
