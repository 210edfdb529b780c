# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that would cut the way on which we reach the routers stops before its first write."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import World

from reconciler.emulator import Device
from reconciler.lockout import contains

BLOCKED = {"status": "suspended", "suspended": {"since": "2026-11-05", "cause": "debt"}}


def build(root: Path, **router: Any) -> World:
    """A tower behind which we sit: its zone holds the address from which it sees us."""
    world = World(root)
    world.write("reconcile.yaml", {"format": "1", "secrets": {"key": {"env": "RECONCILE_KEY"}}})
    world.serve("tower", Device(identity="tower"), block_rules="false", **router)
    world.write(
        "inventory/zones/z.yaml",
        {
            "id": "z",
            "router": "tower",
            "addresses": ["127.0.0.0/24"],
            "interface": "ether1",
            "local_address": "127.0.0.254",
        },
    )
    for plan, mode in (("q", "simple-queue"), ("p", "pppoe")):
        rates = {"download": "10M", "upload": "2M"}
        world.write(f"plans/{plan}.yaml", {"id": plan, "mode": mode, **rates})
    return world


def client(world: World, name: str, address: str, **service: Any) -> None:
    one = {"plan": "q", "address": address, **service}
    content = {"id": name, "name": name, "zone": "z", "services": [one]}
    world.write(f"inventory/clients/{name}.yaml", content)


def stopped(world: World) -> str:
    """The refusal, before anything was written; the flag lets it through."""
    with world.listening("tower") as writes:
        ran = world.run("apply", "--yes")
    assert ran.code == 4, ran.text
    assert writes == []
    assert "--allow-lockout lets it through" in ran.err
    assert world.run("apply", "--yes", "--allow-lockout").code == 0
    return ran.err


def test_suspending_our_own_address_is_refused(tmp_path: Path) -> None:
    with build(tmp_path) as world:
        client(world, "me", "127.0.0.1", **BLOCKED)
        assert "me/internet puts 127.0.0.1 in rc-suspended" in stopped(world)


def test_a_client_beside_us_may_be_suspended(tmp_path: Path) -> None:
    with build(tmp_path) as world:
        client(world, "other", "127.0.0.2", **BLOCKED)
        client(world, "me", "127.0.0.1")
        assert world.run("apply", "--yes").code == 0


def test_rules_over_a_list_that_holds_us_are_refused(tmp_path: Path) -> None:
    with build(tmp_path, lists={"suspended": "Moroso"}) as world:
        router = world.root / "inventory/routers/tower.yaml"
        router.write_text(
            router.read_text().replace('"block_rules": "false"', '"wan_interfaces": []')
        )
        world.device("tower").add("/ip/firewall/address-list", list="Moroso", address="127.0.0.0/8")
        assert "puts" not in (text := stopped(world))
        assert "block who stands there, and 127.0.0.0/8 in Moroso" in text


def test_binding_our_address_to_a_device_is_refused(tmp_path: Path) -> None:
    with build(tmp_path, binding="arp") as world:
        client(world, "me", "127.0.0.1", mac="02:00:00:00:00:01")
        assert "me/internet binds 127.0.0.1 to a device" in stopped(world)


def test_dropping_the_login_over_which_we_work_is_refused(tmp_path: Path) -> None:
    with build(tmp_path) as world:
        client(world, "me", "127.0.0.1", plan="p")
        assert world.run("apply", "--yes").code == 0
        world.device("tower").add_dynamic("/ppp/active", name="me", service="pppoe")
        client(world, "me", "127.0.0.1", plan="p", password={"derived": "2"})
        assert "me/internet is logged out, and works at 127.0.0.1" in stopped(world)


def test_an_undo_is_held_to_it_too(tmp_path: Path) -> None:
    with build(tmp_path) as world:
        client(world, "me", "127.0.0.1", **BLOCKED)
        assert world.run("apply", "--yes", "--allow-lockout").code == 0
        client(world, "me", "127.0.0.1")
        assert world.run("apply", "--yes").code == 0
        ran = world.run("undo", "--yes", "--allow-changes", "9")
        assert ran.code == 4
        assert "me/internet puts 127.0.0.1 in rc-suspended" in ran.err


@pytest.mark.parametrize(
    ("entry", "address", "inside"),
    [
        ("10.0.0.7", "10.0.0.7", True),
        ("10.0.0.7/32", "10.0.0.7", True),
        ("10.0.0.0/24", "10.0.0.7", True),
        ("10.0.0.7/24", "10.0.0.200", True),
        ("10.0.0.5-10.0.0.9", "10.0.0.7", True),
        ("10.0.0.8-10.0.0.9", "10.0.0.7", False),
        ("10.0.1.0/24", "10.0.0.7", False),
        ("pagos.example", "10.0.0.7", False),
        ("a-b", "10.0.0.7", False),
        ("", "10.0.0.7", False),
        ("2001:db8::/32", "2001:db8::1", True),
        ("0.0.0.0/0", "2001:db8::1", False),
    ],
)
def test_what_an_entry_holds(entry: str, address: str, inside: bool) -> None:
    assert contains(entry, ip_address(address)) is inside
