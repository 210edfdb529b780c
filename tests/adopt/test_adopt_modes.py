# SPDX-License-Identifier: GPL-3.0-or-later
"""What is recognised of each mode, and that adopting it changes nothing but comments."""

from pathlib import Path

import pytest
from adopt.adopt_support import (
    adopt,
    assert_marks_only,
    content,
    files,
    import_all,
    marks,
    new_repository,
    plan_json,
    plans,
    service,
    without_marks,
)
from end_to_end.world import World

from reconciler.emulator import Device


@pytest.fixture(params=["7.22.3", "6.49.8"])
def device(request: pytest.FixtureRequest) -> Device:
    return Device(version=request.param)


def queue(device: Device, name: str, target: str, **fields: str) -> None:
    device.add("/queue/simple", name=name, target=target, **{"max_limit": "2M/10M", **fields})


def secret(device: Device, name: str, **fields: str) -> None:
    device.add("/ppp/secret", name=name, **{"password": f"of-{name}", **fields})


def listed(device: Device, list_: str, address: str, **fields: str) -> None:
    device.add("/ip/firewall/address-list", list=list_, address=address, **fields)


def adopted(tmp_path: Path, device: Device, *options: str, **router: object) -> World:
    """Import and adopt, with the router as it was but for comments."""
    world = new_repository(tmp_path)
    world.serve("rb", device, **router)
    before = without_marks(device.snapshot())
    import_all(world, *options)
    adopt(world)
    assert without_marks(device.snapshot()) == before
    return world


def test_queues_of_one_speed_share_a_plan(tmp_path: Path, device: Device) -> None:
    queue(device, "total", "10.1.0.0/24", max_limit="0/0")
    burst = {"burst_limit": "3M/15M", "burst_threshold": "1500k/8M", "burst_time": "16s/16s"}
    for number, name in enumerate(("ana", "beto"), 5):
        queue(device, name, f"10.1.0.{number}/32", parent="total", limit_at="512k/2M", **burst)
    queue(device, "carla", "10.1.0.9/32,10.1.0.16/29", priority="3/3")
    with adopted(tmp_path, device) as world:
        by_plan = {one["id"]: one for one in plans(world).values()}
        assert set(by_plan) == {"10m-2m", "10m-2m-2"}
        plan = plans(world)[service(world, "ana")["plan"]]
        assert plan["parent"] == "total"
        assert plan["guaranteed"] == {"download": "2M", "upload": "512k"}
        assert plan["burst"] == {
            "download": "15M",
            "upload": "3M",
            "threshold": {"download": "8M", "upload": "1500k"},
            "time": "16s",
        }
        assert service(world, "beto")["plan"] == plan["id"]
        assert service(world, "carla")["targets"] == ["10.1.0.16/29"]
        assert plans(world)[service(world, "carla")["plan"]]["priority"] == "3"


def test_a_burst_in_one_direction_and_unlike_times(tmp_path: Path, device: Device) -> None:
    one = {"burst_limit": "0/15M", "burst_threshold": "0/8M", "burst_time": "0s/7s"}
    queue(device, "one-way", "10.1.0.5/32", **one)
    both = {"burst_limit": "3M/15M", "burst_threshold": "1M/8M", "burst_time": "5s/7s"}
    queue(device, "unlike", "10.1.0.6/32", **both)
    with adopted(tmp_path, device) as world:
        burst = plans(world)[service(world, "one-way")["plan"]]["burst"]
        assert (burst["upload"], burst["download"], burst["time"]) == ("0", "15M", "7s")
        assert set(files(world)) == {"one-way"}
        assert "its burst times up and down differ (unlike)" in world.run("import", "rb").out


def test_secrets_with_their_profile(tmp_path: Path, device: Device) -> None:
    device.add("/ip/pool", name="pool1", ranges="10.2.0.10-10.2.0.99")
    device.add("/ppp/profile", name="Plan 10M", rate_limit="2M/10M 3M/15M 1M/8M 16s",
               local_address="10.2.0.1", remote_address="pool1", only_one="yes")  # fmt: skip
    secret(device, "luis", profile="Plan 10M", service="pppoe", comment="Luis Núñez")
    secret(device, "eva", profile="Plan 10M", caller_id="02:00:00:00:00:0a",
           remote_address="10.2.0.50")  # fmt: skip
    with adopted(tmp_path, device) as world:
        plan = plans(world)["plan-10m"]
        assert "shaping" not in plan
        assert plan["profile"] == "Plan 10M"
        assert (plan["pool"], plan["local_address"]) == ("pool1", "10.2.0.1")
        assert (plan["download"], plan["burst"]["download"]) == ("10M", "15M")
        luis = files(world)["luis-nunez"]
        assert luis["name"] == "Luis Núñez"
        assert luis["services"][0]["name"] == "luis"
        assert "address" not in luis["services"][0]
        eva = service(world, "eva")
        assert eva["ppp_service"] == "any"
        assert eva["mac"] == "02:00:00:00:00:0A"
        assert "Plan 10M [rc:plan/plan-10m]" in marks(device)


