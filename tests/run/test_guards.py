# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits: what stops a run before its first write, with which words, and what lets it through."""

import json
from typing import Any

import pytest
from end_to_end.world import World
from run.town import build, forget_files, suspend, write_clients

from reconciler.emulator import Device


def applied(world: World, count: int, **settings: Any) -> list[str]:
    ids = build(world, count, **settings)
    assert world.run("apply", "--yes").code == 0
    return ids


def stopped(world: World, *flags: str) -> str:
    """The refusal of an apply that must write nothing."""
    with world.listening("tower") as writes:
        ran = world.run("apply", "--yes", *flags)
    assert ran.code == 4, ran.text
    assert writes == []
    return ran.err


def test_an_emptied_folder_removes_nobody(world: World) -> None:
    ids = applied(world, 3)
    forget_files(world, ids)
    assert "name no service on this router at all" in stopped(world)
    assert "--allow-removals 3 lets it through" in stopped(world, "--allow-removals", "2")
    assert world.run("apply", "--yes", "--allow-removals", "3").code == 0
    assert world.device("tower").rows("/queue/simple") == []


@pytest.mark.parametrize(("gone", "code"), [(1, 0), (5, 0), (6, 4)])
def test_removals_count_services_that_no_file_explains(world: World, gone: int, code: int) -> None:
    ids = applied(world, 60)
    forget_files(world, ids[:gone])
    assert world.run("apply", "--yes").code == code


def test_removals_percent_and_one_single_removal(world: World) -> None:
    ids = applied(world, 10)
    forget_files(world, ids[:2])
    assert "(20 %, the limit is 10 %)" in stopped(world)
    write_clients(world, ids[:1])
    assert world.run("apply", "--yes").code == 0


def test_a_cancelled_service_is_no_removal(world: World) -> None:
    ids = applied(world, 20)
    cancelled = {"on": "2026-11-05", "address": "release"}
    for one in ids[:6]:
        world.write(
            f"inventory/clients/{one}.yaml",
            {
                "id": one,
                "name": one,
                "zone": "tower-zone",
                "services": [
                    {
                        "plan": "basic",
                        "since": "2026-01-01",
                        "status": "cancelled",
                        "cancelled": cancelled,
                    }
                ],
            },
        )
    assert world.run("apply", "--yes").code == 0
    assert len(world.device("tower").rows("/queue/simple")) == 14


def test_changes_percent(world: World) -> None:
    ids = applied(world, 10)
    write_clients(world, ids[:4], plan="fast")
    text = stopped(world)
    assert "4 of 10 services would be set or removed (40 %, the limit is 30 %)" in text
    assert "--allow-changes 4" in text
    write_clients(world, ids[:1])
    assert world.run("apply", "--yes").code == 0


def test_cuts_stop_and_restores_never_do(world: World) -> None:
    ids = applied(world, 20)
    suspend(world, ids[:6])
    assert "6 of 20 active services would be suspended (30 %, the limit is 10 %)" in stopped(world)
    assert world.run("apply", "--yes", "--allow-cuts", "6").code == 0
    suspend(world, ids[6:11])
    assert world.run("apply", "--yes").code == 0, "five cuts are never too many"
    write_clients(world, ids)
    assert world.run("apply", "--yes").code == 0, "a payday's restores pass"


def test_a_router_may_have_limits_of_its_own(world: World) -> None:
    ids = applied(world, 10)
    router = world.device("tower")
    assert len(router.rows("/queue/simple")) == 10
    write_clients(world, ids[:4], plan="fast")
    path = world.root / "inventory/routers/tower.yaml"
    own = json.loads(path.read_text()) | {"limits": {"changes_percent": 50}}
    path.write_text(json.dumps(own))
    assert world.run("apply", "--yes").code == 0


def test_session_drops(world: World) -> None:
    build(world, 0, limits={"sessions": 1})
    world.write(
        "plans/pppoe.yaml",
        {
            "id": "pppoe",
            "mode": "pppoe",
            "download": "10M",
            "upload": "2M",
            "local_address": "10.60.0.1",
        },
    )
    ids = [f"client-{number}" for number in range(2)]
    write_clients(world, ids, plan="pppoe")
    assert world.run("apply", "--yes").code == 0
    for one in ids:
        world.device("tower").add_dynamic("/ppp/active", name=one, service="pppoe")
    plan = world.root / "plans/pppoe.yaml"
    plan.write_text(plan.read_text().replace("10M", "12M"))
    assert "2 live sessions would drop in this run, and the limit is 1" in stopped(world)
    assert world.run("apply", "--yes", "--allow-sessions", "2").code == 0
    assert world.device("tower").rows("/ppp/active") == []


def test_limits_hold_for_all_routers_before_the_first_write_on_any(world: World) -> None:
    world.serve("hill", Device(version="7.22.3", identity="hill"))
    ids = applied(world, 3)
    world.write(
        "inventory/zones/hill-zone.yaml",
        {"id": "hill-zone", "router": "hill", "addresses": ["10.61.0.0/16"]},
    )
    world.write(
        "inventory/clients/client-900.yaml",
        {
            "id": "client-900",
            "name": "x",
            "zone": "hill-zone",
            "services": [{"plan": "basic", "since": "2026-01-01", "address": "10.61.0.9"}],
        },
    )
    forget_files(world, ids)
    with world.listening("hill") as writes:
        stopped(world)
    assert writes == []
