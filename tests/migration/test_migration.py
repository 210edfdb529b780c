# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients move from PCQ on one router to PPPoE on another, and back: make before break.

Through the files and the commands alone, with a router away before, during and after the writes.
At no moment is a client on neither router, or a suspended one unblocked; in the end nothing is
left behind, and what must wait is shown as owed and done by a later run.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.world import World, assert_same, assert_settled, foreign

from migration.moving import (
    ACTIVE,
    PCQ,
    SECRETS,
    A,
    B,
    Observer,
    apply,
    build,
    clients_on,
    left_behind,
    migrate,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "repo") as one:
        yield one


def begin(world: World, count: int) -> list[str]:
    """Everybody on rb-a, applied."""
    ids = build(world, count)
    assert apply(world).code == 0
    assert clients_on(world, A) == set(ids)
    return ids


def move(world: World, ids: list[str], old: str, new: str) -> None:
    """Half of them while all is well, the other half while the old router is away."""
    half = len(ids) // 2
    migrate(world, new, ids[:half])
    assert apply(world).code == 0
    assert clients_on(world, old) == set(ids[half:])
    assert clients_on(world, new) == set(ids[:half])

    world.servers[old].faults.go_away()
    migrate(world, new, ids[half:])
    assert apply(world).code == 3
    assert clients_on(world, old) == set(ids[half:])  # it cannot know yet
    assert clients_on(world, new) == set(ids)

    world.servers[old].faults.come_back()
    planned = json.loads(world.run("plan", "--format", "json").out)
    assert planned["summary"]["add"] == 0
    assert {change["router"] for change in planned["changes"]} == {old}
    assert {change["action"] for change in planned["changes"]} == {"remove"}
    assert apply(world).code == 0
    assert clients_on(world, old) == set()
    assert left_behind(world, old) == []
    assert_settled(world)


def test_two_hundred_go_there_and_back(world: World) -> None:
    ids = begin(world, 200)
    before = {router: foreign(world.device(router).snapshot()) for router in (A, B)}
    with Observer(world, ids).watching() as observer:
        move(world, ids, A, B)
        move(world, ids, B, A)
    assert observer.wrong == []
    assert observer.seen > 400  # two hundred adds each way at the least
    for router, rows in before.items():
        assert_same(foreign(world.device(router).snapshot()), rows)


def test_the_same_router_changes_the_mode(world: World) -> None:
    ids = begin(world, 30)
    with Observer(world, ids).watching() as observer:
        for plan in ("fibra", PCQ):
            ran = world.run("client", "migrate", "--from-zone", "a", "--plan", plan, "--yes")
            assert ran.code == 0, ran.text
            assert apply(world).code == 0
            assert clients_on(world, A) == set(ids)
            assert_settled(world)
    assert observer.wrong == []
    assert observer.seen > 30


@pytest.mark.parametrize(("old", "new"), [(A, B), (B, A)])
def test_the_new_router_is_away(world: World, old: str, new: str) -> None:
    """Nothing is removed until the new one was seen to carry them; it is shown as owed."""
    ids = begin(world, 20)
    if old == B:
        migrate(world, B, ids)
        assert apply(world).code == 0
    with Observer(world, ids).watching() as observer:
        world.servers[new].faults.go_away()
        migrate(world, new, ids)
        ran = apply(world)
        assert ran.code == 3
        assert ran.out.count(f"until {new} is seen to carry it") >= len(ids)
        assert clients_on(world, old) == set(ids)
        world.servers[new].faults.come_back()
        assert apply(world).code == 0
    assert observer.wrong == []
    assert left_behind(world, old) == []
    assert clients_on(world, new) == set(ids)
    assert_settled(world)


@pytest.mark.parametrize("scope", [("--router", A), ("--zone", "a")])
def test_a_run_that_does_not_see_the_new_router(world: World, scope: tuple[str, str]) -> None:
    ids = begin(world, 20)
    with Observer(world, ids).watching() as observer:
        migrate(world, B, ids)
        apply(world, *scope)
        assert clients_on(world, A) == set(ids)
        assert apply(world, "--router", B).code == 0
        assert clients_on(world, A) == clients_on(world, B) == set(ids)
        ran = apply(world, "--router", A)
        assert "owed: remove" in ran.out
        assert clients_on(world, A) == set(ids)
        assert apply(world).code == 0
    assert observer.wrong == []
    assert left_behind(world, A) == []
    assert_settled(world)


@pytest.mark.parametrize("fault", ["drop_before_write", "drop_after_write"])
@pytest.mark.parametrize("router", [A, B])
@pytest.mark.parametrize("count", [2, 3, 4, 6, 12, 22])
def test_a_router_that_is_lost_at_a_write(
    world: World, fault: str, router: str, count: int
) -> None:
    """The n-th write of a run, the first being the lease; later runs bring it to its end."""
    ids = begin(world, 20)
    with Observer(world, ids).watching() as observer:
        migrate(world, B, ids)
        getattr(world.servers[router].faults, fault)(count)
        first = apply(world)
        assert first.code in (0, 3, 5), first.text
        world.servers[router].faults.clear()
        assert apply(world).code == 0
    assert observer.wrong == []
    assert clients_on(world, B) == set(ids)
    assert left_behind(world, A) == []
    assert_settled(world)