@pytest.mark.parametrize(
    "fields",
    [
        {"address_list": "all-clients", "rate_limit": "2M/10M"},
        {"rate_limit": "5M/5M 10M/10M 40960k/40960k 40960k/40960k 60s 8"},
        {},
    ],
    ids=["puts into a list", "strange", "no rate"],
)
def test_a_profile_that_the_files_cannot_say_stays_the_operators(
    tmp_path: Path, device: Device, fields: dict[str, str]
) -> None:
    device.add("/ppp/profile", name="p1", local_address="10.2.0.1", **fields)
    secret(device, "luis", profile="p1", service="pppoe", remote_address="10.2.0.7")
    with adopted(tmp_path, device) as world:
        plan = plans(world)["p1"]
        assert plan["shaping"] == "external"
        assert ("download" in plan) == ("address_list" in fields)


def test_a_secret_and_a_queue_at_its_address_are_one_service(
    tmp_path: Path, device: Device
) -> None:
    local = {"local_address": "10.2.0.1", "service": "pppoe"}
    secret(device, "1001", remote_address="10.2.0.5", comment="Ana", **local)
    secret(device, "1002", remote_address="10.2.0.6", **local)
    queue(device, "1001", "10.2.0.5/32")
    queue(device, "[Norte] Beto", "10.2.0.6/32,10.2.0.64/28", comment="Beto Ruiz")
    queue(device, "alone", "10.2.0.7/32")
    with adopted(tmp_path, device) as world:
        plan = plans(world)["pppoe-10m-2m"]
        assert (plan["shaping"], plan["own_profile"]) == ("queue", "false")
        assert "queue" not in service(world, "ana")
        beto = service(world, "beto-ruiz")
        assert (beto["name"], beto["queue"]) == ("1002", "[Norte] Beto")
        assert beto["targets"] == ["10.2.0.64/28"]
        assert plans(world)[service(world, "alone")["plan"]]["mode"] == "simple-queue"
        assert "Beto Ruiz [rc:beto-ruiz/internet]" in marks(device)


def test_two_comments_of_one_client_are_both_kept(tmp_path: Path, device: Device) -> None:
    secret(device, "1001", remote_address="10.2.0.5", comment="Ana", service="pppoe")
    queue(device, "1001", "10.2.0.5/32", comment="casa azul")
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        import_all(world)
        assert files(world)["ana"]["notes"] == "Comment on the router: casa azul"
        for change in plan_json(world, "--adopt")["changes"]:
            assert (change["action"], set(change["after"])) == ("adopt", {"comment"})


def test_hotspot_users_and_vouchers(tmp_path: Path, device: Device) -> None:
    device.add("/ip/hotspot/user/profile", name="hs 4M", rate_limit="1M/4M", shared_users="2")
    device.add("/ip/hotspot/user", name="tienda", password="0123", profile="hs 4M",
               comment="Tienda La Ñ", mac_address="02:00:00:00:00:0B")  # fmt: skip
    device.add("/ip/hotspot/user", name="yes", password="no", profile="hs 4M", server="all")
    for number in range(60):
        device.add("/ip/hotspot/user", name=f"x{number}", password=f"x{number}")
    device.add("/ip/hotspot/user", name="v1", password="v1", limit_uptime="8h", comment="Mesa 1")
    device.add("/ip/hotspot/user", name="v2", password="v2", comment="vc-815-05.15.23-FREE")
    device.add("/ip/hotspot/user", name="v3", password="v3", comment="jun/01/2055 19:51:55")
    with adopted(tmp_path, device) as world:
        assert set(files(world)) == {"tienda-la-n", "yes"}
        plan = plans(world)["hs-4m"]
        assert (plan["shaping"], plan["profile"]) == ("external", "hs 4M")
        assert (plan["download"], plan["upload"]) == ("4M", "1M")
        assert service(world, "tienda-la-n")["password"] == {"plain": "0123"}
        assert service(world, "yes")["password"] == {"plain": "no"}
        taken = world.run("import", "rb", "--vouchers").out
        assert "63 services from HotSpot users" in taken


