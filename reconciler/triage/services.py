# SPDX-License-Identifier: GPL-3.0-or-later
"""A field that was set by hand on the row of a service, as an edit of its client's file.

Each function is given what the router holds, as canonical text, None where it is unset, and raises
Impossible where no file can say it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network

from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.plans import change_plan
from reconciler.clients.select import Chosen
from reconciler.clients.state import activate, suspend
from reconciler.compile.plans import suspended_profile_name
from reconciler.edit import Drop, Put
from reconciler.kinds import ARP, HOTSPOT_USER, PPP_SECRET, QUEUE_SIMPLE
from reconciler.marks import Row, without_mark
from reconciler.models import Cause, Plan, PppService
from reconciler.triage.model import Scene
from reconciler.triage.rates import only_plan
from reconciler.wording import show


@dataclass(frozen=True)
class Said:
    """What a field comes to: edits of the client's file, and in words what they say."""

    what: str
    outcome: Outcome


@dataclass(frozen=True)
class Spot:
    """One row of a service, as the router holds it."""

    scene: Scene
    chosen: Chosen
    row: Row


Teller = Callable[[Spot, str | None], Said]


def suspended(spot: Spot) -> Said:
    sub = spot.chosen.sub
    outcome = suspend(spot.chosen, spot.scene.day(sub.zone), Cause.MANUAL)
    return Said("suspended from today, cause manual", _only_edits(outcome))


def activated(spot: Spot) -> Said:
    outcome = activate(spot.chosen, spot.scene.day(spot.chosen.sub.zone))
    return Said("active from today", _only_edits(outcome))


def planned(spot: Spot, plan: Plan) -> Said:
    day = spot.scene.day(spot.chosen.sub.zone)
    outcome = change_plan(spot.chosen, plan, day, spot.scene.issued(day))
    return Said(f"plan {plan.id} instead of {spot.chosen.sub.plan.id}", _only_edits(outcome))


def _only_edits(outcome: Outcome) -> Outcome:
    if not outcome.edits:
        raise Impossible(" ".join(outcome.notes).rstrip("."))
    return outcome


def _own(spot: Spot, key: str, value: str, default: str | None) -> Said:
    """A key of the service; what is the default anyway is taken out of the file."""
    if value == default:
        return _none(spot, key, f"{key} is {show(value)}, as it is without being said")
    return Said(f"{key}: {show(value)}", Outcome((Put((*spot.chosen.at, key), value),)))


def _none(spot: Spot, key: str, what: str) -> Said:
    return Said(what, Outcome((Drop((*spot.chosen.at, key)),)))


def _default_name(spot: Spot) -> str:
    sub = spot.chosen.sub
    return sub._replace(service=sub.service.model_copy(update={"name": None})).name


def _name(spot: Spot, value: str | None) -> Said:
    return _own(spot, "name", value or "", _default_name(spot))


def _queue_name(spot: Spot, value: str | None) -> Said:
    sub = spot.chosen.sub
    shares = sub.plan.mode.value == "simple-queue" and sub.service.queue is None
    return _name(spot, value) if shares else _own(spot, "queue", value or "", sub.name)


def _comment(spot: Spot, value: str | None) -> Said:
    label = without_mark(value or "")
    if not label:
        raise Impossible("a label cannot be empty")
    return _own(spot, "comment", label, spot.chosen.sub.client.name)


def _mac(spot: Spot, value: str | None) -> Said:
    if not value:
        return _none(spot, "mac", "no mac")
    return _own(spot, "mac", value, None)


def _address(spot: Spot, value: str | None) -> Said:
    if not value:
        return _none(spot, "address", "no fixed address")
    try:
        return _own(spot, "address", str(IPv4Address(value)), None)
    except AddressValueError:
        raise Impossible(f"{show(value)} is no IPv4 address of a client") from None


def _local_address(spot: Spot, value: str | None) -> Said:
    sub = spot.chosen.sub
    without = sub._replace(service=sub.service.model_copy(update={"local_address": None}))
    default = without.local_address
    if value is None and default is not None:
        raise Impossible(f"zone {sub.zone.id} gives it {default}, and a service cannot have none")
    if value is None:
        return _none(spot, "local_address", "no local_address of its own")
    return _own(spot, "local_address", value, str(default) if default else None)


