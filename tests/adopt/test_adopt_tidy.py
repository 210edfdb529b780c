# SPDX-License-Identifier: GPL-3.0-or-later
"""What another billing system left goes when asked, and nobody browses who did not before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from adopt.adopt_support import adopt, import_all, new_repository, plan_json, without_marks
from end_to_end.world import World, sample

from reconciler.emulator import Device

PROXY, LISTS = "/ip/proxy/access", "/ip/firewall/address-list"


def page(device: Device, comment: str, address: str) -> None:
    device.add(PROXY, src_address=address, action="redirect", action_data="portal/x/",
               local_port="999", comment=comment)  # fmt: skip


@pytest.fixture
def device() -> Device:
    """Ana is cut, Beto is not, Carla's disabled queue was not imported; 0009 is long gone."""
    device = Device()
    device.add("/queue/simple", name="0001", target="10.1.0.1/32", max_limit="1M/4M")
    device.add("/queue/simple", name="0002", target="10.1.0.2/32", max_limit="1M/4M")
    device.add("/queue/simple", name="0003", target="10.1.0.3/32", max_limit="1M/4M",
               disabled="yes")  # fmt: skip
    for number in (1, 3, 9):
        device.add(LISTS, list="Moroso", address=f"10.1.0.{number}", comment=f"000{number}")
    device.add(LISTS, list="Permitidos", address="10.1.0.77")
    device.add("/ip/firewall/nat", chain="dstnat", action="redirect", protocol="tcp",
               src_address_list="Moroso", to_ports="999", comment="pages")  # fmt: skip
    page(device, "0001-Aviso", "10.1.0.1")
    page(device, "0001-Moroso", "10.1.0.1")
    page(device, "0001-Moroso", "10.1.0.1")
    page(device, "0002-Aviso", "10.1.0.2")
    page(device, "0003-Aviso", "10.1.0.3")
    page(device, "0009-Moroso", "10.1.0.9")
    page(device, "of the office", "10.1.0.9")
    return device


@pytest.fixture
def world(tmp_path: Path, device: Device) -> Iterator[World]:
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        import_all(world)
        yield world


def pages(device: Device) -> list[tuple[str, str]]:
    return [(row["comment"], row["src-address"]) for row in device.rows(PROXY)]


def entries(device: Device) -> list[str]:
    return [row["address"] for row in device.rows(LISTS) if row["list"] == "Moroso"]


def tidy(world: World) -> None:
    applied = world.run("apply", "--tidy", "--yes")
    assert applied.code == 0, applied.text
    assert plan_json(world, "--tidy")["changes"] == []


def test_nothing_is_tidied_before_the_router_is_as_the_files_say(world: World) -> None:
    device = world.device("rb")
    before = device.snapshot()
    plan = plan_json(world, "--adopt", "--tidy")
    assert {change["action"] for change in plan["changes"]} == {"adopt"}
    assert "tidy-waits" in {problem["code"] for problem in plan["problems"]}
    adopt(world)
    plan = plan_json(world, "--tidy", "--zone", "rb")
    assert plan["changes"] == []
    assert "tidy-waits" in {problem["code"] for problem in plan["problems"]}
    assert without_marks(device.snapshot()) == without_marks(before)


def test_only_what_leads_nowhere_goes(world: World) -> None:
    device = world.device("rb")
    adopt(world)
    before = without_marks(device.snapshot())
    plan = plan_json(world, "--tidy")
    assert {(one["action"], one["source"]["id"]) for one in plan["changes"]} == {
        ("remove", "router/tidy")
    }
    shown = world.run("plan", "--tidy").out
    assert "left by others: pages of single clients" in shown
    assert "left by others: entries of nobody" in shown

    tidy(world)

    # Ana keeps the page of who is cut, not the older one; Carla, still sent to the proxy, hers.
    assert pages(device) == [
        ("0001-Moroso", "10.1.0.1"),
        ("0003-Aviso", "10.1.0.3"),
        ("of the office", "10.1.0.9"),
    ]
    assert entries(device) == ["10.1.0.1", "10.1.0.3"]
    after = without_marks(device.snapshot())
    for path in set(before) - {PROXY, LISTS}:
        assert after[path] == before[path]


def test_all_pages_go_once_nothing_leads_to_the_proxy(world: World) -> None:
    device = world.device("rb")
    adopt(world)
    (rule,) = device.rows("/ip/firewall/nat")
    device.set("/ip/firewall/nat", rule[".id"], disabled="yes")
    tidy(world)
    assert pages(device) == [("of the office", "10.1.0.9")]


def test_a_plan_file_of_it_is_carried_out_exactly(world: World, tmp_path: Path) -> None:
    device = world.device("rb")
    adopt(world)
    file = tmp_path / "tidy.plan"
    assert world.run("plan", "--tidy", "--out", str(file)).code == 0
    page(device, "0002-Aviso", "10.1.0.222")
    assert world.run("apply", str(file), "--yes").code == 0
    assert ("0002-Aviso", "10.1.0.222") in pages(device)
    assert ("0002-Aviso", "10.1.0.2") not in pages(device)


def test_a_rehearsal_of_it_goes_well(world: World) -> None:
    adopt(world)
    before = world.device("rb").snapshot()
    applied = world.run("apply", "--tidy", "--rehearse", "--yes")
    assert applied.code == 0, applied.text
    assert world.device("rb").snapshot() != before


def test_the_real_one(tmp_path: Path) -> None:
    device = sample("wisphub-managed-7.14.2")
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        import_all(world)
        adopt(world)
        assert (len(pages(device)), len(entries(device))) == (246, 65)
        tidy(world)
        # One page for each client who is cut, and it is the right one.
        assert sorted(address for _, address in pages(device)) == sorted(entries(device))
        assert all(comment.endswith("-Moroso") for comment, _ in pages(device))
        assert len(entries(device)) == 17


def test_an_undo_brings_each_page_and_entry_back_in_its_place(world: World, device: Device) -> None:
    """Which page a client is shown is decided by the first that fits; a second copy is left out."""
    adopt(world)
    before, listed = pages(device), sorted(entries(device))
    assert before.count(("0001-Moroso", "10.1.0.1")) == 2
    before.remove(("0001-Moroso", "10.1.0.1"))
    tidy(world)
    assert len(pages(device)) < len(before)
    ran = world.run("undo", "--yes")
    assert ran.code == 0, ran.text
    assert pages(device) == before
    assert sorted(entries(device)) == listed


def test_an_undo_tells_pages_of_one_client_apart(world: World, device: Device) -> None:
    """An exception, and then what everything else gets; a page of the office came in between."""
    exception = {"src_address": "10.1.0.9", "dst_host": "bank.example", "comment": "0009-Moroso"}
    device.add(PROXY, action="allow", **exception)
    device.add(PROXY, action="deny", src_address="10.1.0.9", comment="0009-Moroso")
    adopt(world)
    before = [row["action"] for row in device.rows(PROXY) if row["src-address"] == "10.1.0.9"]
    assert before == ["redirect", "redirect", "allow", "deny"]
    tidy(world)
    (office,) = (row for row in device.rows(PROXY) if row["comment"] == "of the office")
    device.move(PROXY, device.add(PROXY, src_address="10.1.0.8"), office[".id"])
    ran = world.run("undo", "--yes")
    assert ran.code == 0, ran.text
    after = [row for row in device.rows(PROXY) if row["src-address"] == "10.1.0.9"]
    assert [row["action"] for row in after] == before
    assert [row["comment"] for row in after][1] == "of the office"
    assert after[2]["dst-host"] == "bank.example"