def test_members_of_a_plans_list(tmp_path: Path, device: Device) -> None:
    for way, classifier in (("down", "dst-address"), ("up", "src-address")):
        device.add("/queue/type", name=f"Mk-{way}", kind="pcq", pcq_classifier=classifier,
                   pcq_rate="8M" if way == "down" else "2M")  # fmt: skip
        device.add("/ip/firewall/mangle", chain="forward", action="mark-packet",
                   new_packet_mark=f"m-{way}", passthrough="no",
                   **{f"{classifier}_list": "Mkws_PCQ_8"})  # fmt: skip
        device.add("/queue/tree", name=f"t-{way}", parent="global", packet_mark=f"m-{way}",
                   queue=f"Mk-{way}")  # fmt: skip
    listed(device, "Mkws_PCQ_8", "10.3.0.5", comment="Rosa Ibáñez")
    listed(device, "Mkws_PCQ_8", "10.3.0.6")
    listed(device, "Mkws_PCQ_8", "10.3.0.128/25")
    listed(device, "other", "10.3.0.7")
    device.add("/ip/arp", address="10.3.0.5", mac_address="02:00:00:00:00:0C", interface="ether1")
    with adopted(tmp_path, device) as world:
        assert set(files(world)) == {"rosa-ibanez", "10-3-0-6"}
        plan = plans(world)["mkws-pcq-8"]
        assert (plan["shaping"], plan["list"]) == ("external", "Mkws_PCQ_8")
        assert (plan["download"], plan["upload"]) == ("8M", "2M")
        assert service(world, "rosa-ibanez")["mac"] == "02:00:00:00:00:0C"
        assert "no host address (Mkws_PCQ_8 10.3.0.128/25)" in world.run("import", "rb").out


def test_arp_bindings_and_leases(tmp_path: Path, device: Device) -> None:
    device.add("/interface/bridge", name="lan")
    queue(device, "ana", "10.1.0.5/32")
    queue(device, "beto", "10.1.0.6/32")
    queue(device, "carla", "10.1.0.7/32")
    device.add("/ip/arp", address="10.1.0.5", mac_address="02:00:00:00:00:0A", interface="lan")
    device.add("/ip/arp", address="10.1.0.6", mac_address="02:00:00:00:00:0B", interface="ether2",
               comment="antena de Beto")  # fmt: skip
    device.add("/ip/dhcp-server/lease", address="10.1.0.7", mac_address="02:00:00:00:00:0C")
    with adopted(tmp_path, device, binding="arp", lan_interface="lan") as world:
        assert service(world, "ana")["mac"] == "02:00:00:00:00:0A"
        assert "interface" not in service(world, "ana")
        assert service(world, "beto")["interface"] == "ether2"
        assert files(world)["beto"]["notes"] == "Comment on the router: antena de Beto"
        # A static ARP entry for it would be a new row.
        assert "mac" not in service(world, "carla")
        assert len([mark for mark in marks(device) if "ana/" in mark]) == 1


def test_debtors_are_suspended_without_being_touched(tmp_path: Path, device: Device) -> None:
    for number, name in enumerate(("ana", "beto", "carla"), 5):
        queue(device, name, f"10.1.0.{number}/32")
    listed(device, "MOROSOS", "10.1.0.5", comment="ana")
    listed(device, "MOROSOS", "10.1.0.6", disabled="yes")
    listed(device, "MOROSOS", "10.9.9.9", comment="gone")
    with adopted(tmp_path, device) as world:
        assert "lists: {suspended: MOROSOS}" in _router(tmp_path)
        assert service(world, "ana")["status"] == "suspended"
        assert "status" not in service(world, "beto")
        text = world.run("import", "rb").out
        assert "no client's address (MOROSOS 10.9.9.9)" in text
        assert "disabled or has a timeout (MOROSOS 10.1.0.6)" in text


def test_the_debtors_list_can_be_named(tmp_path: Path, device: Device) -> None:
    queue(device, "ana", "10.1.0.5/32")
    listed(device, "Moroso", "10.9.9.9")
    listed(device, "x-list", "10.1.0.5")
    with adopted(tmp_path, device, "--suspended-list", "x-list") as world:
        assert service(world, "ana")["suspended"]["cause"] == "debt"


