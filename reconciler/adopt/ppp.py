# SPDX-License-Identifier: GPL-3.0-or-later
"""PPP secrets as clients: shaped by their profile, or by a simple queue at their address.

Imports kinds, models, normal, its neighbours.
"""

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

from reconciler import normal
from reconciler.adopt.debtors import Debtors, is_debtors_name
from reconciler.adopt.facts import POOL
from reconciler.adopt.found import Found
from reconciler.adopt.queues import Queue, queues_by_address
from reconciler.adopt.scene import HIDDEN_PASSWORD, Scene
from reconciler.adopt.shapes import NotSaid, profile_rates
from reconciler.kinds import PPP_PROFILE, PPP_SECRET
from reconciler.marks import Row, is_fixed
from reconciler.models import Mode, PppService

_SERVICES = {service.value for service in PppService}
PATH = PPP_SECRET.path


class Secrets:
    """The secrets of one router being recognised."""

    def __init__(self, scene: Scene, debtors: Debtors) -> None:
        self._scene, self._debtors = scene, debtors
        self._profiles = {row["name"]: row for row in scene.facts.rows(PPP_PROFILE.path)}
        self._pools = {row.get("name") for row in scene.facts.rows(POOL)}
        self._queues = queues_by_address(scene)
        self._shown = scene.facts.shows_passwords(PPP_SECRET)
        self._seen = {sub.name for sub in scene.here if sub.plan.mode is Mode.PPPOE}

    def find(self) -> Iterator[Found]:
        return self._scene.recognised(PPP_SECRET, self._recognise)

    def _recognise(self, row: Row) -> Found:
        name, profile_name = row["name"], row.get("profile") or "default"
        if not self._shown:
            raise NotSaid(HIDDEN_PASSWORD)
        if name in self._seen:
            raise NotSaid("another secret has the same user name")
        if self._is_of_debtors(profile_name):
            raise NotSaid("its profile is that of who is cut: which plan it has is not known")
        service = self._service(row)
        address = service.get("address")
        queue = self._queue_of(name, address) if address else None
        parts = [address, *(queue.beside(address) if queue else [])] if address else []
        self._scene.claim(name, parts)
        self._seen.add(name)
        plan: dict[str, Any] = {"mode": "pppoe", "profile": profile_name}
        if queue is not None and address is not None:
            self._scene.used.add(queue.row[".id"])
            service |= queue.service(address)
            if queue.name != name:
                service["queue"] = queue.name
            plan |= {"shaping": "queue", **queue.shape}
        found = self._scene.found(row, PATH, name, plan, service)
        found.password = row.get("password", "")
        if queue is not None:
            _join_comments(found, queue)
        return found

    def _is_of_debtors(self, profile: str) -> bool:
        puts_into = self._profiles.get(profile, {}).get("address-list")
        return is_debtors_name(profile) or puts_into == self._debtors.name

    def _service(self, row: Row) -> dict[str, Any]:
        service: dict[str, Any] = {}
        kind = row.get("service") or "any"
        if kind not in _SERVICES:
            raise NotSaid(f"its service is {kind}")
        if kind != "pppoe":
            service["ppp_service"] = kind
        for field, key in (("remote-address", "address"), ("local-address", "local_address")):
            if text := row.get(field):
                try:
                    service[key] = IPv4Address(text)
                except ValueError:
                    raise NotSaid(f"its {field} is no single address") from None
        if caller := row.get("caller-id"):
            mac = normal.mac(caller)
            if mac == caller and ":" not in mac:
                raise NotSaid("its caller-id is no MAC address")
            service["mac"] = mac
        return service

    def _queue_of(self, name: str, address: IPv4Address) -> Queue | None:
        queues = [
            queue
            for queue in self._queues.get(address, ())
            if queue.row[".id"] not in self._scene.used
        ]
        named = [queue for queue in queues if queue.name == name]
        # Only the first queue that matches a packet counts on RouterOS.
        return next(iter(named or queues), None)

    # -- profiles ------------------------------------------------------------------

    def judge_profiles(self, found: list[Found]) -> None:
        """Say of each plan who owns its profile: ours only where the files say all of it.

        Beside a queue it says nothing of the speed and is often shared, so it stays as it is.
        """
        users: defaultdict[str, list[Found]] = defaultdict(list)
        for one in found:
            if one.path == PATH:
                users[one.plan["profile"]].append(one)
        for name, logins in users.items():
            row = self._profiles.get(name)
            queued = [one for one in logins if one.plan.get("shaping") == "queue"]
            ours = None if queued else self._ours(row, logins)
            local = _single(row.get("local-address", "")) if row else None
            for one in logins:
                if ours is not None:
                    one.plan |= ours
                    continue
                one.plan |= {"own_profile": False} if one in queued else _external(row)
                if local and "local_address" not in one.service:
                    one.plan["local_address"] = local

    def _ours(self, row: Row | None, users: list[Found]) -> dict[str, Any] | None:
        """What the plan says of a profile that it owns, None where it cannot say all of it."""
        if row is None or is_fixed(row) or PPP_PROFILE.mark_of(row) or row.get("address-list"):
            return None
        ours = profile_rates(row.get("rate-limit", ""))
        local, pool = row.get("local-address", ""), row.get("remote-address", "")
        if ours is None or (local and not _single(local)) or (pool and pool not in self._pools):
            return None
        if local:
            ours["local_address"] = _single(local)
        if pool:
            ours["pool"] = pool
        if parent := row.get("parent-queue", "none").replace("none", ""):
            ours["parent"] = parent
        return ours if all(_is_complete(one, ours) for one in users) else None


def _external(row: Row | None) -> dict[str, Any]:
    rates = profile_rates(row.get("rate-limit", "")) if row else None
    return {**(rates or {}), "shaping": "external"}


def _is_complete(found: Found, ours: dict[str, Any]) -> bool:
    """Whether plan and service together say both ends of the session."""
    said = {*ours, *found.service}
    return "local_address" in said and bool({"address", "pool"} & said)


def _single(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _join_comments(found: Found, queue: Queue) -> None:
    """One label for both rows: the secret's, or the queue's where the secret has none."""
    other = queue.row.get("comment", "")
    if not found.label:
        found.label = other
    elif other and other != found.label:
        found.lost.append(other)
