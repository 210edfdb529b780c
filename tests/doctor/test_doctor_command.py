# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile doctor` on an emulated router: each thing that can be wrong, found with its mend.

Every case begins with a router on which nothing is wrong, breaks one thing, and tells which
findings must then be there, and where the mend is ours, that it mends.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import SAMPLES, World

from reconciler.emulator import Device

LISTS, FILTER, NAT = "/ip/firewall/address-list", "/ip/firewall/filter", "/ip/firewall/nat"
DEBT = {"status": "suspended", "suspended": {"since": "2026-11-01", "cause": "debt"}}
MAC = "02:AA:00:00:00:07"


def put(world: World, id_: str, plan: str, address: str | None, **more: object) -> None:
    service = {"plan": plan, **({"address": address} if address else {}), **more}
    content = {"id": id_, "name": id_.title(), "zone": "z", "services": [service]}
    world.write(f"inventory/clients/{id_}.yaml", content)


def router(world: World, **fields: object) -> None:
    file = world.root / "inventory/routers/rb.yaml"
    world.write("inventory/routers/rb.yaml", {**json.loads(file.read_text()), **fields})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with built(tmp_path / "repo", "7.22.3") as one:
        yield one


@contextmanager
def built(root: Path, version: str) -> Iterator[World]:
    """Four suspended clients and an active one, everything applied."""
    with World(root) as one:
        one.write(
            "reconcile.yaml",
            {"format": 1, "timezone": "UTC", "secrets": {"key": {"env": "RECONCILE_KEY"}}},
        )
        one.serve("rb", Device(version, "rb"), timeout="2s", allowed=["203.0.113.0/24"])
        one.write(
            "inventory/zones/z.yaml",
            {
                "id": "z",
                "router": "rb",
                "addresses": ["10.20.0.0/24"],
                "local_address": "10.20.0.1",
            },
        )
        one.device("rb").add("/ip/pool", name="pool", ranges="10.20.9.2-10.20.9.99")
        for plan, mode in (("ppp", "pppoe"), ("cola", "simple-queue"), ("spot", "hotspot")):
            fields = {"id": plan, "mode": mode, "download": "10M", "upload": "2M"}
            if mode == "pppoe":
                fields["pool"] = "pool"
            one.write(f"plans/{plan}.yaml", fields)
        put(one, "ana", "cola", "10.20.0.7", targets=["10.20.0.64/29"], mac=MAC, **DEBT)
        put(one, "beto", "cola", "10.20.0.8")
        put(one, "eva", "ppp", "10.20.0.9", **DEBT)
        put(one, "rosa", "ppp", None, **DEBT)
        put(one, "sol", "spot", None, **DEBT)
        ran = one.run("apply", "--yes")
        assert ran.code == 0, ran.text
        yield one


def diagnose(world: World) -> dict[str, dict[str, Any]]:
    """The problems by their code; the exit code says whether there are any."""
    ran = world.run("doctor", "rb", "--format", "json")
    found = json.loads(ran.out)
    assert ran.code == (2 if found["problems"] else 0), ran.text
    assert all(problem["router"] == "rb" for problem in found["problems"])
    return {problem["code"]: problem for problem in found["problems"]}


def row_of(device: Device, path: str, **wanted: str) -> str:
    [row] = [
        one[".id"]
        for one in device.rows(path)
        if all(one.get(name.replace("_", "-")) == value for name, value in wanted.items())
    ]
    return row


def rule(device: Device, part: str, path: str = FILTER) -> str:
    [row] = [
        one[".id"]
        for one in device.rows(path)
        if one.get("comment", "").endswith(f"[rc:router/{part}]")
    ]
    return row


def listed(device: Device, address: str) -> str:
    return row_of(device, LISTS, list="rc-suspended", address=address)


def test_nothing_is_wrong(world: World) -> None:
    assert diagnose(world) == {}
    ran = world.run("doctor", "rb")
    assert ran.code == 0
    assert "4 of 5 services suspended" in ran.out
    assert "Nothing is wrong." in ran.out


@pytest.mark.parametrize("version", ["6.43.7", "6.49.18", "7.1.5", "7.24.4"])
def test_older_and_newer_versions(tmp_path: Path, version: str) -> None:
    with built(tmp_path / "repo", version) as world:
        assert diagnose(world) == {}
        world.device("rb").clock.advance(7200)
        assert "2 h 0 min ahead" in diagnose(world)["clock"]["message"]


Breaking = Callable[[World, Device], object]

