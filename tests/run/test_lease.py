# SPDX-License-Identifier: GPL-3.0-or-later
"""One apply at a time on a router: taken, held, renewed, lost, broken, and gone by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from end_to_end.world import World
from run.town import build

from reconciler.lease import LIFETIME, Held, LeaseLost, acquire, break_lease, read_holders
from reconciler.router import Session, connect
from reconciler.run import Scope, make_targets

NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
LISTS = "/ip/firewall/address-list"


def session(world: World) -> Session:
    [target] = make_targets(world.load(), Scope())
    return connect(target.endpoint)


def test_who_comes_second_is_told_who_holds_it(world: World) -> None:
    build(world, 1)
    with session(world) as one, session(world) as two:
        lease = acquire(one, "maria@office", NOW)
        with pytest.raises(Held, match="held by maria@office since 90 s, and it ends by itself"):
            acquire(two, "luis@home", NOW + timedelta(seconds=90))
        lease.release()
        acquire(two, "luis@home", NOW).release()
    assert world.device("tower").rows(LISTS) == []


def test_an_apply_leaves_no_lease_behind(world: World) -> None:
    build(world, 2)
    assert world.run("apply", "--yes").code == 0
    assert [row for row in world.device("tower").rows(LISTS) if row["list"] == "rc-lease"] == []


def test_an_apply_under_somebody_elses_lease_writes_nothing(world: World) -> None:
    build(world, 2)
    world.device("tower").add(
        LISTS, list="rc-lease", address="192.0.2.1", timeout="2m", comment="owner=maria@office"
    )
    with world.listening("tower") as writes:
        ran = world.run("apply", "--yes")
    assert ran.code == 7
    assert "tower: the lease is held by maria@office" in ran.err
    assert "reconcile unlock tower" in ran.err
    assert writes == []


def test_any_row_of_the_list_means_held(world: World) -> None:
    build(world, 1)
    world.device("tower").add(LISTS, list="rc-lease", address="198.51.100.9")
    assert world.run("apply", "--yes").code == 7


def test_it_is_gone_by_itself(world: World) -> None:
    build(world, 1)
    with session(world) as one:
        acquire(one, "killed@runner", NOW)
    assert world.run("apply", "--yes").code == 7
    world.device("tower").clock.advance(LIFETIME + 1)
    assert world.run("apply", "--yes").code == 0


def test_it_is_renewed_at_half_time_and_not_before(world: World) -> None:
    build(world, 1)
    now = [0.0]
    with session(world) as one:
        lease = acquire(one, "a@b", NOW, clock=lambda: now[0])
        with world.listening("tower") as writes:
            now[0] = LIFETIME / 2 - 1
            lease.keep()
        assert writes == []
        world.device("tower").clock.advance(LIFETIME / 2)
        now[0] = LIFETIME / 2
        lease.keep()
        [holder] = read_holders(one)
        assert holder.left == LIFETIME


@pytest.mark.parametrize("how", ["broken", "late"])
def test_who_lost_it_stops(world: World, how: str) -> None:
    build(world, 1)
    now = [0.0]
    with session(world) as one, session(world) as two:
        lease = acquire(one, "a@b", NOW, clock=lambda: now[0])
        if how == "broken":
            assert [holder.owner for holder in break_lease(two)] == ["a@b"]
        now[0] = LIFETIME / 2 if how == "broken" else LIFETIME + 1
        with pytest.raises(LeaseLost, match="Run again"):
            lease.keep()


def test_unlock(world: World) -> None:
    build(world, 1)
    assert "no lease is held" in world.run("unlock", "tower").out
    world.device("tower").add(
        LISTS, list="rc-lease", address="192.0.2.1", timeout="2m", comment="owner=maria@office"
    )
    assert world.run("unlock", "tower").code == 64
    ran = world.run("unlock", "tower", "--yes")
    assert ran.code == 0
    assert "held by maria@office" in ran.out
    assert world.run("apply", "--yes").code == 0


def test_the_lower_id_holds_where_a_version_lets_two_in(world: World) -> None:
    build(world, 1)
    device = world.device("tower")
    device.add(LISTS, list="rc-lease", address="198.51.100.1")
    with session(world) as one:
        [first] = read_holders(one)
        assert first.row_id == device.rows(LISTS)[0][".id"]


def test_after_a_reboot_it_is_lost_and_no_other_row_is_taken_for_it(world: World) -> None:
    """It was in RAM, and its `.id` is that of a row of somebody else now."""
    build(world, 1)
    device = world.device("tower")
    gone = device.add(LISTS, list="theirs", address="198.51.100.1")
    with session(world) as one:
        lease = acquire(one, "a@b", NOW)
    device.add(LISTS, list="theirs", address="198.51.100.2")
    device.remove(LISTS, gone)
    world.servers["tower"].faults.reboot()
    device.add(LISTS, list="theirs", address="198.51.100.3")
    before = device.rows(LISTS)
    with session(world) as again:
        with pytest.raises(LeaseLost, match="is not there any more"):
            lease.move_to(again)
        with pytest.raises(LeaseLost):
            lease.keep()
        lease.release()
    assert device.rows(LISTS) == before


def test_over_a_new_connection_it_is_still_ours(world: World) -> None:
    build(world, 1)
    with session(world) as one:
        lease = acquire(one, "a@b", NOW)
    with session(world) as again:
        lease.move_to(again)
        lease.keep()
        lease.release()
        assert read_holders(again) == []
