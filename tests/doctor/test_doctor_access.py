# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the doctor on what an emulated router does not show: other versions, device-mode."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import World

from reconciler.doctor import Case, access
from reconciler.emulator import Device
from reconciler.errors import Problem
from reconciler.planning import RouterPlan
from reconciler.survey import Actual

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MODES = {"plain": "simple-queue", "spot": "hotspot", "ppp": "pppoe"}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A router of files alone, with a service of each of three modes, and a notice page."""
    with World(tmp_path / "repo") as world:
        world.write("reconcile.yaml", {"format": 1, "secrets": {"key": {"env": "RECONCILE_KEY"}}})
        world.serve("rb", Device(), notice={"address": "203.0.113.7", "hours": "18h-21h"})
        zone = {"id": "z", "router": "rb", "addresses": ["10.20.0.0/24"]}
        world.write("inventory/zones/z.yaml", {**zone, "local_address": "10.20.0.1"})
        for number, (plan, mode) in enumerate(MODES.items(), 7):
            fields = {"id": plan, "mode": mode, "download": "10M", "upload": "2M"}
            world.write(f"plans/{plan}.yaml", fields)
            service: dict[str, object] = {"plan": plan, "address": f"10.20.0.{number}"}
            if mode == "pppoe":
                service["ppp_service"] = "l2tp"
            world.write(
                f"inventory/clients/c-{plan}.yaml",
                {"id": f"c-{plan}", "name": plan, "zone": "z", "services": [service]},
            )
        inventory = world.load().inventory
    actual = Actual("7.22.3", {}, frozenset(), None)
    return Case(inventory.routers["rb"], inventory.subscriptions, actual, RouterPlan("rb"), NOON)


def shown(case: Case, path: str, **fields: str) -> Case:
    row = {name.replace("_", "-"): value for name, value in fields.items()}
    return replace(case, more={path: [row]})


def of(case: Case, **fields: Any) -> Case:
    return replace(case, router=case.router.model_copy(update=fields))


def codes(problems: Any) -> list[str]:
    found: list[Problem] = list(problems)
    assert all(problem.hint for problem in found)
    return [problem.code for problem in found]


@pytest.mark.parametrize(
    ("date", "time", "offset", "said"),
    [
        ("2026-11-21", "06:01:00", "-06:00", None),
        ("nov/21/2026", "12:02:59", "+00:00", None),
        ("2026-11-21", "12:04:00", "+00:00", "4 min ahead"),
        ("2026-11-21", "09:30:00", "+00:00", "2 h 30 min behind"),
        ("jan/02/1970", "00:00:10", "+00:00", "days behind"),
        ("2026-11-21", "14:00:00", "7200", None),
        ("2026-11-21", "06:00:00", "-21600", None),
        ("", "", "+00:00", None),
        ("xyz/21/2026", "12:00:00", "+00:00", None),
        ("2026-11-21", "12:00:00", "near noon", None),
    ],
)
def test_the_clock_in_every_spelling(
    case: Case, date: str, time: str, offset: str, said: str | None
) -> None:
    seen = shown(case, "/system/clock", date=date, time=time, gmt_offset=offset)
    found = list(access.clock(seen))
    assert [problem.code for problem in found] == (["clock"] if said else [])
    assert said is None or said in found[0].message


def test_the_mend_of_a_clock_is_that_of_its_version(case: Case) -> None:
    seen = shown(case, "/system/clock", date="jan/02/1970", time="00:00:10", gmt_offset="+00:00")
    old = replace(seen, actual=replace(case.actual, version="6.49.13"))
    [new_mend], [old_mend] = (list(access.clock(one)) for one in (seen, old))
    assert "servers=" in str(new_mend.hint)
    assert "primary-ntp=" in str(old_mend.hint)


def test_the_hours_of_the_notice_are_local(case: Case) -> None:
    seen = shown(case, "/system/clock", gmt_offset="+00:00")
    here = replace(seen, offset=timedelta(hours=-6))
    assert codes(access.clock_zone(seen)) == []
    [found] = access.clock_zone(here)
    assert "is +00:00, the company's -06:00" in found.message
    assert codes(access.clock_zone(of(here, notice=None))) == []


def test_what_device_mode_forbids(case: Case) -> None:
    free = shown(case, "/system/device-mode", mode="advanced", hotspot="yes", l2tp="yes")
    assert codes(access.device_mode(free)) == []
    home = shown(
        case,
        "/system/device-mode",
        mode="home",
        hotspot="no",
        l2tp="false",
        pptp="no",
        flagged="no",
    )
    found = list(access.device_mode(home))
    assert [problem.message.split()[2] for problem in found] == ["hotspot,", "l2tp,"]
    assert "device-mode update hotspot=yes" in str(found[0].hint)
    flagged = shown(case, "/system/device-mode", flagged="true", hotspot="yes")
    assert codes(access.device_mode(flagged)) == ["device-mode"]


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("local,ftp,read,write,api,sensitive,!policy", []),
        ("read,api,!write,!sensitive", ["api-rights"]),
        ("", ["api-rights"]),
    ],
)
def test_rights_by_the_groups_policy(case: Case, policy: str, wanted: list[str]) -> None:
    more = {
        "/user": [{"name": "reconcile", "group": "api"}, {"name": "admin", "group": "full"}],
        "/user/group": [{"name": "api", "policy": policy}, {"name": "full", "policy": "local"}],
    }
    assert codes(access.rights(replace(case, more=more))) == wanted
