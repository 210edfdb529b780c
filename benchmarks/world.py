# SPDX-License-Identifier: GPL-3.0-or-later
"""State repositories of any size, such as a provider has: PPPoE clients and simple queues by turns.

Imports nothing of the product.
"""

from collections.abc import Sequence
from pathlib import Path

PASSWORD = "benchmark"
USER = "admin"
KEY = "benchmark-benchmark-benchmark-32"
ENVIRONMENT = {"RECONCILE_KEY": KEY, "ROUTER_PASSWORD": PASSWORD}

_SETTINGS = """\
format: 1
company: {name: Benchmark}
currency: MXN
timezone: America/Mexico_City
secrets: {key: {env: RECONCILE_KEY}}
limits: {changes_percent: 100, cuts_percent: 100}
"""
_PLAN = """\
id: %s
name: Ten megabits
mode: %s
download: 10M
upload: 2M
price: "350.00"
"""


def client_id(number: int) -> str:
    return f"cliente-{number:06d}"


def client(number: int, zone: str, *, suspended: bool = False) -> str:
    """One file of eleven lines, which is about what clients' files have."""
    state = (
        "suspended\n    suspended: {since: 2026-11-01, cause: manual}" if suspended else "active"
    )
    return f"""\
id: {client_id(number)}
name: "Cliente Número {number}"
zone: {zone}
contact: {{phone: "+52 555 {number:07d}", address: "Calle {number % 500} #{number % 97}"}}
services:
  - plan: {("hogar-10", "cola-10")[number % 2]}
    status: {state}
    since: 2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}
    address: {address(number + 2)}
    mac: "02:00:{number >> 24 & 255:02X}:{number >> 16 & 255:02X}:{number >> 8 & 255:02X}:\
{number & 255:02X}"
"""


def address(number: int) -> str:
    value = (10 << 24) + number
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


class World:
    """A repository of `routers` with `clients` each; `timeout` is that of the routers."""

    def __init__(self, root: Path, routers: int, clients: int, *, timeout: str = "60s") -> None:
        self.root = root
        self.routers = [f"rb-{number:03d}" for number in range(routers)]
        self.clients = clients
        self._timeout = timeout
        for folder in ("inventory/routers", "inventory/zones", "inventory/clients", "plans"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "reconcile.yaml").write_text(_SETTINGS)
        for name, mode in (("hogar-10", "pppoe"), ("cola-10", "simple-queue")):
            (root / f"plans/{name}.yaml").write_text(_PLAN % (name, mode))
        self.set_ports([number + 1 for number in range(routers)])
        for number in range(routers):
            self._zone(number)

    def set_ports(self, ports: Sequence[int]) -> None:
        """Where the routers listen."""
        for router, port in zip(self.routers, ports, strict=True):
            (self.root / f"inventory/routers/{router}.yaml").write_text(
                f"id: {router}\nhost: 127.0.0.1\nport: {port}\ntls: false\nusername: {USER}\n"
                f"password: {{env: ROUTER_PASSWORD}}\ntimeout: {self._timeout}\n"
            )

    def _zone(self, number: int) -> None:
        first = number * self.clients
        zone = f"zona-{number:03d}"
        ends = f"{address(first + 1)}-{address(first + self.clients + 1)}"
        (self.root / f"inventory/zones/{zone}.yaml").write_text(
            f"id: {zone}\nname: Zona {number}\nrouter: {self.routers[number]}\n"
            f"addresses: [{ends}]\nlocal_address: 192.168.255.1\n"
        )
        for place in range(first, first + self.clients):
            self.put(place)

    def file(self, number: int) -> Path:
        zone = f"zona-{number // self.clients:03d}"
        return self.root / f"inventory/clients/{zone}/{client_id(number)}.yaml"

    def put(self, number: int, *, suspended: bool = False) -> None:
        """Write a client's file."""
        file = self.file(number)
        file.parent.mkdir(exist_ok=True)
        file.write_text(client(number, file.parent.name, suspended=suspended), encoding="utf-8")
