# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan does to clients, in words: one sentence for all rows and routers that it takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from end_to_end.test_minimal import SETTINGS, SUSPENDED, client, plan, put, settle, zone
from end_to_end.world import World
from reconciler.effects import Deed, Effect
from reconciler.emulator import Device
from reconciler.telling import sentences, told


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A router a zone, a plan in each mode, and nobody yet."""
    with World(tmp_path) as world:
        world.write("reconcile.yaml", SETTINGS)
        for router, where, net in (("rb-norte", "norte", "10.20"), ("rb-sur", "sur", "10.30")):
            world.serve(router, Device(version="7.22.3"), block_rules="false")
            world.write(f"inventory/zones/{where}.yaml", zone(where, router, net))
        for mode in ("pppoe", "simple-queue", "pcq", "hotspot"):
            world.write(f"plans/{mode}.yaml", plan(mode, mode))
            world.write(f"plans/{mode}-fast.yaml", plan(f"{mode}-fast", mode, download="50M"))
        yield world


def effects(world: World, *arguments: str) -> list[dict[str, Any]]:
    ran = world.run("plan", "--format", "json", *arguments)
    assert ran.code == 0, ran.err
    found: list[dict[str, Any]] = json.loads(ran.out)["effects"]
    return found


def sentences_of(world: World) -> list[str]:
    head, _, _ = world.run("plan", "--format", "markdown").out.partition("<details")
    lines = [line[2:] for line in head.splitlines() if line.startswith("- ")]
    return [line for line in lines if "warning" not in line]


MODES = ("pppoe", "simple-queue", "pcq", "hotspot")


@pytest.mark.parametrize("mode", MODES)
def test_a_client_from_beginning_to_end(world: World, mode: str) -> None:
    def said(**service: Any) -> str:
        put(world, client("ana", service.pop("plan", mode), "10.20.0.7", label="Ana", **service))
        [sentence] = sentences_of(world)
        world.apply()
        assert effects(world) == []
        return sentence

    assert said() == f"Ana is new: {mode}, 10.20.0.7"
    assert said(plan=f"{mode}-fast") == "Ana: 10M to 50M"
    assert said(**SUSPENDED) == "Ana is cut: owes since 2026-11-05"
    assert said() == "Ana is connected again"
    cancelled = {"status": "cancelled", "cancelled": {"on": "2026-11-20", "address": "release"}}
    world.write(
        "inventory/clients/ana.yaml",
        client("ana", mode, None, label="Ana", **cancelled),
    )
    assert sentences_of(world) == ["Ana is cancelled on 2026-11-20"]


def test_a_live_session_that_ends_is_said(world: World) -> None:
    settle(world, client("ana", "pppoe", "10.20.0.7", label="Ana"))
    world.device("rb-norte").add_dynamic("/ppp/active", name="ana", service="pppoe")
    put(world, client("ana", "pppoe-fast", "10.20.0.7", label="Ana"))
    assert sentences_of(world) == ["Ana: 10M to 50M, session drops"]


def test_several_are_told_of_together(world: World) -> None:
    people = [(name, f"10.20.0.{at}") for at, name in enumerate(("ana", "eva", "uma"), start=5)]
    settle(world, *(client(name, "simple-queue", address) for name, address in people))
    put(world, *(client(name, "simple-queue", address, **SUSPENDED) for name, address in people))
    assert sentences_of(world) == [
        "3 clients are cut, owe since 2026-11-05: Client ana, Client eva and Client uma"
    ]
    put(world, *(client(name, "simple-queue-fast", address) for name, address in people))
    assert sentences_of(world) == ["3 clients: 10M to 50M: Client ana, Client eva and Client uma"]


def test_a_move_is_one_effect_on_two_routers(world: World) -> None:
    settle(world, client("ana", "pppoe", "10.20.0.7", label="Ana"))
    put(world, client("ana", "simple-queue", "10.30.0.7", zone="sur", label="Ana"))
    [effect] = effects(world)
    assert (effect["what"], effect["router"]) == ("moved", "rb-sur")
    assert effect["details"] == "from norte to sur"
    [old] = effects(world, "--router", "rb-norte")
    assert (old["what"], old["details"]) == ("moved", "from norte to sur")


def test_who_is_in_no_file_any_more_comes_first(world: World) -> None:
    settle(
        world,
        client("ana", "simple-queue", "10.20.0.5"),
        client("eva", "simple-queue", "10.20.0.6"),
    )
    (world.root / "inventory/clients/eva.yaml").unlink()
    put(world, client("uma", "simple-queue", "10.20.0.8"))
    lost, new = effects(world)
    assert (lost["what"], lost["client"], lost["name"]) == ("lost", "eva", "Client eva")
    assert (new["what"], new["client"]) == ("new", "uma")


def test_what_else_changes_is_named(world: World) -> None:
    settle(world, client("ana", "pppoe", "10.20.0.7", label="Ana"))
    put(world, client("ana", "pppoe", "10.20.0.9", label="Ana", mac="02:11:22:33:44:55",
                      name="ana2"))  # fmt: skip
    assert sentences_of(world) == ["Ana: login; address 10.20.0.7 to 10.20.0.9; device"]
    put(world, client("ana", "pppoe", "10.20.0.7", label="Ana Ñ"))
    assert sentences_of(world) == ["Ana Ñ gets a new label"]


def test_a_new_id_is_no_new_client(world: World) -> None:
    settle(world, client("ana", "simple-queue", "10.20.0.7", label="Ana"))
    (world.root / "inventory/clients/ana.yaml").unlink()
    put(world, client("eva", "simple-queue", "10.20.0.7", former_ids=["ana"], name="ana",
                      label="Ana"))  # fmt: skip
    assert sentences_of(world) == ["Ana gets a new label"]
    put(world, client("eva", "simple-queue", "10.20.0.7", former_ids=["ana"], name="ana",
                      label="Ana", **SUSPENDED))  # fmt: skip
    assert sentences_of(world) == ["Ana is cut: owes since 2026-11-05"]


def test_adopted_and_forgotten(world: World) -> None:
    world.device("rb-norte").add(
        "/queue/simple", name="ana", target="10.20.0.7/32", comment="torre"
    )
    put(world, client("ana", "simple-queue", "10.20.0.7", label="Ana"))
    [effect] = effects(world, "--adopt")
    assert effect["what"] == "adopted"
    world.apply(adopt=True)
    put(world, client("ana", "simple-queue", "10.20.0.7", label="Ana") | {"manage": "false"})
    [effect] = effects(world)
    assert effect["what"] == "forgotten"


def effect(deed: Deed, name: str, words: str = "", drops: int = 0, waits: int = 0) -> Effect:
    return Effect(deed, name.lower(), "internet", name, "rb", words, drops, waits)


def test_endings_of_several() -> None:
    speed = [effect(Deed.SPEED, name, "1M to 2M", drops=2) for name in ("Ana", "Eva")]
    assert sentences(speed) == ["2 clients: 1M to 2M, 4 sessions drop: Ana and Eva"]
    waiting = [effect(Deed.CUT, "Ana", "owes since 2026-11-05", waits=1)]
    assert sentences(waiting) == ["Ana is cut: owes since 2026-11-05, from the next login on"]
    assert told(waiting[0]) == "cut, owes since 2026-11-05"
    moves = [effect(Deed.MOVED, name, "from norte to sur") for name in ("Ana", "Eva")]
    assert sentences(moves) == ["2 move from norte to sur: Ana and Eva"]


def test_every_deed_has_its_words() -> None:
    for deed in Deed:
        one, other = effect(deed, "Ana", "so"), effect(deed, "Eva", "so")
        assert told(one)
        assert sentences([one])[0].startswith("Ana")
        together = sentences([one, other])
        assert deed is Deed.CHANGED or together[0].startswith("2 ")