# What is broken -> the codes that are found. Those of the first table `apply` mends.
MENDED_BY_APPLY: dict[str, tuple[Breaking, set[str]]] = {
    "a rule was removed": (
        lambda _, d: d.remove(FILTER, rule(d, "tcp")),
        {"rule-missing"},
    ),
    "the jump was removed": (
        lambda _, d: d.remove(FILTER, rule(d, "jump-forward")),
        {"rule-missing"},
    ),
    "a rule is disabled": (
        lambda _, d: d.set(FILTER, rule(d, "rest"), disabled="yes"),
        {"rule-disabled"},
    ),
    "a rule was changed": (
        lambda _, d: d.set(FILTER, rule(d, "tcp"), protocol="udp", reject_with="icmp-no-route"),
        {"rule-changed"},
    ),
    "rules in our chain are in another order": (
        lambda _, d: d.move(FILTER, rule(d, "rest"), rule(d, "allowed")),
        {"rule-order"},
    ),
    "a rule accepts before the jump": (
        lambda _, d: accept_first(d, connection_state="established,related"),
        {"rule-order", "accepts-before"},
    ),
    "a rule fasttracks before the jump": (
        lambda _, d: accept_first(d, action="fasttrack-connection"),
        {"rule-order", "accepts-before", "fasttrack"},
    ),
    "a chain before the jump accepts": (
        lambda _, d: (
            d.add(FILTER, chain="clientes", action="accept"),
            accept_first(d, action="jump", jump_target="clientes"),
        ),
        {"rule-order", "accepts-before"},
    ),
    "only DNS and the outside are accepted before the jump": (
        lambda _, d: (
            accept_first(d, protocol="udp", dst_port="53"),
            accept_first(d, src_address="192.168.5.0/24"),
            accept_first(d, src_address_list="admins"),
        ),
        {"rule-order"},
    ),
    "an address is not in the list": (
        lambda _, d: d.remove(LISTS, listed(d, "10.20.0.7")),
        {"not-suspended", "pending-changes"},
    ),
    "a further target is not in the list": (
        lambda _, d: d.remove(LISTS, listed(d, "10.20.0.64/29")),
        {"not-suspended", "pending-changes"},
    ),
    "an entry is disabled": (
        lambda _, d: d.set(LISTS, listed(d, "10.20.0.9"), disabled="yes"),
        {"not-suspended", "pending-changes"},
    ),
    "a login without address has its plan's profile": (
        lambda _, d: d.set("/ppp/secret", "rosa", profile="default"),
        {"not-suspended", "pending-changes"},
    ),
    "a user without address is enabled": (
        lambda _, d: d.set("/ip/hotspot/user", "sol", disabled="no"),
        {"not-suspended", "pending-changes"},
    ),
    "who has paid is still in the list": (
        lambda w, _: put(w, "eva", "ppp", "10.20.0.9"),
        {"active-blocked", "pending-changes"},
    ),
    "a service was newly suspended": (
        lambda w, _: put(w, "beto", "cola", "10.20.0.8", **DEBT),
        {"not-suspended", "pending-changes"},
    ),
}


def accept_first(device: Device, **fields: str) -> str:
    row = device.add(FILTER, **{"chain": "forward", "action": "accept", **fields})
    device.move(FILTER, row, device.rows(FILTER)[0][".id"])
    return row


@pytest.mark.parametrize("name", MENDED_BY_APPLY)
def test_what_apply_mends(world: World, name: str) -> None:
    act, codes = MENDED_BY_APPLY[name]
    act(world, world.device("rb"))
    found = diagnose(world)
    assert set(found) == codes
    first = next(iter(found.values()))
    assert "reconcile apply --router rb" in first["hint"]
    assert world.run("apply", "--router", "rb", "--yes", "--allow-cuts", "9").code == 0
    assert not set(diagnose(world)) & (codes - {"fasttrack"})


def connection(device: Device, source: str, target: str, protocol: str = "tcp") -> str:
    path = "/ip/firewall/connection"
    return device.add_dynamic(path, src_address=source, dst_address=target, protocol=protocol)


def legacy(device: Device, **fields: str) -> str:
    fixed = {"chain": "dstnat", "protocol": "tcp", "comment": "Suspension de clientes(TCP)"}
    return device.add(NAT, **{**fixed, **fields})


