# SPDX-License-Identifier: GPL-3.0-or-later
"""Rehearsal on a copy of the live router: nothing is written, refusals come with their place."""

from end_to_end.world import World
from run.town import build, suspend


def test_a_good_plan_is_carried_out_on_the_copy_alone(world: World) -> None:
    ids = build(world, 4)
    before = world.device("tower").snapshot()
    with world.listening("tower") as writes:
        ran = world.run("rehearse")
    assert ran.code == 0
    assert "none refused, all as wanted afterwards" in ran.out
    assert writes == []
    assert world.device("tower").snapshot() == before
    assert world.run("apply", "--yes").code == 0
    suspend(world, ids[:1])
    assert "Rehearsed: 1 change," in world.run("rehearse").out


def test_what_the_router_would_refuse_names_the_file(world: World) -> None:
    build(world, 1)
    plan = world.root / "plans/basic.yaml"
    plan.write_text(plan.read_text().rstrip("}") + ', "parent": "no-such-queue"}')
    ran = world.run("rehearse")
    assert ran.code == 2
    assert "inventory/clients/client-0.yaml:1: tower would refuse: add /queue/simple" in ran.out
    assert "input does not match any value of parent" in ran.out
    with world.listening("tower") as writes:
        ran = world.run("apply", "--yes", "--rehearse")
    assert ran.code == 1
    assert "The rehearsal went wrong" in ran.err
    assert writes == []


def test_a_hand_made_row_of_the_live_router_is_on_the_copy(world: World) -> None:
    build(world, 1)
    world.device("tower").add("/queue/simple", name="total", target="10.0.0.0/8")
    plan = world.root / "plans/basic.yaml"
    plan.write_text(plan.read_text().rstrip("}") + ', "parent": "total"}')
    assert world.run("rehearse").code == 0


def test_a_plan_file_is_rehearsed_as_it_is(world: World) -> None:
    ids = build(world, 2)
    file = str(world.root / "change.plan")
    assert world.run("plan", "--out", file).code == 0
    assert world.run("rehearse", file).code == 0
    suspend(world, ids[:1])
    assert "Rehearsed: 8 changes," in world.run("rehearse", file).out
