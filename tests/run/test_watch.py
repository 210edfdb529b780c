# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a run over many routers, and that a few that are away delay nobody."""

from threading import Barrier, Event
from typing import Any, cast

import pytest

from reconciler import fleet as fleet_module
from reconciler.cli.watch import MANY, Watch
from reconciler.errors import RouterError, Unreachable
from reconciler.fleet import Fleet
from reconciler.planning import RouterPlan, Status
from reconciler.router import Endpoint
from reconciler.work import Target, Work


def work(name: str, status: Status = Status.OK) -> Work:
    return Work(cast(Target, None), RouterPlan(name, status))


def names(count: int) -> list[str]:
    return [f"rb-{number:02d}" for number in range(count)]


def test_without_a_terminal_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    routers = names(40)
    with Watch(routers) as watch:
        for name in routers:
            watch.done(work(name, Status.UNREACHABLE if name == "rb-07" else Status.OK))
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert [line.split(" routers")[0] for line in lines] == [
        f"{number} of 40" for number in range(4, 41, 4)
    ]
    assert lines[0].startswith("4 of 40 routers read, 0 changes, 0 s; waiting for rb-04, rb-05")
    assert lines[-1].startswith("40 of 40 routers read, 0 changes, 1 away, ")
    assert "waiting" not in lines[-1]


def test_few_routers_are_not_worth_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Watch(names(MANY - 1)) as watch:
        for name in names(MANY - 1):
            watch.done(work(name))
    assert capsys.readouterr().err == ""


class Wire:
    """A session of which nothing is asked but to end."""

    def close(self) -> None: ...


def target(name: str) -> Target:
    class Router:
        id = name

    return Target(
        cast(Any, Router()), Endpoint(name, 1, "u", "p", name=name), lambda: cast(Any, None)
    )


def test_routers_that_are_away_delay_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than are worked on at once, and none lets go before all others are done."""
    others_are_done = Event()
    live, away = names(8), [f"away-{number}" for number in range(5)]
    done: list[str] = []

    def connect(endpoint: Endpoint) -> Wire:
        if endpoint.name in away:
            assert others_are_done.wait(60)
            raise Unreachable(f"{endpoint.name} is away")
        return Wire()

    def note(one: Work) -> None:
        done.append(one.plan.router)
        if len(done) == len(live):
            others_are_done.set()

    monkeypatch.setattr(fleet_module, "connect", connect)
    monkeypatch.setattr(fleet_module, "read_router", lambda *_: None)
    monkeypatch.setattr(fleet_module, "with_live_sessions", lambda plan, _session: plan)
    targets = [target(name) for name in away + live]
    with Fleet(targets, parallel=2, plan=lambda one, _: RouterPlan(one.router.id)) as fleet:
        works = fleet.survey(note)
    assert sorted(done[: len(live)]) == live
    assert [one.plan.router for one in works] == away + live
    assert [one.plan.status for one in works[:5]] == [Status.UNREACHABLE] * 5


def test_no_more_than_told_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Barrier(3)
    under_way: list[object] = []
    most = 0

    def read(session: object, _meanwhile: object) -> None:
        nonlocal most
        under_way.append(session)
        most = max(most, len(under_way))
        together.wait(60)
        under_way.remove(session)

    monkeypatch.setattr(fleet_module, "connect", lambda _endpoint: Wire())
    monkeypatch.setattr(fleet_module, "read_router", read)
    monkeypatch.setattr(fleet_module, "with_live_sessions", lambda plan, _session: plan)
    targets = [target(name) for name in names(9)]
    with Fleet(targets, parallel=3, plan=lambda one, _: RouterPlan(one.router.id)) as fleet:
        assert len(fleet.survey()) == 9
    assert most == 3


def test_an_error_of_one_router_is_that_router_s(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(endpoint: Endpoint) -> Wire:
        if endpoint.name == "rb-01":
            raise RouterError("it says no")
        return Wire()

    monkeypatch.setattr(fleet_module, "connect", connect)
    monkeypatch.setattr(fleet_module, "read_router", lambda *_: None)
    monkeypatch.setattr(fleet_module, "with_live_sessions", lambda plan, _session: plan)
    targets = [target(name) for name in names(3)]
    with Fleet(targets, plan=lambda one, _: RouterPlan(one.router.id)) as fleet:
        states = [one.plan.status for one in fleet.survey()]
    assert states == [Status.OK, Status.UNREACHABLE, Status.OK]
