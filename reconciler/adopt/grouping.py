# SPDX-License-Identifier: GPL-3.0-or-later
"""Services with the same rates share a plan: an existing one that says the same, or a new one.

Imports clients, inventory, models, its neighbours.
"""

from collections import defaultdict
from typing import Any

from reconciler.adopt.found import Found, Proposal
from reconciler.clients.naming import slug, unique_id
from reconciler.inventory import Inventory
from reconciler.models import Mode, Plan, Shaping

_RESERVED = {"default", "default-encryption"}
# What a plan may be called, and cost, without being another one.
_FREE_TEXT = {"id", "name", "price"}


def group_plans(proposal: Proposal, inventory: Inventory) -> None:
    """Give every service its plan, and its parent queue where the plan does not say it."""
    groups: dict[str, list[Found]] = defaultdict(list)
    named = {key: plan.id for plan in inventory.plans.values() if (key := _named(plan))}
    for found in proposal.found:
        plan = _plan(found.plan)
        found.plan_id = named.get(_named(plan) or (), "")
        if not found.plan_id:
            groups[repr(_meaning(plan))].append(found)
    known = {repr(_meaning(plan)): plan.id for plan in inventory.plans.values()}
    taken = set(inventory.plans) | _RESERVED
    for meaning, members in groups.items():
        id_ = known.get(meaning)
        data = members[0].plan
        if id_ is None:
            data = _with_parent(members)
            id_ = known.get(repr(_meaning(_plan(data))))
        if id_ is None:
            id_ = unique_id(_title(data), taken, "plan")
            taken.add(id_)
            proposal.plans[id_] = _file(id_, data, _is_billed(members, inventory))
        for found in members:
            found.plan_id = id_


def _with_parent(members: list[Found]) -> dict[str, Any]:
    """The group's plan; a parent that all queues share is the plan's."""
    data = dict(members[0].plan)
    parents = {found.service.get("parent") for found in members}
    if len(parents) == 1 and None not in parents:
        data["parent"] = parents.pop()
        for found in members:
            del found.service["parent"]
    return data


def _named(plan: Plan) -> tuple[str, ...] | None:
    """By what a plan is known on the router, where that is not its rates."""
    if plan.mode is Mode.SIMPLE_QUEUE or plan.shaping is Shaping.QUEUE:
        return None
    return (plan.mode, plan.list_name if plan.mode is Mode.PCQ else plan.profile_name)


def _plan(data: dict[str, Any]) -> Plan:
    return Plan.model_validate({"id": "x", **data})


def _meaning(plan: Plan) -> list[tuple[str, Any]]:
    """What a plan does; its profile and list by the names that they have on the router."""
    values = plan.model_dump(exclude=_FREE_TEXT)
    values["profile"] = plan.profile_name if plan.has_login else None
    values["list"] = plan.list_name if plan.mode is Mode.PCQ else None
    return sorted(values.items())


def _title(data: dict[str, Any]) -> str:
    """`10m-2m` where rates tell plans apart, else the name of the profile or list."""
    rates = [str(data[way]).lower() for way in ("download", "upload") if way in data]
    if data["mode"] == "simple-queue" or data.get("shaping") == "queue":
        mode = "" if data["mode"] == "simple-queue" else "pppoe-"
        return mode + "-".join(rates)
    title = str(data.get("profile") or data.get("list"))
    kept = title in _RESERVED or slug(title).startswith("rc-")
    return f"{data['mode']}-{title}" if kept else title


def _file(id_: str, data: dict[str, Any], billed: bool) -> dict[str, Any]:
    content = {"id": id_, **data}
    if content.get("profile") == id_ and data["mode"] == "pppoe":
        del content["profile"]
    if "download" in data and (data["mode"] == "simple-queue" or data.get("shaping") == "queue"):
        content["name"] = f"{data['download']}/{data['upload']}"
    else:
        content["name"] = str(data.get("profile") or data.get("list"))
    if billed:
        # What is billed needs a price; nobody is before `since` is written too.
        content["price"] = "0.00"
    return content


def _is_billed(members: list[Found], inventory: Inventory) -> bool:
    zones = (inventory.zones.get(found.zone) for found in members)
    return any(zone is not None and zone.billing is not None for zone in zones)
