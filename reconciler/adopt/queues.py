# SPDX-License-Identifier: GPL-3.0-or-later
"""Simple queues with a host address as clients. Pure; imports kinds, its neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from reconciler.adopt.facts import is_free
from reconciler.adopt.found import Found
from reconciler.adopt.scene import Scene
from reconciler.adopt.shapes import NotSaid, hosts_of, queue_shape
from reconciler.kinds import QUEUE_SIMPLE
from reconciler.marks import Row

# A target this wide is a part of the network, not a client's house.
_WIDEST = 25


@dataclass(frozen=True)
class Queue:
    """A queue that a service could have: where it leads, and what it lets through."""

    row: Row
    hosts: list[IPv4Address]
    networks: list[IPv4Network]
    shape: dict[str, Any]

    @property
    def name(self) -> str:
        return self.row["name"]

    def beside(self, address: IPv4Address) -> list[IPv4Network]:
        """The further targets of a service that has this address."""
        others = [IPv4Network(host) for host in self.hosts if host != address]
        return others + self.networks

    def service(self, address: IPv4Address) -> dict[str, Any]:
        parts: dict[str, Any] = {"address": address}
        if targets := self.beside(address):
            parts["targets"] = targets
        parent = self.row.get("parent", "none")
        if parent not in ("none", ""):
            parts["parent"] = parent
        return parts


def read_queue(row: Row, scene: Scene) -> Queue:
    """Raises NotSaid with the reason why it is no client's queue, or none that we can keep."""
    if row["name"] in scene.parents:
        raise NotSaid("it is the parent of other queues")
    hosts, networks = hosts_of(row.get("target", ""))
    if any(network.prefixlen < _WIDEST for network in networks):
        raise NotSaid("its target holds a whole network")
    if row.get("packet-marks"):
        raise NotSaid("it takes only marked packets")
    return Queue(row, hosts, networks, queue_shape(row))


def queues_by_address(scene: Scene) -> dict[IPv4Address, list[Queue]]:
    """Every usable queue under each of its hosts, for logins that are shaped by a queue."""
    found: dict[IPv4Address, list[Queue]] = {}
    for row in scene.facts.rows(QUEUE_SIMPLE.path):
        if not is_free(QUEUE_SIMPLE, row):
            continue
        try:
            queue = read_queue(row, scene)
        except NotSaid:
            continue
        for host in queue.hosts:
            found.setdefault(host, []).append(queue)
    return found


def find_queues(scene: Scene) -> Iterator[Found]:
    """The queues that no login has taken."""

    def recognise(row: Row) -> Found:
        queue = read_queue(row, scene)
        address = queue.hosts[0]
        scene.claim(queue.name, [address, *queue.beside(address)])
        plan = {"mode": "simple-queue", **queue.shape}
        service = queue.service(address) | scene.binding_of(address)
        return scene.found(row, QUEUE_SIMPLE.path, queue.name, plan, service)

    return scene.recognised(QUEUE_SIMPLE, recognise)