def _router(root: Path) -> str:
    return (root / "inventory/routers/rb.yaml").read_text(encoding="utf-8").replace('"', "")


def test_profiles_of_debtors_are_left_alone(tmp_path: Path, device: Device) -> None:
    device.add("/ppp/profile", name="EXPIRED", address_list="ISOLIR-LIST")
    secret(device, "ana", profile="EXPIRED", service="pppoe", remote_address="10.2.0.5")
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        assert "which plan it has is not known (ana)" in import_all(world).out
        assert files(world) == {}


def test_disabled_rows(tmp_path: Path, device: Device) -> None:
    queue(device, "ana", "10.1.0.5/32", disabled="yes", comment="Ana")
    queue(device, "beto", "10.1.0.6/32")
    device.add("/ip/hotspot/user", name="hs", password="a1", comment="Eva", disabled="yes")
    with new_repository(tmp_path) as world:
        world.serve("rb", device, lists={"suspended": "Moroso"})
        assert "disabled (--disabled suspend takes it as suspended) (ana)" in import_all(world).out
        assert set(files(world)) == {"beto"}
        # No rule blocks the list, so enabling the queue would let Ana browse.
        text = import_all(world, "--disabled", "suspend").out
        assert "disabled, and no rule of the router blocks the list Moroso (ana)" in text
        assert service(world, "eva")["suspended"]["cause"] == "manual"
        assert_marks_only(plan_json(world, "--adopt"))
        device.add("/ip/firewall/filter", chain="forward", action="drop", src_address_list="Moroso")
        import_all(world, "--disabled", "suspend")
        assert service(world, "ana")["status"] == "suspended"
        changes = {
            (one["action"], one["path"])
            for one in plan_json(world, "--adopt")["changes"]
            if one["source"]["id"] == "ana/internet"
        }
        assert changes == {("adopt", "/queue/simple"), ("add", "/ip/firewall/address-list")}


def test_what_is_no_client_is_left_alone_and_named(tmp_path: Path, device: Device) -> None:
    queue(device, "whole", "10.1.0.0/24")
    queue(device, "iface", "ether1")
    queue(device, "free", "10.1.0.7/32", max_limit="0/0")
    queue(device, "ana", "10.1.0.5/32")
    queue(device, "ana again", "10.1.0.5/32")
    queue(device, "long", "10.1.0.8/32", comment="x" * 200)
    queue(device, "forged", "10.1.0.9/32", comment="[rc:a/b] x")
    queue(device, "out", "10.1.0.10/32", comment="Antena del cerro")
    secret(device, "vpn", caller_id="office", service="l2tp")
    secret(device, "twice", service="pppoe", local_address="10.1.0.1")
    secret(device, "twice", service="l2tp")
    with adopted(tmp_path, device, "--exclude", "*cerro*") as world:
        assert set(files(world)) == {"ana", "twice"}
        text = world.run("import", "rb", "--exclude", "*cerro*").out
        for reason in (
            "its target holds no host address (whole)",
            "its target is an interface (iface)",
            "it has no limit (free)",
            "its address belongs to ana/internet (ana again)",
            "its comment has more than 120 characters (long)",
            "its text holds `[rc:`, with which our marks begin (forged)",
            "excluded by --exclude (out)",
            "its caller-id is no MAC address (vpn)",
            "another secret has the same user name (twice)",
        ):
            assert reason in text


def test_importing_again_proposes_only_what_is_new(tmp_path: Path, device: Device) -> None:
    device.add("/ppp/profile", name="p1", rate_limit="1M/4M", local_address="10.2.0.1")
    secret(device, "luis", profile="p1", service="pppoe", remote_address="10.2.0.5")
    queue(device, "ana", "10.1.0.5/32")
    with adopted(tmp_path, device) as world:
        before = {path: path.read_bytes() for path in tmp_path.rglob("*.yaml")}
        queue(device, "beto", "10.1.0.6/32")
        secret(device, "eva", profile="p1", service="pppoe", remote_address="10.8.0.5")
        text = import_all(world).out
        assert "Files: 2 new, 1 changed." in text
        assert service(world, "beto")["plan"] == service(world, "ana")["plan"]
        assert service(world, "eva")["plan"] == "p1"
        zone = tmp_path / "inventory/zones/rb.yaml"
        assert content(zone)["addresses"] == ["10.2.0.0/24", "10.1.0.0/24", "10.8.0.0/24"]
        assert {p for p, data in before.items() if p.read_bytes() != data} == {zone}
        adopt(world)
