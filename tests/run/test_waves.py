# SPDX-License-Identifier: GPL-3.0-or-later
"""Canary and waves: who goes first, what must hold before the next, and what a stop leaves."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import KEY, World

from reconciler.emulator import Device
from reconciler.fleet import Fleet
from reconciler.health import Pulse, ailment
from reconciler.journal import last_run, read_journal
from reconciler.models import WaveSettings
from reconciler.outcome import outcome_codes
from reconciler.run import Scope, make_targets
from reconciler.waves import Rollout, divide
from reconciler.work import Work

# Router -> zone and clients; `a-1` has the fewest of those that are to change.
TOWERS = {"a-1": ("east", 1), "a-2": ("east", 2), "b-1": ("west", 3), "b-2": ("west", 4)}
ZONES = {router: zone for router, (zone, _) in TOWERS.items()}
ACTIVE = "/ppp/active"


@pytest.fixture
def valley(tmp_path: Path) -> Iterator[World]:
    """Four routers as the files say, each client logged in; then every plan gets faster."""
    with World(tmp_path / "repo") as world:
        settings(world)
        plan(world, "10M")
        for number, (router, (zone, count)) in enumerate(TOWERS.items()):
            world.serve(router, Device(version="7.22.3", identity=router))
            # A zone is on one router, so each has one of its own, named after both.
            world.write(
                f"inventory/zones/{router}-{zone}.yaml",
                {
                    "id": f"{router}-{zone}",
                    "router": router,
                    "addresses": [f"10.6{number}.0.0/16"],
                    "local_address": f"10.6{number}.255.1",
                },
            )
            for one in range(count):
                client(
                    world, router, one, zone=f"{router}-{zone}", address=f"10.6{number}.0.{one + 2}"
                )
        ran = world.run("apply", "--yes")
        assert ran.code == 0, ran.text
        for router in TOWERS:
            log_in(world, router)
        plan(world, "20M")
        yield world


def settings(world: World, **waves: Any) -> None:
    world.write(
        "reconcile.yaml",
        {
            "format": 1,
            "secrets": {"key": {"env": "RECONCILE_KEY"}},
            "limits": {"changes_percent": 100},
            "waves": {"wait": "1ms", **waves},
        },
    )
    world.environ["RECONCILE_KEY"] = KEY


def plan(world: World, download: str) -> None:
    rates = {"download": download, "upload": "2M"}
    world.write("plans/dial.yaml", {"id": "dial", "mode": "pppoe", **rates})


def client(world: World, router: str, number: int, **fields: Any) -> None:
    name = f"{router}-client-{number}"
    zone, address = fields.pop("zone"), fields.pop("address")
    service = {"plan": "dial", "since": "2026-01-01", "address": address, **fields}
    world.write(
        f"inventory/clients/{name}.yaml",
        {"id": name, "name": name, "zone": zone, "services": [service]},
    )


def log_in(world: World, router: str) -> None:
    device = world.device(router)
    live = {row["name"] for row in device.rows(ACTIVE)}
    for row in device.rows("/ppp/secret"):
        if row["name"] not in live:
            device.add_dynamic(ACTIVE, name=row["name"], service="pppoe")


def log_in_everywhere(world: World) -> None:
    for router in TOWERS:
        log_in(world, router)


def rates(world: World) -> dict[str, str]:
    """The rate of the plan on each router, as it is now."""
    return {
        router: row["rate-limit"]
        for router in TOWERS
        for row in world.device(router).rows("/ppp/profile")
        if row["name"] == "dial"
    }


def changed(world: World) -> list[str]:
    return [router for router, rate in rates(world).items() if rate.startswith("2M/20M")]


class Time:
    """A clock that only sleeping moves; `on_sleep` is what the network does meanwhile."""

    def __init__(self, on_sleep: Callable[[], None] = lambda: None) -> None:
        self.now, self._on_sleep = 0.0, on_sleep

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._on_sleep()

    def __call__(self) -> float:
        return self.now


def roll_out(
    world: World, by: str | int, time: Time, **bounds: Any
) -> tuple[list[Work], list[dict[str, Any]], list[int]]:
    """The works of a run in waves, what was told of it, and its exit codes."""
    told: list[dict[str, Any]] = []

    def tell(event: str, **more: Any) -> None:
        told.append({"event": event, **more})

    with Fleet(make_targets(world.load(), Scope())) as fleet:
        fleet.survey()
        waves = WaveSettings.model_validate({"wait": "60s", **bounds})
        rollout = Rollout(fleet, by, waves, ZONES, lambda _plans: (), tell, time, time.sleep)
        fleet.apply(waves=rollout)
        return fleet.works, told, outcome_codes(fleet.works)


def waves_of(told: Sequence[dict[str, Any]]) -> list[list[str]]:
    return [one["routers"] for one in told if one["event"] == "wave"]


# -- who goes with whom ------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "canary", "expected"),
    [
        (25, (), [["a-1"], ["a-2"], ["b-1"], ["b-2"]]),
        (50, (), [["a-1"], ["a-2", "b-1"], ["b-2"]]),
        (100, ("b-2",), [["b-2"], ["a-1", "a-2", "b-1"]]),
        ("zone", (), [["a-1", "a-2"], ["b-1", "b-2"]]),
        ("zone", ("b-1",), [["b-1"], ["a-1", "a-2"], ["b-2"]]),
    ],
)
def test_the_smallest_goes_first_or_who_is_named(
    valley: World, by: str | int, canary: tuple[str, ...], expected: list[list[str]]
) -> None:
    with Fleet(make_targets(valley.load(), Scope())) as fleet:
        waves = divide(fleet.survey(), by, canary, ZONES)
    assert [[work.plan.router for work in wave] for wave in waves] == expected


def test_routers_that_exchange_a_service_go_together(valley: World) -> None:
    client(valley, "a-1", 0, zone="b-2-west", address="10.63.0.90")
    with Fleet(make_targets(valley.load(), Scope())) as fleet:
        waves = divide(fleet.survey(), 25, (), ZONES)
    assert [sorted(w.plan.router for w in wave) for wave in waves][-1] == ["a-1", "b-2"]


def test_a_service_that_moves_is_on_its_new_router_before_it_leaves_the_old(valley: World) -> None:
    client(valley, "a-1", 0, zone="b-2-west", address="10.63.0.90")
    time = Time(partial(log_in_everywhere, valley))
    works, _, codes = roll_out(valley, 25, time)
    assert codes == []
    assert [work.owed for work in works] == [[], [], [], []]
    assert valley.plan("a-1")[0].changes == ()


def test_what_needs_no_change_is_read_back_with_the_first(valley: World) -> None:
    works, told, codes = roll_out(valley, 25, Time(partial(log_in_everywhere, valley)))
    assert codes == []
    works, told, codes = roll_out(valley, 25, Time())
    assert waves_of(told) == [sorted(TOWERS)]
    assert all(work.verified for work in works)


# -- health ------------------------------------------------------------------------


def test_the_next_wave_waits_until_sessions_are_back(valley: World) -> None:
    looks: list[int] = []

    def later() -> None:
        looks.append(len(changed(valley)))
        if len(looks) % 3 == 0:
            log_in_everywhere(valley)

    _, told, codes = roll_out(valley, 25, Time(later), sessions_percent=100)
    assert codes == []
    assert changed(valley) == list(TOWERS)
    # Three looks at each wave, and nobody of a later wave was written to meanwhile.
    assert looks == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    health = [one for one in told if one["event"] == "health"]
    assert [(one["sessions_before"], one["sessions"]) for one in health] == [
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 4),
    ]


def test_who_never_comes_back_stops_the_rest_within_the_time(valley: World) -> None:
    time = Time()
    works, told, codes = roll_out(valley, 25, time, sessions_percent=100)
    assert changed(valley) == ["a-1"]
    assert time.now == 60
    assert waves_of(told) == [["a-1"]]
    assert works[0].unhealthy == "0 sessions live, and 1 must be back"
    assert [bool(work.untried) for work in works] == [False, True, True, True]
    assert codes == [5, 5, 5, 5]


def test_a_budget_lets_some_fail(valley: World) -> None:
    works, _, codes = roll_out(valley, 25, Time(), sessions_percent=100, failures=1)
    assert changed(valley) == ["a-1", "a-2"]
    assert [bool(work.unhealthy) for work in works] == [True, True, False, False]
    assert codes[0] == 5


def test_a_share_of_the_sessions_is_enough(valley: World) -> None:
    def most() -> None:
        for router in TOWERS:
            log_in(valley, router)
            rows = valley.device(router).rows(ACTIVE)
            valley.device(router).remove(ACTIVE, rows[0][".id"])

    works, _, _ = roll_out(valley, "zone", Time(most), sessions_percent=50)
    assert [bool(work.unhealthy) for work in works] == [False, False, False, False]


def test_sessions_that_the_plan_ends_for_good_are_not_waited_for(valley: World) -> None:
    plan(valley, "10M")
    (valley.root / "inventory/clients/a-2-client-1.yaml").unlink()
    _, told, codes = roll_out(valley, 25, Time(), sessions_percent=100)
    assert codes == []
    (health,) = [one for one in told if one["event"] == "health"]
    assert (health["sessions_before"], health["sessions"], health["healthy"]) == (2, 1, True)


def test_a_cpu_above_its_bound_is_no_health() -> None:
    bounds = WaveSettings(cpu_percent=80)
    assert ailment(Pulse(3, 80), 3, bounds) is None
    assert ailment(Pulse(3, None), 3, bounds) is None
    assert ailment(Pulse(3, 81), 3, bounds) == "its CPU has a load of 81 %, and the most is 80 %"


def test_a_router_that_falls_silent_after_its_writes_stops_the_rest(valley: World) -> None:
    def vanish() -> None:
        valley.servers["a-1"].faults.go_away()

    works, _, _ = roll_out(valley, 25, Time(vanish), sessions_percent=100)
    assert works[0].unhealthy == "it does not answer"
    assert changed(valley) == ["a-1"]


def test_a_router_that_refuses_a_write_stops_the_rest(valley: World) -> None:
    valley.servers["a-1"].faults.trap_at_write(1, "failure: no")
    works, _, codes = roll_out(valley, 25, Time())
    assert changed(valley) == []
    assert (works[1].untried or "").startswith("wave 2 of 4 was not begun: 1 router failed (a-1:")
    # Nothing was written anywhere.
    assert codes == [1, 1, 1, 1]


# -- what waits --------------------------------------------------------------------


def test_rows_that_became_others_while_a_wave_waited_are_not_written(valley: World) -> None:
    """A reboot deals `.id`s anew: the plan would write to rows that it was not made for."""

    def meanwhile() -> None:
        log_in(valley, "a-1")
        device = valley.device("a-2")
        for row in device.rows("/ppp/profile"):
            if row["name"] == "dial":
                device.remove("/ppp/profile", row[".id"])
                words = {k.replace("-", "_"): v for k, v in row.items() if k in ("name", "comment")}
                device.add("/ppp/profile", **words, rate_limit="2M/10M")

    works, told, _ = roll_out(valley, 25, Time(meanwhile), sessions_percent=100)
    assert works[1].untried == "it changed while it waited for its wave"
    assert changed(valley) == ["a-1"]
    assert waves_of(told) == [["a-1"], []]


def test_a_router_lost_while_it_waited_and_back_again_is_written(valley: World) -> None:
    def cut() -> None:
        log_in_everywhere(valley)
        valley.servers["b-2"].faults.go_away()
        valley.servers["b-2"].faults.come_back()

    _, _, codes = roll_out(valley, 25, Time(cut), sessions_percent=100)
    assert codes == []
    assert changed(valley) == list(TOWERS)


# -- the command -------------------------------------------------------------------


def events(world: World) -> list[Any]:
    path = last_run(world.root, "journal", ".jsonl")
    assert path is not None
    return list(read_journal(path))


def test_the_command_says_what_was_not_tried_and_resume_goes_on(valley: World) -> None:
    settings(valley, sessions_percent=100)
    ran = valley.run("apply", "--yes", "--waves", "25")
    assert ran.code == 5
    assert "a-1: not healthy: 0 sessions live, and 1 must be back." in ran.out
    assert "b-2: not tried: 1 change. wave 2 of 4 was not begun: 1 router failed (a-1:" in ran.out
    assert changed(valley) == ["a-1"]
    found = events(valley)
    assert [one["routers"] for one in found if one["event"] == "wave"] == [["a-1"]]
    (health,) = [one for one in found if one["event"] == "health"]
    assert not health["healthy"]
    settings(valley, sessions_percent=0)
    ran = valley.run("apply", "--resume", "--yes", "--waves", "zone")
    assert ran.code == 0, ran.text
    assert changed(valley) == list(TOWERS)


def test_the_settings_decide_where_the_option_is_silent(valley: World) -> None:
    settings(valley, by="50", sessions_percent=0, canary=["b-2"])
    ran = valley.run("apply", "--yes", "--format", "json")
    assert ran.code == 0, ran.text
    stream = [json.loads(line) for line in ran.out.splitlines()]
    waves = [one["routers"] for one in stream if one["event"] == "wave"]
    assert waves == [["b-2"], ["a-1", "a-2"], ["b-1"]]


def test_a_cpu_bound_of_the_settings_holds(valley: World) -> None:
    settings(valley, sessions_percent=0, cpu_percent=2)
    ran = valley.run("apply", "--yes", "--waves", "25")
    assert ran.code == 5
    assert "a-1: not healthy: its CPU has a load of 3 %, and the most is 2 %." in ran.out


@pytest.mark.parametrize("word", ["0", "101", "zones", "ten"])
def test_a_wrong_word_is_wrong_usage(valley: World, word: str) -> None:
    ran = valley.run("apply", "--yes", "--waves", word)
    assert ran.code == 64
    assert "Write zone, none, or a percentage from 1 to 100" in ran.err


def test_confirm_goes_without_waves_alone(valley: World) -> None:
    ran = valley.run("apply", "--yes", "--waves", "25", "--confirm", "60")
    assert ran.code == 64
    assert changed(valley) == []


def test_limits_of_the_last_wave_stop_the_first(valley: World) -> None:
    settings(valley)
    for number in range(4):
        (valley.root / f"inventory/clients/b-2-client-{number}.yaml").unlink()
    ran = valley.run("apply", "--yes", "--waves", "25")
    assert ran.code == 4
    assert changed(valley) == []
