# SPDX-License-Identifier: GPL-3.0-or-later
"""Another plan for a service, with the old one noted for billing."""

from collections.abc import Collection
from datetime import date, timedelta

from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.select import Chosen
from reconciler.edit import Append, Edit, Put
from reconciler.inventory import Inventory
from reconciler.models import PastPlan, Plan
from reconciler.wording import unknown

Issued = Collection[tuple[str, date]]
"""Services (`client/service`) and days for which an invoice is in the ledger."""


def find_plan(inventory: Inventory, name: str) -> Plan:
    """A plan by its id. Raises Impossible with a near one."""
    plan = inventory.plans.get(name)
    if plan is None:
        raise Impossible(unknown("plan", name, inventory.plans))
    return plan


def change_plan(chosen: Chosen, plan: Plan, on: date, issued: Issued = ()) -> Outcome:
    """The plan from `on`; a service whose invoice of that day is issued changes a day later."""
    sub = chosen.sub
    if plan.id == sub.plan.id:
        return Outcome(notes=(f"{sub.id} has plan {plan.id} already.",))
    notes: tuple[str, ...] = ()
    day = on
    ids = {sub.id, *sub.former_ids}
    if any((name, on) in issued for name in ids):
        day = on + timedelta(days=1)
        notes = (f"{sub.id}: its invoice of {on} is issued, so the plan counts from {day}.",)
    edits: list[Edit] = [Put((*chosen.at, "plan"), plan.id)]
    began = plan_began(chosen)
    if began is not None and day < began:
        raise Impossible(f"{sub.id} has plan {sub.plan.id} since {began}, after {day}.")
    if began is not None and began < day:
        entry = {"plan": sub.plan.id, "from": began, "to": day}
        edits.append(Append((*chosen.at, "history"), entry))
    return Outcome(tuple(edits), notes)


def plan_began(chosen: Chosen) -> date | None:
    """Since when the present plan holds; None where the service has no `since`."""
    service = chosen.sub.service
    if service.since is None:
        return None
    ends = [one.to for one in service.history if isinstance(one, PastPlan)]
    return max([service.since, *ends])
