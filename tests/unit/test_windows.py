# SPDX-License-Identifier: GPL-3.0-or-later
"""When routers may be changed: windows by day and night, freezes, and what neither holds up."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.change import Action, Change
from reconciler.desired import Source
from reconciler.errors import Where
from reconciler.inventory import Inventory
from reconciler.kinds import PPP_PROFILE, PPP_SECRET, Kind
from reconciler.models import Router, Settings, Zone
from reconciler.planning import Census, RouterPlan
from reconciler.windows import closed, disturbs

ANA = "ana/internet"
NIGHT = {"from": "22:00", "to": "04:30", "days": ["mon", "fri"]}
SERVED = Census(held=frozenset({ANA}), wanted=frozenset({ANA}))


def change(
    action: Action = Action.SET,
    mark: str = ANA,
    kind: Kind = PPP_SECRET,
    after: Mapping[str, str] | None = None,
    *,
    notice: bool = False,
) -> Change:
    fields = {"profile": "fast"} if after is None else after
    return Change(action, kind, {"name": "x"}, {}, fields, Source(mark), mark, notice=notice)


def at(when: str, *changes: Change, **zone: Any) -> list[str]:
    """The problems at a time of Mexico City, which is six hours behind UTC."""
    model = Zone.model_validate({"id": "norte", "router": "rb", "addresses": [], **zone})
    router = Router.model_validate(
        {"id": "rb", "host": "10.0.0.1", "username": "u", "password": {"env": "P"}}
    )
    inventory = Inventory(
        Path(),
        Settings.model_validate({"format": "1", "timezone": "America/Mexico_City"}),
        routers={"rb": router},
        zones={"norte": model},
        places={id(model): Where("inventory/zones/norte.yaml", 1)},
    )
    plan = RouterPlan("rb", changes=changes or (change(),), census=SERVED)
    return [str(p) for p in closed([plan], inventory, datetime.fromisoformat(f"{when}-06:00"))]


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-23T21:59", False),  # Monday
        ("2026-11-23T22:00", True),
        ("2026-11-24T00:00", True),  # what began on Monday
        ("2026-11-24T04:29", True),
        ("2026-11-24T04:30", False),
        ("2026-11-24T23:00", False),  # Tuesday has none
        ("2026-11-23T02:00", False),  # and Sunday none that could last until Monday
        ("2026-11-28T04:00", True),  # Friday's, on Saturday
    ],
)
def test_a_window_through_midnight_belongs_to_the_day_it_begins(when: str, is_open: bool) -> None:
    assert (at(when, windows=[NIGHT]) == []) is is_open


@pytest.mark.parametrize(
    ("when", "is_open"),
    [("2026-11-23T01:59", False), ("2026-11-23T02:00", True), ("2026-11-23T05:00", False)],
)
def test_a_window_within_a_day(when: str, is_open: bool) -> None:
    windows = [{"from": "02:00", "to": "05:00"}, {"days": ["sun"], "from": "01:00", "to": "06:00"}]
    assert (at(when, windows=windows) == []) is is_open


def test_a_window_of_a_whole_day_has_no_gap() -> None:
    for hour in range(24):
        assert at(f"2026-11-23T{hour:02}:00", windows=[{"from": "06:00", "to": "06:00"}]) == []


def test_without_windows_and_freezes_it_is_always_open() -> None:
    assert at("2026-12-24T15:00") == []


def test_the_refusal_names_rule_time_and_flag() -> None:
    assert at("2026-11-24T15:02", windows=[NIGHT]) == [
        "inventory/zones/norte.yaml:1: 1 change of zone norte on rb: outside of the change windows"
        " (mon fri 22:00-04:30); it is Tue 2026-11-24 15:02 there (America/Mexico_City). Wait until"
        " Fri 2026-11-27 22:00; --override-window REASON lets it through"
    ]


@pytest.mark.parametrize(
    ("when", "is_open"),
    [("2026-12-19T23:59", True), ("2026-12-20T00:00", False), ("2027-01-06T23:59", False),
     ("2027-01-07T00:00", True)],
)  # fmt: skip
def test_a_freeze_lasts_until_the_day_before_its_end(when: str, is_open: bool) -> None:
    freezes = [{"from": "2026-12-20", "to": "2027-01-07"}]
    assert (at(when, freezes=freezes) == []) is is_open


def test_a_freeze_counts_within_a_window_and_says_why() -> None:
    freezes = [{"from": "2026-11-23", "to": "2026-11-24", "reason": "Día de la Peña"}]
    assert at("2026-11-23T23:00", windows=[NIGHT], freezes=freezes) == [
        "inventory/zones/norte.yaml:1: 1 change of zone norte on rb: frozen from 2026-11-23 until"
        " 2026-11-24 (Día de la Peña); it is Mon 2026-11-23 23:00 there (America/Mexico_City)."
        " Wait until 2026-11-24; --override-window REASON lets it through"
    ]


def test_a_zone_has_its_own_clock() -> None:
    window = [{"from": "00:00", "to": "01:00"}]
    assert at("2026-11-23T23:30", windows=window) != []
    assert at("2026-11-23T23:30", windows=window, timezone="America/Cancun") == []


@pytest.mark.parametrize(
    ("one", "census", "expected"),
    [
        (change(), SERVED, True),
        (change(Action.REMOVE), SERVED, True),
        (change(Action.ADD), SERVED, True),
        (change(Action.ADD, "eva/internet"), SERVED, False),
        (change(notice=True), SERVED, False),
        (change(after={"comment": "x"}), SERVED, False),
        (change(Action.SET, "plan/hogar", PPP_PROFILE), SERVED, True),
        (change(Action.ADD, "plan/hogar", PPP_PROFILE), SERVED, False),
        (change(Action.ADD, "plan/hogar/suspended", PPP_PROFILE), SERVED, False),
        (change(Action.ADD, "router/rest"), SERVED, True),
        (change(Action.MOVE, "router/rest", after={}), SERVED, True),
        (change(), Census(held=frozenset({ANA}), to_suspend=frozenset({ANA})), False),
        (change(), Census(held=frozenset({ANA}), suspended=frozenset({ANA})), False),
        (
            change(),
            Census(frozenset({ANA}), suspended=frozenset({ANA}), to_suspend=frozenset({ANA})),
            True,
        ),
    ],
)
def test_what_has_a_calendar_of_its_own_or_disturbs_nobody_is_not_held_up(
    one: Change, census: Census, expected: bool
) -> None:
    assert disturbs(one, census) is expected
