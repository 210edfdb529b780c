# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers full of other people's configuration: we come, we go, and nothing of theirs has moved."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from end_to_end.world import (
    World,
    assert_applied,
    assert_same,
    assert_settled,
    copy_example,
    foreign,
    is_ours,
    sample_path,
)
from reconciler.data import demo_export, example_dir
from reconciler.emulator import Device

ROUTERS = ("rb-norte", "rb-sur")
EXPORTS = [
    "isp-a-6.48.6-day1",
    "isp-a-6.49.8-day3",
    "isp-b-6.48.4-ppp",
    "isp-c-6.48.6-pcq",
    "isp-d-6.49.7-compact",
    "isp-d-6.49.7-verbose",
    "isp-e-6.43.7-queuetree",
    "isp-f-7.24.4-excerpt",
    "isp-g-7.11.3-terse-excerpt",
    "isp-h-6-terse-excerpt",
    "wisphub-managed-7.14.2",
]
# What the files of the example say is on its routers already.
EXPECTED = [
    ("/interface/bridge", "bridge-clientes", {}),
    ("/interface/bridge", "ether1-wan", {}),
    ("/interface/vlan", "vlan30-centro", {"interface": "bridge-clientes", "vlan_id": "30"}),
    ("/ip/pool", "pool-pppoe", {"ranges": "10.20.1.100-10.20.1.199"}),
    ("/ip/hotspot", "hotspot-centro", {"interface": "vlan30-centro"}),
    ("/queue/simple", "total-clientes", {"target": "10.20.0.0/15"}),
]


def export_path(name: str, router: str) -> Path:
    """A real export plays both routers; the demo has one of its own for each."""
    return demo_export(router) if name == "demo" else sample_path(name)


def load_router(path: Path) -> Device:
    device = Device(version=None)
    device.load_rsc(path.read_bytes())
    names = {row.get("name") for row in device.rows("/interface")}
    for menu, name, fields in EXPECTED:
        known = (
            names if menu.startswith("/interface") else {row["name"] for row in device.rows(menu)}
        )
        if name not in known:
            device.add(menu, name=name, **fields)
    return device


@pytest.fixture(params=["demo", *EXPORTS])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    copy_example(tmp_path)
    with World(tmp_path) as world:
        for router in ROUTERS:
            written = yaml.safe_load(
                (example_dir() / f"inventory/routers/{router}.yaml").read_text(encoding="utf-8")
            )
            world.serve(router, load_router(export_path(request.param, router)), **written)
        yield world


def test_nothing_foreign_is_touched_and_all_of_ours_goes_again(world: World) -> None:
    before = {router: world.device(router).snapshot() for router in ROUTERS}
    untouched = {router: foreign(before[router]) for router in ROUTERS}
    assert not any(is_ours(path, row) for s in before.values() for path in s for row in s[path])

    applied = world.run("apply", "--yes")
    assert applied.code == 0, applied.text
    assert "all as wanted" in applied.out
    for router in ROUTERS:
        assert_same(foreign(world.device(router).snapshot()), untouched[router])
    second = world.run("plan", "--detailed-exitcode")
    assert second.code == 0, second.text
    assert "No changes" in second.out

    # The file of a client that is gone asks for nothing: everything of theirs goes, the rules stay.
    shutil.rmtree(world.root / "inventory/clients")
    assert_applied(world.apply())
    assert_settled(world)
    for router in ROUTERS:
        assert_same(foreign(world.device(router).snapshot()), untouched[router])
        assert [row for row in world.device(router).rows("/ppp/secret") if is_ours("", row)] == []

    for router in ROUTERS:
        detached = world.run("detach", router, "--yes")
        assert detached.code == 0, detached.text
        assert_same(world.device(router).snapshot(), before[router])


def test_detach_leaves_the_clients_connected_and_unmarked(world: World) -> None:
    before = {router: world.device(router).snapshot() for router in ROUTERS}
    assert_applied(world.apply())
    ours = {
        router: [row for row in world.device(router).snapshot()["/ppp/secret"] if is_ours("", row)]
        for router in ROUTERS
    }
    for router in ROUTERS:
        assert ours[router]
        detached = world.run("detach", router, "--yes")
        assert detached.code == 0, detached.text
        after = world.device(router).snapshot()
        assert not any("[rc:" in row.get("comment", "") for path in after for row in after[path])
        left = {row[".id"]: row for row in after["/ppp/secret"]}
        profiles = {row["name"] for row in after["/ppp/profile"]}
        for row in ours[router]:
            label = row["comment"].rpartition(" [rc:")[0]
            assert left[row[".id"]] == row | {"comment": label}
            assert row["profile"] in profiles
        for path in ("/ip/firewall/filter", "/ip/firewall/nat"):
            assert_same({path: after.get(path, [])}, {path: before[router].get(path, [])})
