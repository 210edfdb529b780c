# SPDX-License-Identifier: GPL-3.0-or-later
"""Two routers, clients that move between them, and an observer of every sentence on the way.

`Observer` looks at both devices after each write that either received, and notes each client who
stands on neither, and each suspended one who stands somewhere unblocked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from end_to_end.world import WRITES, Ran, World, is_ours

from reconciler.emulator import Device

A, B = "rb-a", "rb-b"
PCQ, PPPOE = "lista", "fibra"
LISTS, SECRETS, PROFILES = "/ip/firewall/address-list", "/ppp/secret", "/ppp/profile"
ACTIVE = "/ppp/active"
PCQ_ROWS = {"/queue/type": 2, "/queue/tree": 2, "/ip/firewall/mangle": 2}
SUSPENDED = 10
"""Every how many clients one is suspended."""


def build(world: World, count: int) -> list[str]:
    """Clients of the PCQ plan in zone a, on rb-a; zone b, on rb-b, is empty. Their ids."""
    key = {"env": "RECONCILE_KEY"}
    world.write("reconcile.yaml", {"format": 1, "secrets": {"key": key}})
    for router, third in ((A, 20), (B, 30)):
        world.serve(router, furnished(router), timeout="2s")
        zone = router[-1]
        fields = {"id": zone, "router": router, "addresses": [f"10.{third}.0.0/16"]}
        world.write(f"inventory/zones/{zone}.yaml", {**fields, "local_address": f"10.{third}.0.1"})
    for plan, mode in ((PCQ, "pcq"), (PPPOE, "pppoe")):
        fields = {"id": plan, "mode": mode, "download": "10M", "upload": "2M"}
        world.write(f"plans/{plan}.yaml", fields)
    ids = [f"c{number:03}" for number in range(count)]
    for number, id_ in enumerate(ids):
        service: dict[str, object] = {
            "plan": PCQ,
            "since": "2026-01-01",
            "address": f"10.20.{number // 200 + 1}.{number % 200 + 2}",
        }
        if is_suspended(id_):
            cut = {"since": "2026-11-05", "cause": "debt"}
            service |= {"status": "suspended", "suspended": cut}
        content = {"id": id_, "name": f"Cliente {number}", "zone": "a", "services": [service]}
        world.write(f"inventory/clients/a/{id_}.yaml", content)
    return ids


def furnished(name: str) -> Device:
    """A router on which somebody has things of his own, which nobody may touch."""
    device = Device(identity=name)
    device.add(LISTS, list="admins", address="192.168.88.0/24")
    device.add("/ip/firewall/filter", chain="forward", action="accept", comment="mine")
    device.add("/queue/simple", name="oficina", target="192.168.88.0/24")
    device.add(SECRETS, name="tunnel", service="l2tp", password="its-own")
    return device


def is_suspended(id_: str) -> bool:
    return int(id_[1:]) % SUSPENDED == 0


def migrate(world: World, to: str, ids: Sequence[str]) -> Ran:
    """By the command: everybody of `ids` to the zone of router `to`, with that place's plan."""
    file = world.root / "ids.txt"
    file.write_text("\n".join(ids) + "\n")
    plan = PPPOE if to == B else PCQ
    old = "a" if to == B else "b"
    ran = world.run(
        "client", "migrate", "--from-zone", old, "--file", str(file),
        "--zone", to[-1], "--plan", plan, "--yes",
    )  # fmt: skip
    assert ran.code == 0, ran.text
    return ran


def apply(world: World, *more: str) -> Ran:
    return world.run("apply", "--yes", "--allow-changes", "200", "--allow-sessions", "200", *more)


@dataclass
class Observer:
    """`wrong`: what must never be, with the write after which it was; `seen`: writes looked at."""

    world: World
    ids: Sequence[str]
    wrong: list[str] = field(default_factory=list)
    seen: int = 0
    _last: str = ""

    @contextmanager
    def watching(self) -> Iterator["Observer"]:
        for router, server in self.world.servers.items():
            self._attach(router, server.record)
        self.look()
        yield self
        self.look()

    def _attach(self, router: str, record: object) -> None:
        """A sentence is recorded before it is carried out, so each look sees what the write before
        it has done."""
        assert callable(record)

        def observed(words: list[str]) -> None:
            if self._last:
                self.look()
            self._last = f"{router}: {' '.join(words)}" if words[0].endswith(WRITES) else ""
            record(words)

        self.world.servers[router].record = observed  # type: ignore[method-assign]

    def look(self) -> None:
        self.seen += bool(self._last)
        places = [standing(self.world.device(router)) for router in (A, B)]
        for id_ in self.ids:
            spots = [place[id_] for place in places if id_ in place]
            if not spots:
                self.wrong.append(f"{id_} is on neither after {self._last}")
            if is_suspended(id_) and not all(spots):
                self.wrong.append(f"{id_} is suspended and not blocked after {self._last}")


def standing(device: Device) -> Mapping[str, bool]:
    """Who can reach the Internet through a router but for being cut -> whether he is cut.

    A member of a PCQ list needs the rules and queues that shape it; a secret needs its profile.
    """
    cut = {
        row["address"]
        for row in fields(device, LISTS)
        if row["list"] == "rc-suspended" and is_on(row)
    }
    found: dict[str, bool] = {}
    shaped = all(
        sum(PCQ in row.get("name", row.get("new-packet-mark", "")) for row in fields(device, path))
        == count
        for path, count in PCQ_ROWS.items()
    )
    for row in fields(device, LISTS) if shaped else ():
        if row["list"] == f"rc-plan-{PCQ}" and is_on(row):
            found[owner(row)] = found.get(owner(row), True) and row["address"] in cut
    profiles = {row["name"] for row in fields(device, PROFILES)}
    for row in fields(device, SECRETS):
        if is_ours(SECRETS, row) and is_on(row) and row.get("profile") in profiles:
            found[owner(row)] = found.get(owner(row), True) and row["remote-address"] in cut
    return found


def fields(device: Device, path: str) -> list[Mapping[str, str]]:
    """The stored rows, which is far quicker than printing them."""
    with device.lock:
        return [row.fields for row in device.table(path)]


def is_on(row: Mapping[str, str]) -> bool:
    return row.get("disabled") != "true"


def owner(row: Mapping[str, str]) -> str:
    return row["comment"].rpartition("[rc:")[2].partition("/")[0]


def clients_on(world: World, router: str) -> set[str]:
    return set(standing(world.device(router)))


def left_behind(world: World, router: str) -> list[str]:
    """Rows of clients and of plans that a router still has."""
    device = world.device(router)
    return [
        f"{path}: {row}"
        for path in (LISTS, SECRETS, PROFILES, *PCQ_ROWS)
        for row in device.rows(path)
        if is_ours(path, row)
        and "[rc:router/" not in row.get("comment", "")
        and row.get("list") not in ("rc-state", "rc-lease")
    ]
