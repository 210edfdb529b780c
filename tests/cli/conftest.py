# SPDX-License-Identifier: GPL-3.0-or-later
"""A small company in git: two routers on loopback, two zones, a client on each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from end_to_end.world import World
from end_to_end.world import commit as commit_all

from reconciler.emulator import Device

Commit = Callable[[], str]

NAMES = {"ana": "Ana López", "eva": "Eva Ruiz"}


def client(name: str, zone: str, address: str, **service: object) -> dict[str, object]:
    return {
        "id": name,
        "name": NAMES.get(name, name),
        "zone": zone,
        "services": [{"plan": "casa", "address": address, **service}],
    }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "repo") as world:
        world.write(
            "reconcile.yaml",
            {
                "format": "1",
                "company": {"name": "Enlaces"},
                "locale": "es_MX",
                "timezone": "America/Mexico_City",
                "currency": "MXN",
                "secrets": {"key": {"env": "RECONCILE_KEY"}},
            },
        )
        for router, third in (("rb-norte", 20), ("rb-sur", 30)):
            world.serve(router, Device(identity=router), block_rules="false", timeout="3s")
            zone = router.removeprefix("rb-")
            world.write(
                f"inventory/zones/{zone}.yaml",
                {
                    "id": zone,
                    "name": zone.title(),
                    "router": router,
                    "addresses": [f"10.{third}.0.0/24"],
                },
            )
        world.write(
            "plans/casa.yaml",
            {
                "id": "casa",
                "mode": "simple-queue",
                "download": "10M",
                "upload": "2M",
                "price": "300.00",
            },
        )
        world.write("inventory/clients/ana.yaml", client("ana", "norte", "10.20.0.7"))
        world.write("inventory/clients/eva.yaml", client("eva", "sur", "10.30.0.8"))
        yield world


@pytest.fixture
def commit(world: World) -> Commit:
    """Commits all files of the repository and returns the hash."""
    commit_all(world.root)
    return lambda: commit_all(world.root)
