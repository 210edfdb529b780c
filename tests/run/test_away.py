# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers that are away, slow, silent, or there only now and then: the others go on."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from end_to_end.world import World
from run.town import build

from reconciler.emulator import Device
from reconciler.emulator.session import Verdict
from reconciler.wording import ago

QUEUES = "/queue/simple"
TIMEOUT = 1.0
# What three attempts, a read-back and a reconnection may take of it, on a busy machine.
SECONDS = 15


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[World]:
    """Two towers with clients of their own; the second is the one that fails."""
    with World(tmp_path / "repo") as world:
        for name in ("near", "far"):
            world.serve(name, Device(version="7.22.3", identity=name), timeout=f"{TIMEOUT:g}s")
        build(world, 0, router="far")
        world.write(
            "inventory/zones/near-zone.yaml",
            {"id": "near-zone", "router": "near", "addresses": ["10.61.0.0/16"]},
        )
        for name, third in (("near", 61), ("far", 60)):
            for number in range(3):
                service = {
                    "plan": "basic",
                    "since": "2026-01-01",
                    "address": f"10.{third}.0.{number + 2}",
                }
                world.write(
                    f"inventory/clients/{name}-{number}.yaml",
                    {
                        "id": f"{name}-{number}",
                        "name": name,
                        "zone": f"{name}-zone",
                        "services": [service],
                    },
                )
        yield world


def queues(world: World, router: str) -> int:
    return len(world.device(router).rows(QUEUES))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


def test_a_router_that_is_off_is_left_out_with_its_reason(pair: World) -> None:
    pair.servers["far"].faults.go_away()
    with within(SECONDS):
        ran = pair.run("apply", "--yes")
    assert ran.code == 3
    assert "far: left out: far is unreachable at 127.0.0.1:" in ran.out
    assert "connection refused" in ran.out
    assert "Never reached from here." in ran.out
    assert queues(pair, "near") == 3
    pair.servers["far"].faults.come_back()
    assert pair.run("apply", "--yes").code == 0
    assert queues(pair, "far") == 3
    pair.servers["far"].faults.go_away()
    assert re.search(r"far: unreachable\..* Last reached \d+ seconds? ago\.", pair.run("plan").out)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 seconds"), (1, "1 second"), (119, "1 minute"), (7200, "2 hours"), (90000, "1 day")],
)
def test_ages_are_told_in_their_largest_unit(seconds: int, text: str) -> None:
    assert ago(timedelta(seconds=seconds)) == text


def test_a_router_that_accepts_and_is_silent_ends_within_its_timeout(pair: World) -> None:
    pair.servers["far"].faults.freeze()
    try:
        with within(SECONDS):
            ran = pair.run("apply", "--yes")
    finally:
        pair.servers["far"].faults.thaw()
    assert ran.code == 3
    assert "no answer within 1 s" in ran.out
    assert queues(pair, "near") == 3


def test_a_router_whose_sockets_are_never_accepted_is_away_too(pair: World) -> None:
    """A full backlog: the system shakes hands, and nobody is there."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        file = pair.root / "inventory/routers/far.yaml"
        port = pair.servers["far"].port
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(str(port), str(listener.getsockname()[1])), encoding="utf-8")
        with within(SECONDS):
            ran = pair.run("plan")
    assert ran.code == 3
    assert "+ /queue/simple near-0" in ran.out


def test_a_router_that_falls_silent_in_the_middle(pair: World) -> None:
    """What was sent is unknown; the other is done, and one more apply ends it."""
    faults = pair.servers["far"].faults

    def freeze() -> Verdict:
        faults.frozen = True
        return Verdict.PASS

    faults.at_write(3, freeze)
    try:
        with within(SECONDS):
            ran = pair.run("apply", "--yes")
    finally:
        faults.thaw()
        faults.clear()
    assert ran.code in (3, 5), ran.text
    assert queues(pair, "near") == 3
    pair.device("far").clock.advance(121)
    assert pair.run("apply", "--yes").code == 0
    assert queues(pair, "far") == 3


def test_a_slow_link_is_no_reason_to_give_up(pair: World) -> None:
    """50 ms each way: much is under way at once, so a run takes round trips and no more."""
    pair.servers["far"].faults.latency = 0.05
    with within(SECONDS):
        ran = pair.run("apply", "--yes")
    assert ran.code == 0, ran.text
    assert queues(pair, "far") == 3


def test_reachability_that_alternates_does_a_part_each_time_and_ends(pair: World) -> None:
    """Cut with every third write, it goes forward in each run and is never wrong."""
    before = 0
    for _ in range(20):
        pair.servers["far"].faults.drop_after_write(3)
        code = pair.run("apply", "--yes").code
        pair.servers["far"].faults.clear()
        assert code in (0, 3, 5)
        assert queues(pair, "far") >= before
        before = queues(pair, "far")
        if code == 0 and pair.run("plan", "--detailed-exitcode").code == 0:
            break
        pair.device("far").clock.advance(121)
    assert pair.run("plan", "--detailed-exitcode").code == 0
    assert queues(pair, "far") == 3


def test_connecting_is_tried_again_and_writing_never(pair: World) -> None:
    """Away for the first attempt alone; each row is added once."""
    faults = pair.servers["far"].faults
    faults.go_away()
    back = threading.Timer(0.1, faults.come_back)
    back.start()
    ran = pair.run("apply", "--yes")
    back.join()
    assert ran.code in (0, 3)
    if ran.code == 3:  # the pauses between attempts are random, so all may have come too early
        assert pair.run("apply", "--yes").code == 0
    added = list(pair.servers["far"].commands("/queue/simple/add"))
    assert len(added) == 3


def test_a_connection_lost_over_a_write_that_was_done_is_told_with_that_write(pair: World) -> None:
    pair.servers["far"].faults.drop_after_write(4)
    ran = pair.run("apply", "--yes")
    assert ran.code == 5
    assert "far: add /queue/simple far-2" in ran.out
    assert "no answer came, but it was done: far was lost at 127.0.0.1:" in ran.out
    assert "far: not tried after that: 6 changes." in ran.out
