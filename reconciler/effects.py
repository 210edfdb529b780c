# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change set does to clients, in the words of who knows clients and not rows. Pure.

One effect a service, however many rows and routers it takes: cut, connected again, new, moved,
another speed, and so on. Imports change, inventory, kinds, models, normal, planning, sessions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from reconciler.change import Action, Change
from reconciler.inventory import Inventory, Subscription
from reconciler.kinds import (
    ADDRESS_LIST,
    HOTSPOT_USER,
    PPP_SECRET,
    QUEUE_SIMPLE,
    SUSPENDED_PROFILE,
)
from reconciler.marks import without_mark
from reconciler.models import Cause, Plan
from reconciler.normal import format_rate
from reconciler.planning import RouterPlan
from reconciler.sessions import SessionKind


class Deed(StrEnum):
    """What happens to a service; where several do, the first of these is said."""

    LOST = "lost"
    CUT = "cut"
    RESTORED = "restored"
    MOVED = "moved"
    NEW = "new"
    CANCELLED = "cancelled"
    FORGOTTEN = "forgotten"
    ADOPTED = "adopted"
    SPEED = "speed"
    CHANGED = "changed"
    LABEL = "label"


class Effect(NamedTuple):
    """`name` is the client's, with the service where there are several; `words` are the details.

    `router`: where it happens, for a move where to. `drops`: live sessions that end, `waits`: that
    go on as they are until the next login. `zone`: of who is in a file.
    """

    deed: Deed
    client: str
    service: str
    name: str
    router: str
    words: str = ""
    drops: int = 0
    waits: int = 0
    file: str | None = None
    line: int | None = None
    zone: str | None = None

    @property
    def mark(self) -> str:
        return f"{self.client}/{self.service}"


_SPOKEN = {
    Cause.DEBT: "owes since {}",
    Cause.MANUAL: "switched off since {}",
    Cause.REQUEST: "paused on request since {}",
}
_RATES = ("max-limit", "rate-limit")
_ADDRESSES = ("target", "remote-address", "address")
# What the fields that a client's change may touch are called at the desk.
_FIELDS = {
    "password": "password",
    "caller-id": "device",
    "mac-address": "device",
    "name": "login",
    "parent": "parent queue",
    "local-address": "local address",
    "server": "hotspot server",
    "service": "kind of login",
    "priority": "priority",
    "limit-at": "guaranteed speed",
    "burst-limit": "burst",
    "burst-threshold": "burst",
    "burst-time": "burst",
    "disabled": "switched on again",
    "interface": "interface",
}


@dataclass
class _Gathered:
    """All that a change set does to one service: its changes by router."""

    changes: dict[str, list[Change]] = field(default_factory=dict)
    drops: int = 0
    waits: int = 0


def effects_of(plans: Sequence[RouterPlan], inventory: Inventory) -> tuple[Effect, ...]:
    """The effects on all services, the gravest first, then by client."""
    by_router = {plan.router: plan for plan in plans}
    found: dict[str, _Gathered] = {}
    for plan in plans:
        for change in plan.changes:
            if change.is_service and not change.notice:
                of_service = found.setdefault(change.source.id, _Gathered())
                of_service.changes.setdefault(plan.router, []).append(change)
        for session in plan.sessions:
            if session.kind is not SessionKind.CONNECTIONS and session.client in found:
                found[session.client].waits += session.waits
                found[session.client].drops += not session.waits
    subs = {sub.id: sub for sub in inventory.subscriptions} if found else {}
    teller = _Teller(by_router, subs, inventory)
    order = {deed: at for at, deed in enumerate(Deed)}
    made = [teller.effect(mark, gathered) for mark, gathered in found.items()]
    return tuple(sorted(made, key=lambda one: (order[one.deed], one.client, one.service)))