def _target(spot: Spot, value: str | None) -> Said:
    """The host among the targets that was the address, else the first one, is the address."""
    parts = (value or "").split(",")
    try:
        networks = [IPv4Network(part, strict=False) for part in parts]
    except ValueError:
        raise Impossible(f"its target {show(value)} is no list of addresses") from None
    hosts = [one.network_address for one in networks if one.prefixlen == 32]
    if not hosts:
        raise Impossible(f"its target {show(value)} holds no address of a single host")
    present = spot.chosen.sub.service.address
    address = present if present in hosts else hosts[0]
    others = [str(one) for one in networks if one != IPv4Network(address)]
    edits = [Put((*spot.chosen.at, "address"), str(address))]
    targets = (*spot.chosen.at, "targets")
    words = f"address: {address}" + (f", targets: {', '.join(others)}" if others else "")
    return Said(words, Outcome((*edits, Put(targets, others) if others else Drop(targets))))


def _parent(spot: Spot, value: str | None) -> Said:
    sub = spot.chosen.sub
    if value in (None, "none"):
        if sub.plan.parent is not None:
            raise Impossible(f"plan {sub.plan.id} has the parent {sub.plan.parent} for everybody")
        return _none(spot, "parent", "no parent")
    return _own(spot, "parent", value or "", sub.plan.parent)


def _profile(spot: Spot, value: str | None) -> Said:
    sub, value = spot.chosen.sub, value or "default"
    if not sub.service.address and sub.plan.mode.value == "pppoe":
        if not sub.service.is_blocked and value == suspended_profile_name(sub.plan):
            return suspended(spot)
        if sub.service.is_blocked and value == sub.plan.profile_name:
            return activated(spot)
    fitting = [
        plan
        for plan in spot.scene.inventory.plans.values()
        if plan.mode is sub.plan.mode and plan.profile_name == value and plan.id != sub.plan.id
    ]
    return planned(spot, only_plan(fitting, f"the profile {show(value)}", sub.plan))


def _password(spot: Spot, _value: str | None) -> Said:
    password = spot.row.get("password", "")
    if not password:
        raise Impossible("it has no password any more, and a login without one is open to anybody")
    key, _, text = spot.scene.keep(password).partition(":")
    put = Put((*spot.chosen.at, "password"), {key: text})
    return Said("the password that is on the router, sealed", Outcome((put,)))


def _ppp_service(spot: Spot, value: str | None) -> Said:
    value = value or "any"
    if value not in [one.value for one in PppService]:
        raise Impossible(f"the service {show(value)} is none that a file can say")
    return _own(spot, "ppp_service", value, PppService.PPPOE.value)


def _server(spot: Spot, value: str | None) -> Said:
    return _own(spot, "server", value or "all", "all")


def _interface(spot: Spot, value: str | None) -> Said:
    sub = spot.chosen.sub
    default = sub.zone.interface or sub.router.lan_interface
    return _own(spot, "interface", value or "", default)


def _hotspot_disabled(spot: Spot, value: str | None) -> Said:
    if spot.chosen.sub.service.address:
        return _disabled(spot, value)
    return suspended(spot) if value == "true" else activated(spot)


def _disabled(spot: Spot, _value: str | None) -> Said:
    client = spot.chosen.sub.client.id
    raise Impossible(
        "the files have no word for a row that is switched off; to cut the client, say"
        f" `reconcile client suspend {client}`"
    )


# Of entries in lists of addresses: see `lists`.
OF_LISTS: dict[str, Teller] = {"address": _address, "disabled": _disabled, "comment": _comment}
_OF_LOGINS: dict[str, Teller] = {"name": _name, "password": _password, "profile": _profile}
# The fields of a service's rows; what is not here, and no speed, no file can say.
TELLERS: dict[str, dict[str, Teller]] = {
    QUEUE_SIMPLE.path: {
        "name": _queue_name,
        "target": _target,
        "parent": _parent,
        "disabled": _disabled,
        "comment": _comment,
    },
    PPP_SECRET.path: {
        **_OF_LOGINS,
        "service": _ppp_service,
        "remote-address": _address,
        "local-address": _local_address,
        "caller-id": _mac,
        "disabled": _disabled,
        "comment": _comment,
    },
    HOTSPOT_USER.path: {
        **_OF_LOGINS,
        **OF_LISTS,
        "server": _server,
        "mac-address": _mac,
        "disabled": _hotspot_disabled,
    },
    ARP.path: {**OF_LISTS, "mac-address": _mac, "interface": _interface},
}
