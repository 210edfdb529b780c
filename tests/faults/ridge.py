# SPDX-License-Identifier: GPL-3.0-or-later
"""Three routers written to in waves: what goes wrong on the first must reach none of the others."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from end_to_end.world import KEY, World, commit, foreign, router_password
from faults.scene import ALLOW, DEBT, LISTS, Scene, contents, ours

from reconciler.emulator import Clock, Device, Server, serve

CANARY, *LATER = ROUTERS = ("canary", "east", "west")


class Ridge(Scene):
    """A scene whose faults are those of the canary, the one router of the first wave."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._bases = {
            name: Device(version="7.22.3", identity=name, clock=Clock.frozen()) for name in ROUTERS
        }
        for number, (name, device) in enumerate(self._bases.items()):
            device.add("/queue/simple", name="other", target=f"172.16.{number}.9/32")
            device.add(LISTS, list="rc-suspended", address=f"172.16.{number}.9")
            world.serve(name, device)
        self._write_files()
        commit(world.root, "before")
        ran = world.run("apply", "--yes", "--waves", "none")
        assert ran.code == 0, ran.text
        self._exports = {name: device.export("verbose") for name, device in self._bases.items()}
        self._change_files()
        commit(world.root, "after")
        self.fresh()
        self.changes = len(self.left())
        ran = world.run("apply", "--yes", *ALLOW)
        assert ran.code == 0, ran.text
        self.wanted, self.wanted_ours, self.ended = self.contents(), self.ours(), set()
        self._wanted_of_canary = contents(self.device)
        self.writes = self.server.faults.writes

    @property
    def server(self) -> Server:
        return self.world.servers[CANARY]

    def fresh(self) -> None:
        for name, server in self.world.servers.items():
            device = Device(version="7.22.3", identity=name, clock=Clock.frozen())
            device.load_rsc(self._exports[name])
            serve(device, user="reconcile", password=router_password(name))
            server.device = device
            server.faults.clear()
            server.faults.writes = 0
        self._before = {name: self._rows(name) for name in LATER}
        for kept in self.world.root.glob(".reconcile/*/*"):
            kept.unlink()

    def others(self) -> dict[str, Any]:
        return {name: foreign(contents(self.world.device(name))) for name in ROUTERS}

    def ours(self) -> Counter[tuple[str, str]]:
        return Counter(
            (f"{name} {path}", row)
            for name in ROUTERS
            for (path, row) in ours(self.world.device(name)).elements()
        )

    def contents(self) -> dict[str, Any]:
        return {name: contents(self.world.device(name)) for name in ROUTERS}

    def let_leases_run_out(self) -> None:
        for name in ROUTERS:
            self.world.device(name).clock.advance(121)

    @property
    def numbers(self) -> range:
        """But for its lease: a router that gives none is away, and in no wave."""
        return range(2, self.writes + 1)

    def beyond(self) -> list[str]:
        """Routers of later waves that were written to though the canary is not as wanted."""
        if contents(self.device) == self._wanted_of_canary:
            return []
        return [
            f"written to {name}, beyond the canary"
            for name in LATER
            if self._rows(name) != self._before[name]
        ]

    def _rows(self, router: str) -> list[Any]:
        """What a run can write there, the note of the commit too, but for leases."""
        rows = self.world.device(router).snapshot()
        lists = [row for row in rows[LISTS] if row["list"] != "rc-lease"]
        return [rows["/queue/simple"], lists]

    def _write_files(self) -> None:
        write = self.world.write
        settings = {"format": 1, "secrets": {"key": {"env": "RECONCILE_KEY"}}}
        write("reconcile.yaml", settings | {"waves": {"by": "34", "canary": [CANARY]}})
        for name, rate in (("slow", "10M"), ("fast", "20M")):
            plan = {"id": name, "mode": "simple-queue", "download": rate, "upload": "2M"}
            write(f"plans/{name}.yaml", plan)
        for number, router in enumerate(ROUTERS):
            zone = {"id": f"zone-{router}", "router": router}
            write(f"inventory/zones/zone-{router}.yaml", zone | {"addresses": [_net(number)]})
            for client in range(4):
                self._client_of(router, client)

    def _change_files(self) -> None:
        """On each router a set, a suspension, a removal and an add."""
        for router in ROUTERS:
            self._client_of(router, 0, plan="fast")
            self._client_of(router, 1, status="suspended", suspended=DEBT)
            (self.world.root / f"inventory/clients/{router}-2.yaml").unlink()
            self._client_of(router, 4)

    def _client_of(self, router: str, number: int, **fields: object) -> None:
        id_ = f"{router}-{number}"
        address = _net(ROUTERS.index(router)).replace("0/24", str(number + 2))
        service = {"plan": "slow", "since": "2026-01-01", "address": address, **fields}
        client = {"id": id_, "name": id_, "zone": f"zone-{router}", "services": [service]}
        self.world.write(f"inventory/clients/{id_}.yaml", client)


def _net(number: int) -> str:
    return f"10.7{number}.0.0/24"


@contextmanager
def open_ridge(folder: Path) -> Iterator[Ridge]:
    with World(folder / "repo") as world:
        world.environ |= {"RECONCILE_KEY": KEY, "GIT_CONFIG_GLOBAL": os.devnull}
        yield Ridge(world)
