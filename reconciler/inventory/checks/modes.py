# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mode of a plan needs of its services, and what it has no use for."""

from collections.abc import Iterator

from reconciler.inventory.checks.base import Found
from reconciler.inventory.draft import Draft
from reconciler.inventory.finding import Finding
from reconciler.models import Binding, Mode, Plan, Shaping

_FIXED = (Mode.SIMPLE_QUEUE, Mode.PCQ)


def needs_address(draft: Draft) -> Iterator[Found]:
    """Queues and lists are made of addresses; a PPPoE client without one needs a pool."""
    for sub in draft.inventory.subscriptions:
        if sub.service.address is not None or not sub.service.has_rows:
            continue
        placed = draft.placed(sub)
        if not placed.whole:
            continue
        if sub.plan.mode in _FIXED:
            message = f"A service of mode {sub.plan.mode} needs an address."
            hint = draft.free_hint(sub.zone)
        elif sub.plan.shaping is Shaping.QUEUE:
            message = "A service shaped by a simple queue needs an address."
            hint = draft.free_hint(sub.zone)
        elif sub.plan.mode is Mode.PPPOE and sub.plan.shaping is Shaping.OWN and not sub.plan.pool:
            message = f"The service has no address, and plan {sub.plan.id} no pool."
            hint = f"Add `pool:` to the plan, or an address. {draft.free_hint(sub.zone)}"
        elif sub.plan.mode is Mode.PPPOE and sub.plan.shaping is Shaping.EXTERNAL:
            if not sub.service.is_blocked:
                continue
            message = "The service has no address by which it could be blocked."
            hint = f"Its profile is not ours to copy: add one. {draft.free_hint(sub.zone)}"
        else:
            continue
        loc = placed.loc()
        yield placed.reading, Finding("no-address", loc, message, hint, needs_all=True)


def needs_local_address(draft: Draft) -> Iterator[Found]:
    """A PPP session has two ends; an external profile may have the other one."""
    for sub in draft.inventory.subscriptions:
        if (
            sub.plan.mode is Mode.PPPOE
            and not (sub.zone.local_address or sub.plan.local_address or sub.local_address)
            and sub.plan.manages_profile
            and sub.service.has_rows
            and (placed := draft.placed(sub)).whole
        ):
            message = "A PPPoE service needs a local address, and none is given."
            hint = f"Add `local_address:` to zone {sub.zone.id}, plan {sub.plan.id} or the service"
            finding = Finding("no-local-address", placed.loc(), message, hint, needs_all=True)
            yield placed.reading, finding


def needs_interface(draft: Draft) -> Iterator[Found]:
    """An ARP binding is made on an interface."""
    for sub in draft.inventory.subscriptions:
        bound = sub.router.binding is Binding.ARP and sub.plan.mode is not Mode.PPPOE
        if not (bound and sub.address and sub.service.mac and not sub.interface):
            continue
        placed = draft.placed(sub)
        if placed.whole:
            message = f"The ARP binding on {sub.router.id} needs an interface, and none is given."
            hint = f"Add `lan_interface:` to router {sub.router.id}, or `interface:` to the zone"
            finding = Finding("no-interface", placed.loc("mac"), message, hint, needs_all=True)
            yield placed.reading, finding


def _useless(plan: Plan) -> frozenset[str]:
    """The fields that this plan's mode has no use for."""
    useless: set[str] = set()
    if plan.mode is not Mode.SIMPLE_QUEUE and plan.shaping is not Shaping.QUEUE:
        useless |= {"targets", "parent"}
    if plan.shaping is not Shaping.QUEUE:
        useless |= {"queue"}
    if plan.mode in _FIXED:
        useless |= {"password"}
    if plan.mode is not Mode.PPPOE:
        useless |= {"ppp_service", "local_address"}
    else:
        useless |= {"interface"}
    if plan.mode is not Mode.HOTSPOT:
        useless |= {"server"}
    return frozenset(useless)


def no_use(draft: Draft) -> Iterator[Found]:
    """A field of another mode is a slip, or left over from a migration."""
    useless = {plan.id: _useless(plan) for plan in draft.inventory.plans.values()}
    for sub in draft.inventory.subscriptions:
        wrong = useless[sub.plan.id]
        if wrong.isdisjoint(sub.service.model_fields_set):
            continue
        placed = draft.placed(sub)
        for key in sorted(sub.service.model_fields_set & wrong):
            message = f"{key} has no effect with plan {sub.plan.id} of mode {sub.plan.mode}."
            finding = Finding("no-effect", placed.loc(key), message, "Remove it", warning=True)
            yield placed.reading, finding


CHECKS = (needs_address, needs_local_address, needs_interface, no_use)
