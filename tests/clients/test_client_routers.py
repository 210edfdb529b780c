# SPDX-License-Identifier: GPL-3.0-or-later
"""What the routers get of an edit: exactly what was meant, seen by a plan against emulated ones."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from end_to_end.world import World, assert_applied, assert_settled, copy_example

from reconciler.change import Action, Change
from reconciler.data import demo_export
from reconciler.emulator import Device

ROUTERS = ("rb-norte", "rb-sur")
DAY, LATER = "2026-11-21", "2027-01-01"


@pytest.fixture
def living(tmp_path: Path) -> Iterator[World]:
    """The example with its two routers, all of it applied."""
    root = tmp_path / "repo"
    copy_example(root)
    with World(root) as world:
        for router in ROUTERS:
            device = Device(version=None, identity=router)
            device.load_rsc(demo_export(router).read_bytes())
            lists = {"lists": {"suspended": "Moroso"}} if router == "rb-sur" else {}
            binding = {"binding": "arp"} if router == "rb-norte" else {}
            world.serve(router, device, lan_interface="bridge-clientes", **binding, **lists)
        assert_applied(world.apply(adopt=True))
        assert_settled(world)
        yield world


def changes(world: World) -> list[Change]:
    return [change for plan in world.plan() for change in plan.changes]


def client(world: World, *arguments: str) -> str:
    ran = world.run("client", *arguments)
    assert ran.code == 0, ran.text
    return ran.err


def names(found: Sequence[Change]) -> list[tuple[str, str, str]]:
    return sorted((one.action.value, one.kind.path, one.mark) for one in found)


@pytest.mark.parametrize(
    ("old", "rows"), [("ana-lopez", 1), ("cafe-la-nina", 2), ("taller-el-perico", 3)]
)
def test_a_rename_changes_comments_and_drops_nobody(living: World, old: str, rows: int) -> None:
    device = living.device("rb-norte")
    device.add_dynamic("/ppp/active", name=old, service="pppoe", address="10.20.0.7")
    client(living, "set", old, "--id", "otro-id")
    found = changes(living)
    assert len(found) == rows
    for change in found:
        assert change.action is Action.SET
        assert set(change.before) == set(change.after) == {"comment"}
    assert [session for plan in living.plan() for session in plan.sessions] == []
    assert_applied(living.apply())
    assert_settled(living)
    assert device.rows("/ppp/active") != []


def test_a_suspension_is_one_entry_of_the_list(living: World) -> None:
    client(living, "suspend", "luis-mora", "--on", DAY)
    assert names(changes(living)) == [("add", "/ip/firewall/address-list", "luis-mora/internet")]
    client(living, "activate", "luis-mora", "--on", LATER)
    assert changes(living) == []


def test_a_router_that_was_away_gets_it_later(living: World) -> None:
    faults = living.servers["rb-norte"].faults
    faults.go_away()
    client(living, "suspend", "luis-mora")
    assert living.run("apply", "--yes").code == 3
    faults.come_back()
    assert living.run("apply", "--yes").code == 0
    assert_settled(living)
    rows = living.device("rb-norte").rows("/ip/firewall/address-list")
    assert [row["list"] for row in rows if row["address"] == "10.20.0.8"] == ["rc-suspended"]


def test_who_is_cancelled_leaves_the_router_and_who_is_kept_is_blocked(living: World) -> None:
    client(living, "cancel", "luis-mora", "rosa-angeles", "--on", DAY)
    assert names(changes(living)) == [
        ("remove", "/ip/arp", "rosa-angeles/internet"),
        ("remove", "/ip/firewall/address-list", "rosa-angeles/internet"),
        ("remove", "/ppp/secret", "luis-mora/internet"),
    ]
    client(living, "return", "luis-mora", "--on", LATER)
    client(living, "return", "rosa-angeles", "--on", LATER)
    assert changes(living) == []
    client(living, "cancel", "luis-mora", "--address", "keep", "--on", LATER)
    assert names(changes(living)) == [("add", "/ip/firewall/address-list", "luis-mora/internet")]


def test_who_is_forgotten_keeps_the_rows_without_marks(living: World) -> None:
    before = living.device("rb-norte").rows("/ppp/secret")
    client(living, "forget", "luis-mora")
    found = changes(living)
    assert [set(change.after) for change in found] == [{"comment"}]
    assert_applied(living.apply())
    after = living.device("rb-norte").rows("/ppp/secret")
    assert [row["name"] for row in after] == [row["name"] for row in before]


def test_a_migration_to_another_router_and_mode_adds_there_and_removes_here(living: World) -> None:
    client(living, "migrate", "rosa-angeles", "--zone", "sur", "--plan", "hogar-10")
    found = names(changes(living))
    assert ("add", "/ppp/secret", "rosa-angeles/internet") in found
    assert ("remove", "/ip/firewall/address-list", "rosa-angeles/internet") in found
    living.apply()
    assert_settled(living)
    (row,) = (r for r in living.device("rb-sur").rows("/ppp/secret") if "rosa" in r["name"])
    assert row["remote-address"].startswith("10.30.0.")


# -- binding -------------------------------------------------------------------------


def test_bind_writes_what_the_router_sees(living: World) -> None:
    norte = living.device("rb-norte")
    for row in norte.rows("/ip/arp"):
        if row["address"] == "10.21.0.11":
            norte.remove("/ip/arp", row[".id"])
    norte.add_dynamic(
        "/ip/arp", address="10.21.0.11", **{"mac-address": "02:AA:00:00:00:01"},
        interface="bridge-clientes",
    )  # fmt: skip
    norte.add_dynamic(
        "/ppp/active", name="luis-mora", service="pppoe", address="10.20.0.8",
        **{"caller-id": "02:aa:00:00:00:02"},
    )  # fmt: skip
    said = client(living, "bind", "rosa-angeles", "luis-mora", "maria-nunez")
    assert "is not logged in" in said  # Maria
    clients = living.load().inventory.clients
    rosa, luis = (clients[name].services[0] for name in ("rosa-angeles", "luis-mora"))
    assert (rosa.mac, rosa.interface) == ("02:AA:00:00:00:01", "bridge-clientes")
    assert (luis.mac, luis.interface) == ("02:AA:00:00:00:02", None)
    assert clients["maria-nunez"].services[0].mac is None
    assert "Nothing to change." in client(living, "bind", "rosa-angeles", "luis-mora")


def test_bind_leaves_doubt_to_people_and_says_who_is_away(living: World) -> None:
    norte = living.device("rb-norte")
    mac = {"mac-address": "02:AA:00:00:00:01"}  # and ARP has the one that the file binds
    norte.add_dynamic("/ip/dhcp-server/lease", address="10.20.0.21", **mac)
    said = living.run("client", "bind", "taller-el-perico", "--service", "camaras")
    assert "several devices" in said.err
    assert living.run("client", "bind", "maria-nunez").code == 1
    living.servers["rb-sur"].faults.go_away()
    ran = living.run("client", "bind", "--zone", "sur", "--zone", "centro", "--dry-run")
    assert ran.code == 3
    assert "rb-sur" in ran.err


def test_show_asks_the_router(living: World) -> None:
    norte = living.device("rb-norte")
    norte.add_dynamic("/ppp/active", name="ana-lopez", service="pppoe", address="10.20.0.7")
    assert "as the files say" in living.run("client", "show", "ana-lopez").out
    client(living, "suspend", "ana-lopez")
    shown = living.run("client", "show", "ana-lopez").out
    assert "waiting for an apply: 1 change" in shown
    assert "PPP session of ana-lopez: 10.20.0.7" in shown


# -- many ------------------------------------------------------------------------------


def populate(world: World, count: int) -> None:
    world.write(
        "reconcile.yaml",
        {"format": "1", "timezone": "America/Mexico_City", "currency": "MXN",
         "secrets": {"key": {"env": "RECONCILE_KEY"}}},
    )  # fmt: skip
    world.serve("rb", Device(identity="rb"), block_rules="false", pipeline="64")
    zone = {"id": "z", "router": "rb", "addresses": ["10.64.0.0/16"], "local_address": "10.64.0.1"}
    world.write("inventory/zones/z.yaml", zone)
    for name, speed in (("slow", "5M"), ("fast", "50M")):
        plan = {"id": name, "mode": "pppoe", "download": speed, "upload": "5M", "price": "1.00"}
        world.write(f"plans/{name}.yaml", plan)
    folder = world.root / "inventory/clients/z"
    folder.mkdir(parents=True)
    for number in range(count):
        high, low = divmod(number, 250)
        (folder / f"c{number:04}.yaml").write_text(
            f"# client {number}\nid: c{number:04}\nname: 'Cliente {number}'   # label\nzone: z\n\n"
            f"services:\n  - plan: {'slow' if number else 'fast'}      # the plan\n"
            "    since: 2025-01-01\n\n    # given by hand\n"
            f"    address: 10.64.{high + 1}.{low + 1}\n"
        )


@pytest.mark.parametrize("count", [40, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_bulk_change_is_exactly_what_was_meant(tmp_path: Path, count: int) -> None:
    with World(tmp_path) as world:
        populate(world, count + 1)
        assert_applied(world.apply())
        said = client(world, "set", "--zone", "z", "--of-plan", "slow", "--plan", "fast")
        assert f"{count} files written" in said
        assert world.run("validate").code == 0
        found = changes(world)
        assert Counter((one.action, one.kind.path) for one in found) == {
            (Action.SET, "/ppp/secret"): count,
            (Action.REMOVE, "/ppp/profile"): 1,
        }
        for one in found:
            if one.action is Action.SET:
                assert (dict(one.before), dict(one.after)) == (
                    {"profile": "slow"},
                    {"profile": "fast"},
                )
        for file in (tmp_path / "inventory/clients/z").iterdir():
            text = file.read_text()
            assert all(part in text for part in ("# client", "# label", "# the plan", "# given by"))
            assert text.count("\n\n") == 2
        assert_applied(world.apply())
        assert_settled(world)
        client(world, "suspend", "--status", "active")
        found = changes(world)
        assert Counter((one.action, one.kind.path) for one in found) == {
            (Action.ADD, "/ip/firewall/address-list"): count + 1
        }
