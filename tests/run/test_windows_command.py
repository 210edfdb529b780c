# SPDX-License-Identifier: GPL-3.0-or-later
"""Change windows and freezes stop a run before its first write, and an override is noted."""

import json
import subprocess
from typing import Any

import pytest
from end_to_end.world import World
from run.town import build, suspend, write_clients

from reconciler.journal import last_run, read_journal

LISTS = "/ip/firewall/address-list"
ALWAYS = {"from": "2000-01-01", "to": "2100-01-01", "reason": "Navidad del Niño"}


@pytest.fixture
def town(world: World) -> World:
    """Two clients as the files say, in a zone that is frozen for a century."""
    build(world, 2)
    assert world.run("apply", "--yes").code == 0
    freeze(world)
    return world


def freeze(world: World, *freezes: dict[str, str]) -> None:
    world.write(
        "inventory/zones/tower-zone.yaml",
        {
            "id": "tower-zone",
            "router": "tower",
            "addresses": ["10.60.0.0/16"],
            "freezes": list(freezes or (ALWAYS,)),
        },
    )


def rates(world: World) -> set[str]:
    return {row["max-limit"] for row in world.device("tower").rows("/queue/simple")}


def begin(world: World) -> Any:
    path = last_run(world.root, "journal", ".jsonl")
    assert path is not None
    return read_journal(path)[0]


def test_a_freeze_stops_the_run_before_its_first_write(town: World) -> None:
    write_clients(town, ["client-0"], plan="fast")
    before = town.device("tower").snapshot()
    ran = town.run("apply", "--yes")
    assert ran.code == 4
    assert "frozen from 2000-01-01 until 2100-01-01 (Navidad del Niño)" in ran.err
    assert "--override-window REASON lets it through" in ran.err
    assert town.device("tower").snapshot() == before


def test_an_override_is_in_the_journal_in_the_note_and_on_the_screen(town: World) -> None:
    subprocess.run(["git", "-C", str(town.root), "init", "--quiet"], check=True)
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    write_clients(town, ["client-0"], plan="fast")
    subprocess.run(["git", "-C", str(town.root), "add", "."], check=True)
    subprocess.run(
        ["git", "-C", str(town.root), *who, "commit", "--quiet", "-m", "fast"], check=True
    )
    ran = town.run("apply", "--yes", "--override-window", "torre caída, Ñandú")
    assert ran.code == 0, ran.text
    assert "Overridden (torre caída, Ñandú): inventory/zones/tower-zone.yaml:1: " in ran.err
    override = begin(town)["override"]
    assert override["reason"] == "torre caída, Ñandú"
    assert [one["code"] for one in override["lifted"]] == ["change-freeze"]
    (note,) = [row for row in town.device("tower").rows(LISTS) if row["list"] == "rc-state"]
    assert note["comment"].endswith(" override=window")
    assert town.run("undo", "--yes").code == 4
    ran = town.run("undo", "--yes", "--override-window", "fue un error")
    assert ran.code == 0, ran.text
    assert [row for row in town.device("tower").rows(LISTS) if row["list"] == "rc-state"] == []


def test_an_override_without_need_is_not_noted(town: World) -> None:
    ran = town.run("apply", "--yes", "--override-window", "por si acaso")
    assert ran.code == 0
    assert begin(town)["override"] is None


def test_a_reason_is_needed(town: World) -> None:
    write_clients(town, ["client-0"], plan="fast")
    assert town.run("apply", "--yes", "--override-window", " ").code == 64
    assert len(rates(town)) == 1


def test_cuts_restores_and_new_clients_go_on(town: World) -> None:
    suspend(town, ["client-0"])
    write_clients(town, ["client-7"])
    assert town.run("apply", "--yes").code == 0
    write_clients(town, ["client-0"])
    assert town.run("apply", "--yes").code == 0


def test_detach_is_held_up_too(town: World) -> None:
    before = town.device("tower").snapshot()
    assert town.run("detach", "tower", "--yes").code == 4
    assert town.device("tower").snapshot() == before
    assert town.run("detach", "tower", "--yes", "--override-window", "se vendió").code == 0


def test_a_plan_file_is_held_up_as_well(town: World) -> None:
    write_clients(town, ["client-0"], plan="fast")
    file = town.root / "p.json"
    assert town.run("plan", "--out", str(file)).code == 0
    assert town.run("apply", str(file), "--yes").code == 4
    assert json.loads(file.read_text())["changes"]


def test_what_is_wrong_in_a_calendar_is_said_with_its_line(town: World) -> None:
    freeze(town, {"from": "2026-12-20", "to": "2026-12-20"}, {"from": "20-12-2026", "to": "x"})
    ran = town.run("validate")
    assert ran.code == 1
    assert "tower-zone.yaml:1" in ran.out
    assert "Write it as 2026-06-20" in ran.out
