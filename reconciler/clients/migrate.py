# SPDX-License-Identifier: GPL-3.0-or-later
"""Another zone, router or kind of plan for a service, with all that the new place needs.

The routers are changed make-before-break by `apply`; here only the files are.
"""

from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address
from pathlib import PurePosixPath

from reconciler.clients.addressing import Allocator, covers, needs_address
from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.plans import Issued, change_plan
from reconciler.clients.select import Chosen
from reconciler.edit import Drop, Edit, Put
from reconciler.models import DerivedSecret, Mode, Plan, Service, Settings, Shaping, Zone

# Which optional fields of a service mean something, by the mode of its plan. A password is never
# taken out: it may be all that is left of it.
_QUEUE = {"targets", "parent"}
_OF_MODE = {
    Mode.SIMPLE_QUEUE: _QUEUE | {"interface"},
    Mode.PCQ: {"interface"},
    Mode.PPPOE: {"ppp_service", "local_address"},
    Mode.HOTSPOT: {"server", "interface"},
}
_ALL = frozenset().union(*_OF_MODE.values())


@dataclass(frozen=True)
class Move:
    """What was asked for; None: as it is, or as the new place wants it."""

    zone: Zone
    plan: Plan | None = None
    router: str | None = None
    address: IPv4Address | None = None
    local_address: IPv4Address | None = None


def target_plan(one: Chosen, move: Move) -> Plan:
    return move.plan or one.sub.plan


def missing(one: Chosen, move: Move, settings: Settings) -> list[str]:
    """What the target needs and nothing gives: `local_address`, `key`."""
    plan, service = target_plan(one, move), one.sub.service
    lacks: list[str] = []
    known = (move.local_address, service.local_address, plan.local_address, move.zone.local_address)
    if plan.mode is Mode.PPPOE and plan.shaping is not Shaping.EXTERNAL and not any(known):
        lacks.append("local_address")
    if (
        plan.has_login
        and settings.secrets.key is None
        and isinstance(service.password, DerivedSecret)
    ):
        lacks.append("key")
    return lacks


def migrate(
    one: Chosen, move: Move, allocator: Allocator, on: date, issued: Issued = ()
) -> Outcome:
    """The edits of one service; the client's zone and folder are `move_client`'s.

    Raises Impossible for a cancelled service, or where no address is free.
    """
    sub, service = one.sub, one.sub.service
    if not service.has_rows:
        raise Impossible(f"{sub.id} is cancelled: use `reconcile client return` first.")
    plan = target_plan(one, move)
    outcome = Outcome()
    if plan.id != sub.plan.id:
        outcome += change_plan(one, plan, on, issued)
    edits: list[Edit] = []
    notes: list[str] = []
    address = _address(one, move, plan, allocator)
    if address != service.address:
        edits.append(Put((*one.at, "address"), address) if address else Drop((*one.at, "address")))
        notes.append(f"{sub.id}: address {service.address or '-'} → {address or '-'}.")
    if move.local_address is not None:
        edits.append(Put((*one.at, "local_address"), move.local_address))
    edits += _router_edits(one, move)
    for key in _useless(one, plan, move):
        edits.append(Drop((*one.at, key)))
        notes.append(f"{sub.id}: `{key}` has no use in its new place and is taken out.")
    return outcome + Outcome(tuple(edits), tuple(notes))


def move_client(file: str, old_zone: str, new_zone: str, client_id: str) -> str:
    """Where the client's file goes: the folder of its zone, if it lay in that of the old one."""
    path = PurePosixPath(file)
    if path.parent.name != old_zone:
        return file
    return str(path.parent.with_name(new_zone) / f"{client_id}.yaml")


def _address(one: Chosen, move: Move, plan: Plan, allocator: Allocator) -> IPv4Address | None:
    present = one.sub.service.address
    if move.address is not None:
        return move.address
    if present is None:
        return allocator.next_in(move.zone) if needs_address(plan) else None
    stays = move.router is None and move.zone.router == one.sub.router.id
    if covers(move.zone, present) and (stays or allocator.is_free(move.zone, present)):
        return present
    return allocator.next_in(move.zone)


def _router_edits(one: Chosen, move: Move) -> list[Edit]:
    if move.router is not None:
        if move.router == move.zone.router:
            return [Drop((*one.at, "router"))]
        return [Put((*one.at, "router"), move.router)]
    changes_zone = move.zone.id != one.sub.zone.id
    if changes_zone and one.sub.service.router is not None:
        return [Drop((*one.at, "router"))]
    return []


def _useless(one: Chosen, plan: Plan, move: Move) -> list[str]:
    """Fields of the service that would mean nothing, or belong to the place it leaves."""
    useful = _OF_MODE[plan.mode] | (_QUEUE if plan.shaping is Shaping.QUEUE else set())
    gone = set(_ALL - useful)
    if move.zone.id != one.sub.zone.id or move.router is not None:
        gone |= {"interface", "parent", "targets"}
        if move.local_address is None and move.zone.local_address is not None:
            gone.add("local_address")
    if move.local_address is not None:
        gone.discard("local_address")
    return sorted(gone & _set_fields(one.sub.service))


def _set_fields(service: Service) -> set[str]:
    return {name for name in service.model_fields_set if getattr(service, name) not in (None, ())}