class _Teller:
    def __init__(
        self,
        plans: Mapping[str, RouterPlan],
        subs: Mapping[str, Subscription],
        inventory: Inventory,
    ) -> None:
        self._plans, self._subs, self._inventory = plans, subs, inventory
        self._profiles = {
            name: plan
            for plan in inventory.plans.values()
            for name in (plan.profile_name, SUSPENDED_PROFILE + plan.id)
        } if subs else {}  # fmt: skip
        self._lists = {plan.list_name: plan for plan in inventory.plans.values()} if subs else {}

    def effect(self, mark: str, gathered: _Gathered) -> Effect:
        sub = self._subs.get(mark)
        client, _, service = mark.partition("/")
        deed, router, words = self._deed(mark, sub, gathered.changes)
        first = next(iter(gathered.changes.values()))[0]
        if sub is None:
            name = first.source.label or without_mark(first.before.get("comment") or "") or client
        else:
            several = len(sub.client.services) > 1
            name = f"{sub.client.name} ({service})" if several else sub.client.name
        where = sub.where if sub else first.source.where
        return Effect(
            deed, client, service, name, router, words, gathered.drops, gathered.waits,
            where.file if where else None, where.line if where else None,
            sub.client.zone if sub else None,
        )  # fmt: skip

    def _deed(
        self, mark: str, sub: Subscription | None, changes: Mapping[str, Sequence[Change]]
    ) -> tuple[Deed, str, str]:
        """What is said of a service, on which router, and the details."""
        here = [router for router in changes if mark in self._plans[router].census.wanted]
        gone = [router for router in changes if router not in here]
        if gone and (here or (sub and self._home(mark, gone))):
            to = here[0] if here else self._home(mark, gone)
            return Deed.MOVED, to, f"from {self._place(gone[0])} to {self._place(to)}"
        if gone:
            return self._going(mark, gone[0], changes[gone[0]], sub)
        router = here[0]
        return self._staying(mark, router, changes[router], sub)

    def _going(
        self, mark: str, router: str, changes: Sequence[Change], sub: Subscription | None
    ) -> tuple[Deed, str, str]:
        if all(change.action is Action.SET for change in changes):
            return Deed.FORGOTTEN, router, "rows stay, and are nobody's"
        if sub is None and mark not in self._plans[router].census.known:
            return Deed.LOST, router, ""
        ended = sub.service.cancelled if sub else None
        return Deed.CANCELLED, router, f"on {ended.on}" if ended else ""

    def _staying(
        self, mark: str, router: str, changes: Sequence[Change], sub: Subscription | None
    ) -> tuple[Deed, str, str]:
        census = self._plans[router].census
        if all(change.action is Action.ADOPT for change in changes):
            return Deed.ADOPTED, router, _plan_words(sub)
        blocked = mark in census.to_suspend
        names = {mark, *(sub.former_ids if sub else ())}
        if names.isdisjoint(census.held):
            return Deed.NEW, router, _plan_words(sub) + (", suspended" if blocked else "")
        details = "; ".join(self._details(changes))
        if blocked and names.isdisjoint(census.suspended):
            return Deed.CUT, router, _joined(_cause_words(sub), details)
        if not blocked and not names.isdisjoint(census.suspended):
            return Deed.RESTORED, router, details
        if speed := self._speed(changes):
            return Deed.SPEED, router, _joined(speed, details)
        return (Deed.CHANGED, router, details) if details else (Deed.LABEL, router, "")

    def _speed(self, changes: Sequence[Change]) -> str:
        """`10M to 20M`, where the change of a row is one of plan or rate."""
        before, after = self._plan_before(changes), self._plan_after(changes)
        if before and after and before is not after:
            old, new = (format_rate(plan.download) for plan in (before, after))
            return f"{old} to {new}" if old != new else f"{before.label} to {after.label}"
        for change in changes:
            if change.kind is QUEUE_SIMPLE and "max-limit" in change.after:
                old, new = (
                    _download(values.get("max-limit")) for values in (change.before, change.after)
                )
                return f"{old} to {new}" if old != new else "another upload speed"
        return ""

    def _plan_before(self, changes: Iterable[Change]) -> Plan | None:
        return next((plan for change in changes if (plan := self._plan_in(change, old=True))), None)

    def _plan_after(self, changes: Iterable[Change]) -> Plan | None:
        return next(
            (plan for change in changes if (plan := self._plan_in(change, old=False))), None
        )

    def _plan_in(self, change: Change, *, old: bool) -> Plan | None:
        """The plan that a row of a service names: by its profile, or by the list that it is in."""
        values = change.before if old else change.after
        if change.kind is ADDRESS_LIST:
            return self._lists.get(values.get("list") or "")
        if change.kind in (PPP_SECRET, HOTSPOT_USER):
            return self._profiles.get(values.get("profile") or "")
        return None

    def _details(self, changes: Iterable[Change]) -> Iterator[str]:
        """What else of a service changes, each said once, in the words of the desk."""
        told: dict[str, None] = {}
        for change in changes:
            if change.action in (Action.SET, Action.ADOPT):
                told |= dict.fromkeys(_field_words(change))
            elif change.kind in (QUEUE_SIMPLE, PPP_SECRET, HOTSPOT_USER):
                new = change.action is Action.ADD
                told[f"{'new' if new else 'no more'} {_THINGS[change.kind.path]}"] = None
        return iter(told)

    def _home(self, mark: str, gone: Sequence[str]) -> str:
        return next(
            (
                home
                for router in gone
                if (home := self._plans[router].elsewhere.get(mark)) is not None
            ),
            "",
        )

    def _place(self, router: str) -> str:
        """The zone of a router where it serves but one, else the router."""
        zones = [zone for zone in self._inventory.zones.values() if zone.router == router]
        return zones[0].name or zones[0].id if len(zones) == 1 else router


_THINGS = {
    QUEUE_SIMPLE.path: "queue",
    PPP_SECRET.path: "PPPoE login",
    HOTSPOT_USER.path: "hotspot login",
}


def _field_words(change: Change) -> Iterator[str]:
    for name, value in change.after.items():
        if name in ("comment", "profile", *_RATES):
            continue
        if name in _ADDRESSES and change.kind is not ADDRESS_LIST:
            yield f"address {_plain(change.before.get(name))} to {_plain(value)}"
        else:
            yield _FIELDS.get(name, name)


def _plain(address: str | None) -> str:
    return (address or "none").removesuffix("/32")


def _download(pair: str | None) -> str:
    """The download of `max-limit`, which RouterOS has behind the upload."""
    down = (pair or "").partition("/")[2]
    return format_rate(int(down)) if down.isdigit() and int(down) else "no limit"


def _plan_words(sub: Subscription | None) -> str:
    if sub is None:
        return ""
    address = sub.service.address
    return f"{sub.plan.label}, {address!s}" if address else sub.plan.label


def _cause_words(sub: Subscription | None) -> str:
    suspended = sub.service.suspended if sub else None
    return _SPOKEN[suspended.cause].format(suspended.since) if suspended else ""


def _joined(first: str, second: str) -> str:
    return "; ".join(part for part in (first, second) if part)
