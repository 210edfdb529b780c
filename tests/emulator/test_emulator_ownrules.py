# SPDX-License-Identifier: GPL-3.0-or-later
"""What the router itself puts into its firewall, and when it goes again."""

import pytest
from emulator.console import Console

from reconciler.emulator import Clock, Device

FILTER, NAT, MANGLE, RAW = (f"/ip/firewall/{name}" for name in ("filter", "nat", "mangle", "raw"))
DUMMY = "special dummy rule to show fasttrack counters"


def device_with(*rules: dict[str, str], own_rules: bool = True) -> Device:
    device = Device(clock=Clock.frozen(), own_rules=own_rules)
    for fields in rules:
        device.add(FILTER, **fields)
    return device


def chains(device: Device, path: str) -> list[str]:
    return [row["chain"] for row in device.rows(path) if row["dynamic"] == "true"]


DROP = {"chain": "forward", "action": "drop"}
FAST = {"chain": "forward", "action": "fasttrack-connection"}


def test_fasttrack_shows_its_counters_first() -> None:
    device = device_with(DROP, FAST)
    first, *rest = device.rows(FILTER)
    assert (first["comment"], first["action"], first["dynamic"]) == (DUMMY, "passthrough", "true")
    assert [row["action"] for row in rest] == ["drop", "fasttrack-connection"]
    assert chains(device, MANGLE) == ["prerouting", "forward", "postrouting"]
    assert chains(device, RAW) == ["prerouting"]


def test_it_goes_with_the_last_enabled_rule() -> None:
    device = device_with(FAST, FAST)
    one, two = (row[".id"] for row in device.rows(FILTER)[1:])
    device.set(FILTER, one, disabled="yes")
    assert len(chains(device, FILTER)) == 1
    device.remove(FILTER, two)
    assert (chains(device, FILTER), chains(device, MANGLE)) == ([], [])
    device.set(FILTER, one, disabled="no")
    assert len(chains(device, FILTER)) == 1


def test_a_rule_may_be_put_before_it_and_it_is_no_clients_to_change() -> None:
    console = Console(device_with(FAST))
    dummy = console.device.rows(FILTER)[0][".id"]
    words = ("=chain=forward", "=action=accept", f"=place-before={dummy}")
    assert console.talk(f"{FILTER}/add", *words)[0][0] == "!done"
    assert [row["dynamic"] for row in console.device.rows(FILTER)] == ["false", "true", "false"]
    assert console.trap(f"{FILTER}/remove", f"=.id={dummy}")[0] == "failure: can not change dynamic"


def test_it_is_not_exported_and_is_there_again_after_a_reboot_and_a_load() -> None:
    device = device_with(DROP, FAST)
    assert DUMMY not in device.export()
    again = Device(clock=Clock.frozen())
    again.load_rsc(device.export())
    device.reboot()
    for one in (device, again):
        assert [row["action"] for row in one.rows(FILTER)] == [
            "passthrough",
            "drop",
            "fasttrack-connection",
        ]


def test_a_mirror_holds_what_the_other_printed_and_follows_from_there() -> None:
    device = device_with(DROP, FAST)
    copy = Device(clock=Clock.frozen())
    copy.mirror({path: device.rows(path) for path in (FILTER, MANGLE, RAW)})
    assert copy.rows(FILTER) == device.rows(FILTER)
    copy.remove(FILTER, device.rows(FILTER)[2][".id"])
    assert chains(copy, FILTER) == []


def test_a_hotspot_brings_its_rules() -> None:
    device = device_with(DROP)
    device.add("/ip/hotspot", name="hs", interface="ether2", disabled="no")
    rules = device.rows(FILTER)
    assert [(row["chain"], row.get("jump-target"), row.get("hotspot")) for row in rules[:3]] == [
        ("forward", "hs-unauth", "from-client,!auth"),
        ("forward", "hs-unauth-to", "to-client,!auth"),
        ("input", "hs-input", "from-client"),
    ]
    assert rules[-1]["action"] == "drop"
    assert [row["invalid"] for row in rules if row.get("jump-target") == "pre-hs-input"] == ["true"]
    assert chains(device, NAT)[:2] == ["dstnat", "hotspot"]
    device.set("/ip/hotspot", "hs", disabled="yes")
    assert (chains(device, FILTER), chains(device, NAT)) == ([], [])
    assert len(device.rows(FILTER)) == 1


def test_a_hotspot_that_is_off_brings_none() -> None:
    device = device_with()
    device.add("/ip/hotspot", name="hs", interface="ether2", disabled="yes")
    assert device.rows(FILTER) == []


@pytest.mark.parametrize("path", [FILTER, NAT, MANGLE, RAW])
def test_they_can_be_left_out(path: str) -> None:
    device = device_with(FAST, own_rules=False)
    device.add("/ip/hotspot", name="hs", interface="ether2", disabled="no")
    assert chains(device, path) == []
