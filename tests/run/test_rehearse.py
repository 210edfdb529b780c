# SPDX-License-Identifier: GPL-3.0-or-later
"""Rehearsal on a copy of the live router: nothing is written, refusals come with their place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from end_to_end.world import World
from run.town import build, suspend

from reconciler.emulator import Device, store
from reconciler.emulator.facts import model
from reconciler.emulator.version import Version

ADDRESS = "10.60.0.5"


def test_a_good_plan_is_carried_out_on_the_copy_alone(world: World) -> None:
    ids = build(world, 4)
    before = world.device("tower").snapshot()
    with world.listening("tower") as writes:
        ran = world.run("rehearse")
    assert ran.code == 0
    assert "none refused, all as wanted afterwards" in ran.out
    assert writes == []
    assert world.device("tower").snapshot() == before
    assert world.run("apply", "--yes").code == 0
    suspend(world, ids[:1])
    assert "Rehearsed: 1 change," in world.run("rehearse").out


def test_what_the_router_would_refuse_names_the_file(world: World) -> None:
    build(world, 1)
    plan = world.root / "plans/basic.yaml"
    plan.write_text(plan.read_text().rstrip("}") + ', "parent": "no-such-queue"}')
    ran = world.run("rehearse")
    assert ran.code == 2
    assert "inventory/clients/client-0.yaml:1: tower would refuse: add /queue/simple" in ran.out
    assert "input does not match any value of parent" in ran.out
    with world.listening("tower") as writes:
        ran = world.run("apply", "--yes", "--rehearse")
    assert ran.code == 1
    assert "The rehearsal went wrong" in ran.err
    assert writes == []


def test_a_hand_made_row_of_the_live_router_is_on_the_copy(world: World) -> None:
    build(world, 1)
    world.device("tower").add("/queue/simple", name="total", target="10.0.0.0/8")
    plan = world.root / "plans/basic.yaml"
    plan.write_text(plan.read_text().rstrip("}") + ', "parent": "total"}')
    assert world.run("rehearse").code == 0


def test_a_plan_file_is_rehearsed_as_it_is(world: World) -> None:
    ids = build(world, 2)
    file = str(world.root / "change.plan")
    assert world.run("plan", "--out", file).code == 0
    assert world.run("rehearse", file).code == 0
    suspend(world, ids[:1])
    assert "Rehearsed: 8 changes," in world.run("rehearse", file).out


# -- each kind of refusal ------------------------------------------------------------


def write_service(world: World, plan: dict[str, Any], **service: Any) -> None:
    """One client, whose service stands in line 4, and its plan."""
    build(world, 0)
    world.write("plans/basic.yaml", {"id": "basic", "download": "10M", "upload": "2M", **plan})
    path = world.root / "inventory/clients/ana.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = {"plan": "basic", "since": "2026-01-01", **service}
    lines = ["id: ana", "name: Ana", "zone: tower-zone", "services:", f"  - {json.dumps(fields)}"]
    path.write_text("\n".join(lines) + "\n")


def bind(world: World, **router: Any) -> None:
    path = world.root / "inventory/routers/tower.yaml"
    world.write("inventory/routers/tower.yaml", json.loads(path.read_text()) | router)


def refused(world: World) -> list[str]:
    """The lines of a rehearsal that refuse; nothing was written by it."""
    before = world.device("tower").snapshot()
    files = sorted(world.root.rglob("*"))
    with world.listening("tower") as writes:
        ran = world.run("rehearse")
    assert (ran.code, writes) == (2, []), ran.text
    assert world.device("tower").snapshot() == before
    assert sorted(world.root.rglob("*")) == files
    return [line for line in ran.out.splitlines() if " would refuse: " in line]


PPPOE = {"mode": "pppoe", "local_address": "10.60.0.1"}
HOTSPOT = {"mode": "hotspot"}
ANA = "inventory/clients/ana.yaml:5: tower would refuse: add"


@pytest.mark.parametrize(
    ("plan", "service", "begins", "ends"),
    [
        pytest.param(
            PPPOE | {"shaping": "external", "profile": "no-such"}, {"address": ADDRESS},
            f"{ANA} /ppp/secret ana", "input does not match any value of profile",
            id="missing ppp profile",
        ),
        pytest.param(
            HOTSPOT | {"shaping": "external", "profile": "no-such"}, {"address": ADDRESS},
            f"{ANA} /ip/hotspot/user ana", "input does not match any value of profile",
            id="missing hotspot profile",
        ),
        pytest.param(
            HOTSPOT, {"server": "no-such"},
            f"{ANA} /ip/hotspot/user ana", "input does not match any value of server",
            id="missing hotspot server",
        ),
        pytest.param(
            {"mode": "simple-queue", "parent": "no-such"}, {"address": ADDRESS},
            f"{ANA} /queue/simple ana", "input does not match any value of parent",
            id="missing parent queue",
        ),
        pytest.param(
            PPPOE | {"pool": "no-such"}, {},
            "plans/basic.yaml:1: tower would refuse: add /ppp/profile basic",
            "invalid value for argument remote-address",
            id="missing pool",
        ),
        pytest.param(
            PPPOE | {"parent": "no-such"}, {"address": ADDRESS},
            "plans/basic.yaml:1: tower would refuse: add /ppp/profile basic",
            "input does not match any value of parent-queue",
            id="missing parent of a profile",
        ),
        pytest.param(
            {"mode": "pcq", "parent": "no-such"}, {"address": ADDRESS},
            "plans/basic.yaml:1: tower would refuse: add /queue/tree rc-basic-down",
            "input does not match any value of parent",
            id="missing parent of a tree",
        ),
    ],
)  # fmt: skip
def test_a_name_that_the_router_lacks(
    world: World, plan: dict[str, Any], service: dict[str, Any], begins: str, ends: str
) -> None:
    write_service(world, plan, **service)
    lines = refused(world)
    assert lines[0].startswith(begins)
    assert lines[0].endswith(ends)


def test_an_interface_that_the_router_lacks(world: World) -> None:
    write_service(world, {"mode": "simple-queue"}, address=ADDRESS, mac="02:11:22:33:44:55")
    bind(world, binding="arp", lan_interface="no-such")
    (line,) = refused(world)
    assert line.startswith(f"{ANA} /ip/arp {ADDRESS} no-such")
    assert line.endswith("input does not match any value of interface")


@pytest.fixture
def without_caller_id(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """RouterOS of a version whose secrets have no such argument."""

    def arguments(path: str, version: Version) -> frozenset[str] | None:
        found = model.arguments(path, version)
        return found - {"caller-id"} if found and path == "/ppp/secret" else found

    monkeypatch.setattr("reconciler.emulator.schema.arguments", arguments)
    store.fresh_shapes.cache_clear()
    yield
    store.fresh_shapes.cache_clear()


@pytest.mark.usefixtures("without_caller_id")
def test_an_argument_that_this_version_lacks(world: World) -> None:
    write_service(world, PPPOE, address=ADDRESS, mac="02:11:22:33:44:55")
    (line,) = refused(world)
    assert line.startswith(f"{ANA} /ppp/secret ana")
    assert line.endswith("unknown parameter caller-id")


def test_a_menu_that_this_router_lacks(world: World) -> None:
    """Known before the rehearsal: the plan of such a router is a problem."""
    device = world.device("tower")
    del device.tables["/ip/hotspot/user"]
    write_service(world, HOTSPOT, address=ADDRESS)
    with world.listening("tower") as writes:
        ran = world.run("rehearse")
    assert (ran.code, writes) == (1, [])
    assert "inventory/clients/ana.yaml:5: " in ran.text
    assert "/ip/hotspot/user" in ran.text


@pytest.mark.parametrize(
    ("plan", "path", "row"),
    [
        ({"mode": "simple-queue"}, "/queue/simple", {"name": "ana", "target": "10.9.9.9"}),
        (PPPOE, "/ppp/secret", {"name": "ana", "service": "pppoe"}),
        (HOTSPOT, "/ip/hotspot/user", {"name": "ana"}),
        (PPPOE, "/ppp/profile", {"name": "basic"}),
    ],
)
def test_a_name_that_is_taken(
    world: World, plan: dict[str, Any], path: str, row: dict[str, str]
) -> None:
    """Known before the rehearsal: a conflict, with the place in the files."""
    world.device("tower").add(path, **row)
    write_service(world, plan, address=ADDRESS)
    with world.listening("tower") as writes:
        ran = world.run("rehearse")
    assert (ran.code, writes) == (1, [])
    named = f"needs {path} {row['name']}"
    (line,) = [line for line in ran.text.splitlines() if named in line]
    assert line.startswith(("inventory/clients/ana.yaml:5: ", "plans/basic.yaml:1: "))


def test_no_password_is_shown_or_kept(world: World) -> None:
    world.device("tower").add("/ppp/secret", name="other", password="canary-of-the-router")
    write_service(world, PPPOE, address=ADDRESS)
    assert world.run("apply", "--yes").code == 0
    (held,) = [row for row in world.device("tower").rows("/ppp/secret") if row["name"] == "ana"]
    write_service(world, PPPOE | {"download": "20M"}, address=ADDRESS, password={"derived": 2})
    ran = world.run("rehearse")
    assert ran.code == 0, ran.text
    kept = b"".join(path.read_bytes() for path in world.root.rglob("*") if path.is_file())
    for secret in ("canary-of-the-router", held["password"]):
        assert secret not in ran.text
        assert secret.encode() not in kept


def test_the_copy_holds_no_password_that_the_plan_does_not_compare(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins: list[Device] = []
    mirror = Device.mirror

    def kept(device: Device, tables: Any) -> None:
        twins.append(device)
        mirror(device, tables)

    monkeypatch.setattr(Device, "mirror", kept)
    router = world.device("tower")
    for name in ("one", "two"):
        router.add("/ppp/secret", name=name, password="canary-of-the-router")
    router.add("/ppp/secret", name="empty")
    router.add("/ip/hotspot/user", name="h", password="canary-of-the-hotspot")
    router.add("/ppp/secret", name="ana", service="pppoe", password="hers")
    write_service(world, PPPOE, address=ADDRESS)
    assert world.run("rehearse", "--adopt").code == 0
    (twin,) = twins
    held = {row["name"]: row["password"] for row in twin.rows("/ppp/secret")}
    assert held["one"] == held["two"] != "canary-of-the-router"
    assert held["empty"] == ""
    assert "canary" not in str(twin.snapshot())
    assert router.rows("/ppp/secret")[3]["password"] == "hers"
