# SPDX-License-Identifier: GPL-3.0-or-later
"""drift, detach, validate and emulator: what they find, what they leave, how they end."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XML

import pytest
from end_to_end.world import World, run_cli

from cli.conftest import Commit, client
from reconciler.data import demo_export

QUEUE = "/queue/simple"
LIST = "/ip/firewall/address-list"


def causes(world: World, code: int) -> dict[str, str]:
    """Name of the queue -> cause of its change."""
    ran = world.run("drift", "--format", "json")
    assert ran.code == code, ran.text
    data: dict[str, Any] = json.loads(ran.out)
    return {change["key"]["name"]: change["cause"] for change in data["changes"]}


@pytest.fixture
def applied(world: World, commit: Commit) -> World:
    commit()
    assert world.run("apply", "--yes").code == 0
    return world


# -- drift ----------------------------------------------------------------------


def test_before_anything_was_applied_all_is_pending(world: World, commit: Commit) -> None:
    commit()
    assert causes(world, 0) == {"ana": "pending", "eva": "pending"}


def test_no_difference_is_0(applied: World) -> None:
    assert causes(applied, 0) == {}
    assert applied.run("drift").out.startswith("No changes")


def test_a_change_of_the_files_is_pending_and_one_by_hand_is_drift(
    applied: World, commit: Commit
) -> None:
    moved = client("ana", "norte", "10.20.0.70")
    applied.write("inventory/clients/ana.yaml", moved)
    assert causes(applied, 0) == {"ana": "pending"}
    commit()
    assert causes(applied, 0) == {"ana": "pending"}
    applied.device("rb-sur").set(QUEUE, "eva", max_limit="1M/1M")
    assert causes(applied, 2) == {"ana": "pending", "eva": "drift"}
    text = applied.run("drift")
    assert text.code == 2
    assert "1 changed by hand, 1 pending." in text.out
    assert "~ drift: /queue/simple eva: max-limit 1M/1M → 2M/10M" in text.out


def test_a_row_removed_by_hand_is_drift(applied: World) -> None:
    applied.device("rb-norte").remove(QUEUE, "ana")
    assert causes(applied, 2) == {"ana": "drift"}


def test_before_is_what_the_router_holds(applied: World) -> None:
    applied.device("rb-norte").set(QUEUE, "ana", max_limit="3M/3M")
    data = json.loads(applied.run("drift", "--format", "json").out)
    (change,) = data["changes"]
    assert change["before"] == {"max-limit": "3000000/3000000"}
    assert change["after"] == {"max-limit": "2000000/10000000"}


def test_junit_of_drift_has_a_failure_where_something_differs(applied: World) -> None:
    applied.device("rb-norte").remove(QUEUE, "ana")
    ran = applied.run("drift", "--format", "junit")
    assert ran.code == 2
    found = {case.get("name"): len(case) for case in XML.fromstring(ran.out).iter("testcase")}
    assert found == {"rb-norte": 1, "rb-sur": 0}


def test_drift_is_narrowed(applied: World) -> None:
    applied.device("rb-norte").remove(QUEUE, "ana")
    assert applied.run("drift", "--router", "rb-sur").code == 0
    assert applied.run("drift", "--client", "eva").code == 0
    assert applied.run("drift", "--zone", "norte").code == 2


def test_drift_and_a_router_away_end_with_3(applied: World) -> None:
    applied.device("rb-norte").remove(QUEUE, "ana")
    applied.servers["rb-sur"].faults.go_away()
    ran = applied.run("drift")
    assert ran.code == 3
    assert "drift: /queue/simple ana" in ran.out


def test_a_commit_that_the_clone_lacks_is_1(applied: World) -> None:
    shutil.rmtree(applied.root / ".git")
    ran = applied.run("drift")
    assert ran.code == 1
    assert "full history" in ran.err
    (row,) = [one for one in applied.device("rb-sur").rows(LIST) if one["list"] == "rc-state"]
    applied.device("rb-sur").set(LIST, row[".id"], comment="commit=--output=x date=2026-11-05")
    assert applied.run("drift", "--router", "rb-sur").code == 1
    assert not (applied.root / "x").exists()


# -- detach ---------------------------------------------------------------------


def test_detach_leaves_the_rows_of_clients_without_marks(applied: World) -> None:
    device = applied.device("rb-norte")
    device.add(QUEUE, name="torre", target="10.20.0.99/32", comment="enlace")
    assert applied.run("detach", "rb-norte").code == 64
    assert "[rc:ana/internet]" in device.rows(QUEUE)[0]["comment"]
    ran = applied.run("detach", "rb-norte", "--yes")
    assert ran.code == 0, ran.text
    assert {row["name"]: row["comment"] for row in device.rows(QUEUE)} == {
        "ana": "Ana López",
        "torre": "enlace",
    }
    assert device.rows(LIST) == []
    assert "[rc:eva/internet]" in applied.device("rb-sur").rows(QUEUE)[0]["comment"]
    again = applied.run("detach", "rb-norte", "--yes")
    assert again.code == 0, again.text


@pytest.mark.parametrize("command", ["detach", "doctor", "import", "unlock"])
def test_the_router_may_be_named_as_where_there_are_several(applied: World, command: str) -> None:
    named = applied.run(command, "--router", "rb-nort")
    assert named.code == 64
    assert "There is no router rb-nort. Did you mean rb-norte?" in named.err
    twice = applied.run(command, "rb-sur", "--router", "rb-norte")
    assert (twice.code, twice.out) == (64, "")
    assert "Name the router once: rb-sur, or --router rb-norte." in twice.err
    none = applied.run(command)
    assert (none.code, none.out) == (64, "")
    assert "Name the router: ROUTER, or --router ID." in none.err
    # What is given is stronger than a variable.
    applied.environ[f"RECONCILE_{command.upper()}_ROUTER"] = "rb-norte"
    assert "There is no router rb-nort." in applied.run(command, "rb-nort").err


def test_detach_of_an_unknown_router_is_64_and_of_one_that_is_away_3(applied: World) -> None:
    ran = applied.run("detach", "rb-nort", "--yes")
    assert ran.code == 64
    assert "Did you mean rb-norte?" in ran.err
    applied.servers["rb-norte"].faults.go_away()
    assert applied.run("detach", "rb-norte", "--yes").code == 3


# -- validate -------------------------------------------------------------------


def test_validate_needs_neither_routers_nor_secrets(world: World) -> None:
    world.environ.clear()
    ran = world.run("validate")
    assert (ran.code, ran.err) == (0, "")
    assert "2 routers, 2 zones, 1 plan, 2 clients" in ran.out
    assert all(server.commands() == [] for server in world.servers.values())


def test_validate_is_1_with_every_problem_in_every_format(world: World) -> None:
    world.write("inventory/clients/ana.yaml", client("ana", "norte", "10.99.0.1", plam="casa"))
    world.write("inventory/clients/eva.yaml", client("eva", "sur", "10.30.0.8", plan="caza"))
    texts = {form: world.run("validate", "--format", form) for form in ("text", "json", "github")}
    assert {ran.code for ran in texts.values()} == {1}
    problems = json.loads(texts["json"].out)["problems"]
    assert {problem["file"] for problem in problems} == {
        "inventory/clients/ana.yaml",
        "inventory/clients/eva.yaml",
    }
    for ran in texts.values():
        assert "plam" in ran.out
        assert "caza" in ran.out


# -- emulator -------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_emulator_says_where_it_listens_and_ends_on_a_signal(
    number: signal.Signals, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "reconciler", "emulator", "--load", str(demo_export())]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        match = re.fullmatch(r"listening on (127\.0\.0\.1):(\d+)\n", said)
        assert match
        with socket.create_connection((match[1], int(match[2])), timeout=10):
            pass
        process.send_signal(number)
        assert process.wait(20) == 0


def test_the_emulator_takes_a_file_that_is_there() -> None:
    ran = run_cli("emulator", "--load", "/nonexistent.rsc", environ={})
    assert ran.code == 64
    assert "nonexistent.rsc" in ran.err
