# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws that hold for any repository against any router, ours or messed up by hand.

Apply then plan is empty. What is not ours is as before, row by row and in order. What the files
say, the router holds, to the letter.
"""

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from end_to_end.case import Case, cases, few, rewrite
from end_to_end.generated import Files, repositories
from end_to_end.mess import RULES, Mess, make_mess, messes, ours, respell
from end_to_end.world import NAMED, assert_applied, assert_same, assert_settled, foreign
from reconciler.change import Action
from reconciler.codec import Codec
from reconciler.emulator import Device
from reconciler.planning import Status
from reconciler.router import AnswerState
from reconciler.secrets import derive


def assert_holds(device: Device, files: Files, charset: str) -> None:
    """Names, passwords and labels of every service are on the router as the files have them."""
    codec = Codec(charset)

    def kept(text: str) -> str:
        """As the router keeps the bytes that we write."""
        return codec.encode(text).decode("utf-8", "surrogateescape")

    rows = {path: device.rows(path) for path in MENU_OF_MODE.values()}
    for file, client in files.items():
        if not file.startswith("inventory/clients/"):
            continue
        for service in client["services"]:
            if service.get("cancelled", {}).get("address") == "release":
                continue
            mode = files[f"plans/{service['plan']}.yaml"]["mode"]
            mark = f"[rc:{client['id']}/{service['id']}]"
            label = service.get("comment", client["name"])
            found = [
                row
                for row in rows[MENU_OF_MODE[mode]]
                if row.get("comment") == kept(f"{label} {mark}")
                and row.get("list") not in ("rc-suspended", "Moroso")
            ]
            assert len(found) == 1, (mark, found)
            (row,) = found
            default = client["id"] if service["id"] == "internet" else f"{client['id']}-second"
            if mode != "pcq":
                assert row["name"] == kept(service.get("name", default))
            if mode in ("pppoe", "hotspot"):
                derived = derive(b"a-key-of-no-value-0123456789", client["id"], service["id"], 1)
                assert row["password"] == kept(service.get("password", {}).get("plain", derived))
            blocked = service["status"] in ("suspended", "cancelled")
            if blocked and mode == "hotspot" and "address" not in service:
                assert row["disabled"] == "true"
            else:
                assert row["disabled"] == "false"
            if "address" in service and mode in ("simple-queue", "pcq"):
                assert service["address"] in (row.get("target") or row["address"])


def assert_blocks(device: Device, router: Mapping[str, Any]) -> None:
    """Each jump is first in its chain but for dynamic rules, and our chains are in their order."""
    for path, chain, jump, private, parts in (
        ("/ip/firewall/filter", "forward", "jump-forward", "rc-forward", FILTER_PARTS),
        ("/ip/firewall/nat", "dstnat", "jump-dstnat", "rc-dstnat", NAT_PARTS),
    ):
        rows = [row for row in device.rows(path) if row.get("dynamic") != "true"]
        mine = [part_of(row) for row in rows if row["chain"] == private and part_of(row)]
        first = [part_of(row) for row in rows if row["chain"] == chain][:1]
        if router["block_rules"] == "true" and (path.endswith("filter") or "notice" in router):
            assert first == [jump]
            assert mine == parts
        else:
            assert [part_of(row) for row in rows if part_of(row)] == []


FILTER_PARTS = ["allowed", "dns-udp", "dns-tcp", "tcp", "rest"]
NAT_PARTS = ["nat-allowed", "nat-suspended", "nat-notice"]


def part_of(row: Mapping[str, str]) -> str:
    """`jump-forward` of a comment that ends in `[rc:router/jump-forward]`; empty for others."""
    return row.get("comment", "").partition("[rc:router/")[2].removesuffix("]")


MENU_OF_MODE = {
    "simple-queue": "/queue/simple",
    "pcq": "/ip/firewall/address-list",
    "pppoe": "/ppp/secret",
    "hotspot": "/ip/hotspot/user",
}


@few
@given(cases, repositories(), messes())
def test_apply_then_plan_is_empty_and_foreign_rows_are_untouched(
    case: Case, second: Files, mess: Mess
) -> None:
    with case.served() as (world, device):
        before = foreign(device.snapshot())
        assert_applied(world.apply())
        assert_settled(world)
        assert_same(foreign(device.snapshot()), before)
        assert_holds(device, case.files, case.router["charset"])
        assert_blocks(device, case.router)

        make_mess(device, mess)
        rewrite(world, second)
        before = foreign(device.snapshot())
        assert_applied(world.apply())
        assert_settled(world)
        assert_same(foreign(device.snapshot()), before)
        assert_holds(device, second, case.router["charset"])
        assert_blocks(device, case.router)


@few
@given(cases)
def test_what_is_spelled_differently_is_no_difference(case: Case) -> None:
    with case.served() as (world, device):
        assert_applied(world.apply())
        for path, marked in ours(device).items():
            for row in marked:
                respell(device, path, row, how=~0)
        assert_settled(world)


@few
@given(cases, repositories(), st.integers(1, 30), st.booleans())
def test_an_apply_cut_at_any_write_is_completed_by_the_next(
    case: Case, second: Files, cut_at: int, done: bool
) -> None:
    with case.served() as (world, device):
        assert_applied(world.apply())
        rewrite(world, second)
        before = foreign(device.snapshot())
        faults = world.servers["r1"].faults
        (faults.drop_after_write if done else faults.drop_before_write)(cut_at)
        (work,) = world.apply()
        faults.clear()
        assert work.count(AnswerState.DONE) == len(work.plan.changes) or work.remaining or done
        assert_same(foreign(device.snapshot()), before)

        assert_applied(world.apply())
        assert_settled(world)
        assert_same(foreign(device.snapshot()), before)
        assert_holds(device, second, case.router["charset"])
        assert_blocks(device, case.router)


@few
@given(cases, st.data())
def test_clients_may_exchange_their_names_and_addresses(case: Case, data: st.DataObject) -> None:
    with case.served() as (world, device):
        assert_applied(world.apply())
        rewrite(world, exchanged(case.files, data))
        before = foreign(device.snapshot())
        assert_applied(world.apply())
        assert_settled(world)
        assert_same(foreign(device.snapshot()), before)


def exchanged(files: dict[str, dict[str, Any]], data: st.DataObject) -> Files:
    """The same services, with names and addresses dealt anew among those that have them."""
    new = copy.deepcopy(files)
    services = [
        service
        for file, client in new.items()
        if file.startswith("inventory/clients/")
        for service in client["services"]
    ]
    for field in ("name", "address"):
        having = [service for service in services if field in service]
        values = data.draw(st.permutations([service[field] for service in having]))
        for service, value in zip(having, values, strict=True):
            service[field] = value
    return new


@few
@given(cases)
def test_rows_without_marks_are_taken_over_by_their_marks_alone(case: Case) -> None:
    """As on a router that somebody ran by hand with the very same names."""
    with case.served() as (world, device):
        assert_applied(world.apply())
        adopted = 0
        for path, marked in ours(device).items():
            for row in marked:
                if path not in (*RULES, *NAMED):
                    label = row["comment"].rpartition(" [rc:")[0]
                    device.set(path, row[".id"], comment=label)
                    adopted += 1
        (plan,) = world.plan()
        assert plan.status is (Status.CONFLICT if adopted else Status.OK)
        (plan,) = world.plan(adopt=True)
        assert {change.action for change in plan.changes} <= {Action.ADOPT}
        assert len(plan.changes) == adopted
        assert all(set(change.after) == {"comment"} for change in plan.changes)
        before = foreign(device.snapshot())
        (work,) = world.apply()
        assert work.count(AnswerState.DONE) == 0
        assert foreign(device.snapshot()) == before
        assert_applied(world.apply(adopt=True))
        assert_settled(world)


@few
@given(cases)
def test_who_is_managed_no_more_keeps_every_row(case: Case) -> None:
    with case.served() as (world, device):
        assert_applied(world.apply())
        before = {path: device.rows(path) for path in MENU_OF_MODE.values()}
        left = copy.deepcopy(case.files)
        for file, client in left.items():
            if file.startswith("inventory/clients/"):
                client["manage"] = "false"
        rewrite(world, left)
        assert_applied(world.apply())
        assert_settled(world)
        for path, old in before.items():
            assert device.rows(path) == [unmarked(row) for row in old]
        profiles = {row["name"] for row in device.rows("/ppp/profile")}
        assert {row["profile"] for row in device.rows("/ppp/secret")} <= profiles
        rewrite(world, {f: c for f, c in left.items() if not f.startswith("inventory/clients/")})
        assert_settled(world)


def unmarked(row: dict[str, str]) -> dict[str, str]:
    """A client's row without its mark; all other rows as they are."""
    label, mark, of = row.get("comment", "").rpartition(" [rc:")
    return row | {"comment": label} if mark and of.startswith("client-") else row
