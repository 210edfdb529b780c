# SPDX-License-Identifier: GPL-3.0-or-later
"""A small town for tests of a run: one plan, one zone, any number of clients on simple queues."""

from collections.abc import Sequence
from typing import Any

from end_to_end.world import World

DEBT = {"since": "2026-11-05", "cause": "debt"}


def build(world: World, count: int, *, router: str = "tower", **settings: Any) -> list[str]:
    """Settings, zone, plan and `count` active clients on `router`; their ids."""
    world.write(
        "reconcile.yaml", {"format": 1, "secrets": {"key": {"env": "RECONCILE_KEY"}}, **settings}
    )
    world.write(
        f"inventory/zones/{router}-zone.yaml",
        {"id": f"{router}-zone", "router": router, "addresses": ["10.60.0.0/16"]},
    )
    world.write(
        "plans/basic.yaml",
        {"id": "basic", "mode": "simple-queue", "download": "10M", "upload": "2M"},
    )
    world.write(
        "plans/fast.yaml",
        {"id": "fast", "mode": "simple-queue", "download": "20M", "upload": "4M"},
    )
    ids = [f"client-{number}" for number in range(count)]
    write_clients(world, ids, router=router)
    return ids


def write_clients(
    world: World, ids: Sequence[str], *, router: str = "tower", plan: str = "basic", **more: Any
) -> None:
    for one in ids:
        number = int(one.rpartition("-")[2])
        service = {
            "plan": plan,
            "since": "2026-01-01",
            "address": f"10.60.{number // 200}.{number % 200 + 2}",
            **more,
        }
        world.write(
            f"inventory/clients/{one}.yaml",
            {"id": one, "name": one, "zone": f"{router}-zone", "services": [service]},
        )


def suspend(world: World, ids: Sequence[str]) -> None:
    write_clients(world, ids, status="suspended", suspended=DEBT)


def forget_files(world: World, ids: Sequence[str]) -> None:
    for one in ids:
        (world.root / f"inventory/clients/{one}.yaml").unlink()