def test_the_new_router_goes_half_way_and_stays_away(world: World) -> None:
    """Who arrived before it went leaves the old one at once, everybody else when it is back."""
    ids = begin(world, 60)
    with Observer(world, ids).watching() as observer:
        migrate(world, B, ids)
        world.servers[B].faults.drop_after_write(40)
        assert apply(world).code == 5
        arrived = clients_on(world, B)
        assert 0 < len(arrived) < len(ids)
        assert clients_on(world, A) == set(ids) - arrived
        world.servers[B].faults.go_away()
        ran = apply(world)
        assert ran.code == 3
        assert f"until {B} is seen to carry it" in ran.out
        assert clients_on(world, A) == set(ids) - arrived
        world.servers[B].faults.come_back()
        assert apply(world).code == 0
    assert observer.wrong == []
    assert clients_on(world, B) == set(ids)
    assert left_behind(world, A) == []
    assert_settled(world)


def test_a_client_that_the_new_router_refuses_stays_on_the_old_one(world: World) -> None:
    ids = begin(world, 20)
    with Observer(world, ids).watching() as observer:
        migrate(world, B, ids)
        world.servers[B].faults.trap_at_write(9, "failure: out of memory")
        ran = apply(world)
        assert ran.code == 5
        assert "out of memory" in ran.out
        [stays] = set(ids) - clients_on(world, B)
        assert clients_on(world, A) == {stays}
        assert apply(world).code == 0
    assert observer.wrong == []
    assert left_behind(world, A) == []
    assert_settled(world)


def test_sessions_end_when_the_secret_goes_and_not_before(world: World) -> None:
    ids = begin(world, 20)
    migrate(world, B, ids)
    assert apply(world).code == 0
    old = world.device(B)
    for number, id_ in enumerate(ids[:5]):
        old.add_dynamic(ACTIVE, name=id_, service="pppoe", address=f"10.30.0.{number + 2}")
    old.add_dynamic(ACTIVE, name="tunnel", service="l2tp", address="192.168.9.9")
    migrate(world, A, ids)
    assert "5 sessions drop" in world.run("plan").out
    with Observer(world, ids).watching() as observer, world.listening(B) as heard:
        assert apply(world).code == 0
    commands = [words[0] for words in heard]
    assert commands.index(f"{SECRETS}/remove") < commands.index(f"{ACTIVE}/remove")
    assert [row["name"] for row in old.rows(ACTIVE)] == ["tunnel"]
    assert observer.wrong == []


def test_a_plan_says_why_rows_go(world: World) -> None:
    ids = begin(world, 3)
    migrate(world, B, ids[:2])
    assert world.run("client", "cancel", ids[2]).code == 0
    (world.root / f"inventory/clients/b/{ids[0]}.yaml").unlink()
    told = world.run("plan").out
    assert f"{ids[0]}/internet  (Cliente 0: loses all rows)  in no file" in told
    assert f"{ids[1]}/internet  (Cliente 1: moves from a to b)  lives on {B} now" in told
    gone = rf"{ids[2]}/internet  \(Cliente 2: cancelled on \d{{4}}-\d\d-\d\d\)  needed here no more"
    assert re.search(gone, told)
    assert f"plan/{PCQ}  needed here no more" in told


def test_status_and_doctor_show_what_is_owed(world: World) -> None:
    ids = begin(world, 20)
    migrate(world, B, ids)
    assert apply(world, "--router", B).code == 0
    found = json.loads(world.run("status", "--format", "json").out)["routers"]
    pending = {one["router"]: one["pending"] for one in found}
    assert pending[B] == 0
    assert pending[A] >= len(ids)
    assert "pending-changes" in world.run("doctor", A).out
    assert apply(world).code == 0
    found = json.loads(world.run("status", "--format", "json").out)["routers"]
    assert [one["pending"] for one in found] == [0, 0]


def test_more_sessions_than_the_limit_wait_for_a_word(world: World) -> None:
    ids = begin(world, 60)
    migrate(world, B, ids)
    assert apply(world).code == 0
    for number, id_ in enumerate(ids):
        world.device(B).add_dynamic(ACTIVE, name=id_, address=f"10.30.1.{number + 2}")
    migrate(world, A, ids)
    ran = world.run("apply", "--yes", "--allow-changes", "60")
    assert ran.code == 4
    assert "--allow-sessions 60" in ran.err
    assert clients_on(world, A) == set()


def test_the_observer_sees_what_must_not_be(world: World) -> None:
    """Were it blind, the tests above would prove nothing."""
    ids = begin(world, 3)
    device = world.device(A)
    with Observer(world, ids).watching() as observer:
        assert observer.wrong == []
        for row in device.rows("/ip/firewall/address-list"):
            if row.get("address") == "10.20.1.2" and row["list"] == "rc-suspended":
                device.remove("/ip/firewall/address-list", row[".id"])
        observer.look()
        assert [text.partition(" after")[0] for text in observer.wrong] == [
            "c000 is suspended and not blocked"
        ]
        device.remove("/ip/firewall/mangle", device.rows("/ip/firewall/mangle")[0][".id"])
        observer.look()
        assert sum("on neither" in text for text in observer.wrong) == 3