BY_HAND: dict[str, tuple[Breaking, set[str], str]] = {
    "a session at another address": (
        lambda _, d: d.add_dynamic("/ppp/active", name="eva", address="10.20.9.50"),
        {"session-escapes"},
        '/ppp active remove [find name="eva"]',
    ),
    "a session of who has no address, from before": (
        lambda _, d: d.add_dynamic("/ip/hotspot/active", user="sol", address="10.20.9.51"),
        {"session-escapes"},
        '/ip hotspot active remove [find user="sol"]',
    ),
    "open connections": (
        lambda _, d: (
            connection(d, "10.20.0.7:4001", "198.51.100.1:443"),
            connection(d, "10.20.0.66", "198.51.100.1", "icmp"),
        ),
        {"open-connections"},
        "/ip firewall connection remove",
    ),
    "the device at another address": (
        lambda _, d: d.add_dynamic(
            "/ip/arp", address="10.20.0.77", mac_address=MAC, interface="ether2"
        ),
        {"other-address"},
        "binding: arp",
    ),
    "a redirect of another system": (
        lambda _, d: legacy(d, action="redirect", to_ports="999", src_address_list="Moroso"),
        {"redirect-leftover"},
        "/ip firewall nat disable",
    ),
    "its list": (
        lambda _, d: d.add(LISTS, list="Moroso", address="10.20.0.99"),
        {"list-mismatch"},
        "lists: {suspended: Moroso}",
    ),
    "an entry of nobody": (
        lambda _, d: d.add(LISTS, list="rc-suspended", address="10.20.0.200"),
        {"left-by-others"},
        "reconcile plan --tidy --router rb",
    ),
    "a page of one client": (
        lambda _, d: d.add("/ip/proxy/access", src_address="10.20.0.7", comment="0071-Aviso"),
        {"left-by-others", "wrong-page"},
        "--tidy",
    ),
    "a reminder that takes every port": (
        lambda _, d: legacy(d, action="redirect", to_ports="999", src_address_list="Aviso"),
        {"wide-notice"},
        "/ip firewall nat disable",
    ),
    "more may be reached": (
        lambda _, d: d.add(LISTS, list="rc-allowed", address="0.0.0.0/1"),
        {"allowed-by-hand"},
        "allowed:",
    ),
    "an active client blocked by hand": (
        lambda _, d: d.add(LISTS, list="rc-suspended", address="10.20.0.8"),
        {"active-blocked"},
        "/ip firewall address-list remove [find list=rc-suspended address=10.20.0.8]",
    ),
    "one address twice": (
        lambda _, d: d.add(LISTS, list="rc-suspended", address="10.20.0.64/28"),
        {"unmarked-entry", "duplicate-entry"},
        "--adopt",
    ),
    "a fasttrack rule behind the jump": (
        lambda _, d: d.add(FILTER, chain="forward", action="fasttrack-connection"),
        {"fasttrack"},
        "Disable it",
    ),
    "a queue that covers clients": (
        lambda _, d: d.move(
            "/queue/simple",
            d.add("/queue/simple", name="todos", target="10.20.0.0/24"),
            d.rows("/queue/simple")[0][".id"],
        ),
        {"covering-queue"},
        "Move them behind",
    ),
    "IPv6 is open": (
        lambda _, d: d.add("/ipv6/address", address="2001:db8::1/64", interface="ether2"),
        {"ipv6-open"},
        "ipv6_block: true",
    ),
    "a foreign rule in our chain": (
        lambda _, d: d.add(FILTER, chain="rc-forward", action="accept", comment="mine"),
        {"foreign-rule"},
        "chain of their own",
    ),
    "the clock is behind": (
        lambda _, d: d.clock.advance(-3600),
        {"clock"},
        "/system ntp client",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_what_a_person_mends(world: World, name: str) -> None:
    act, codes, mend = BY_HAND[name]
    act(world, world.device("rb"))
    found = diagnose(world)
    assert set(found) == codes
    assert any(mend in problem["hint"] for problem in found.values()), found


def test_connections_that_are_no_leak(world: World) -> None:
    device = world.device("rb")
    connection(device, "10.20.0.7:4000", "8.8.8.8:53", "udp")  # DNS
    connection(device, "10.20.0.7:4001", "203.0.113.9:443")  # what they may reach
    connection(device, "10.20.0.8:4002", "198.51.100.1:443")  # an active client
    assert diagnose(world) == {}


def test_too_many_connections_are_not_read(world: World) -> None:
    device = world.device("rb")
    for port in range(3):
        connection(device, f"10.20.0.7:{4000 + port}", "198.51.100.1:443")
    router(world, connections={"max": 2})
    assert set(diagnose(world)) == {"connections-unseen"}


def test_a_router_without_rules_of_ours(world: World) -> None:
    device = world.device("rb")
    router(world, block_rules=False, allowed=[])
    assert world.run("apply", "--yes").code == 0
    bare = diagnose(world)
    assert set(bare) == {"no-block-rules"}
    assert "block_rules: true" in bare["no-block-rules"]["hint"]
    legacy(device, action="redirect", to_ports="999", src_address_list="rc-suspended")
    assert "only the first packet" in diagnose(world)["no-block-rules"]["message"]
    drop = device.add(FILTER, chain="forward", action="drop", src_address_list="rc-suspended")
    assert diagnose(world) == {}
    accept_first(device, comment="everything")
    found = diagnose(world)
    assert set(found) == {"accepts-before"}
    assert f"move {drop} destination=" in found["accepts-before"]["hint"]
    device.move(FILTER, drop, device.rows(FILTER)[0][".id"])
    assert diagnose(world) == {}


def test_the_web_proxy_of_another_system_is_said(world: World) -> None:
    device = world.device("rb")
    device.set("/ip/proxy", enabled="yes", port="999")
    legacy(device, action="redirect", to_ports="999", src_address_list="rc-suspended")
    assert "web proxy fetches" in diagnose(world)["redirect-leftover"]["message"]
    assert world.run("doctor", "rb").out.count("mend: ") == 1


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the exports of real routers are not here")
def test_a_real_router_that_another_system_managed(tmp_path: Path) -> None:
    """Adopted as it was; then with our rules beside the old ones; then tidied up."""
    with World(tmp_path / "repo") as world:
        device = Device(version=None, identity="isp")
        device.load_rsc((SAMPLES / "wisphub-managed-7.14.2.rsc").read_bytes())
        secrets = {"key": {"env": "RECONCILE_KEY"}, "allow_plain": True}
        world.write("reconcile.yaml", {"format": 1, "secrets": secrets})
        world.serve("rb", device, timeout="5s")
        assert world.run("import", "rb", "--zone", "z", "--secrets", "plain", "--write").code == 0
        assert world.run("apply", "--adopt", "--yes").code == 0
        found = diagnose(world)
        assert {"no-block-rules", "left-by-others", "wide-notice", "wrong-page"} <= set(found)
        assert "only the first packet" in found["no-block-rules"]["message"]

        file = world.root / "inventory/routers/rb.yaml"
        file.write_text(file.read_text().replace("block_rules: false", "block_rules: true"))
        assert world.run("apply", "--yes").code == 0
        found = diagnose(world)
        assert "no-block-rules" not in found
        assert "redirect-leftover" in found

        for row in device.rows(NAT):
            if row.get("action") == "redirect":
                device.set(NAT, row[".id"], disabled="yes")
        assert world.run("apply", "--tidy", "--yes").code == 0
        assert not {"redirect-leftover", "wide-notice", "wrong-page", "left-by-others"} & set(
            diagnose(world)
        )


def test_ipv6_that_no_file_names(world: World) -> None:
    world.device("rb").add("/ipv6/address", address="2001:db8::1/64", interface="ether2")
    router(world, ipv6_block=True)
    put(world, "eva", "ppp", "10.20.0.9", ipv6=["2001:db8:9::/56"], **DEBT)
    assert world.run("apply", "--yes").code == 0
    found = diagnose(world)
    assert set(found) == {"ipv6-no-prefix"}
    message = found["ipv6-no-prefix"]["message"]
    assert "ana/internet" in message
    assert "eva/internet" not in message


def test_connections_that_are_never_cut(world: World) -> None:
    world.device("rb").add(FILTER, chain="forward", action="fasttrack-connection")
    router(world, connections="never")
    assert set(diagnose(world)) == {"fasttrack", "connections-kept"}


def test_arp_bindings_on_an_interface_that_learns(world: World) -> None:
    world.device("rb").add("/interface/bridge", name="lan")
    router(world, binding="arp", lan_interface="lan")
    assert world.run("apply", "--yes").code == 0
    assert set(diagnose(world)) == {"arp-open"}
    world.device("rb").set("/interface/bridge", "lan", arp="reply-only")
    assert diagnose(world) == {}


def test_rights_that_are_missing(world: World) -> None:
    device = world.device("rb")
    device.add("/user/group", name="few", policy="read,api,sensitive")
    device.set("/user", "reconcile", group="few")
    found = diagnose(world)
    assert set(found) == {"api-rights"}
    assert "lacks write" in found["api-rights"]["message"]
    assert "policy=read,sensitive,api,write" in found["api-rights"]["hint"]


def test_passwords_that_are_hidden(world: World) -> None:
    device = world.device("rb")
    device.add("/user/group", name="few", policy="read,write,api")
    device.set("/user", "reconcile", group="few")
    assert {"api-rights", "passwords-hidden"} <= set(diagnose(world))


def test_a_router_that_is_away_or_refuses(world: World) -> None:
    world.servers["rb"].faults.refuse_login = True
    assert world.run("doctor", "rb").code == 1
    world.servers["rb"].faults.go_away()
    ran = world.run("doctor", "rb")
    assert ran.code == 3
    assert "rb" in ran.err
    assert world.run("doctor", "nowhere").code == 64
