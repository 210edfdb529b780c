# SPDX-License-Identifier: GPL-3.0-or-later
"""plan and apply against emulated routers: exit codes, what is shown, what is written."""

import contextlib
import hashlib
import json
import os
import re
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XML

import pytest
from end_to_end.world import World, assert_settled, run_cli

from cli.conftest import Commit, client
from reconciler.changeset import PlanFile, essence
from reconciler.journal import state_folder

QUEUE = "/queue/simple"
WRITES = ("/add", "/set", "/remove", "/move", "/unset")


def rates(world: World, router: str) -> dict[str, str]:
    return {row["name"]: row["max-limit"] for row in world.device(router).rows(QUEUE)}


def written(world: World) -> list[list[str]]:
    return [words for server in world.servers.values() for words in server.commands(*WRITES)]


def planned(world: World, *arguments: str, code: int = 0) -> dict[str, Any]:
    ran = world.run("plan", "--format", "json", *arguments)
    assert ran.code == code, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    return data


def set_plan(world: World, download: str) -> None:
    file = world.root / "plans/casa.yaml"
    data = json.loads(file.read_text(encoding="utf-8"))
    world.write("plans/casa.yaml", data | {"download": download})


# -- plan -----------------------------------------------------------------------


def test_a_plan_writes_nothing_and_ends_with_0_or_on_request_with_2(world: World) -> None:
    before = [world.device(router).snapshot() for router in world.servers]
    assert world.run("plan").code == 0
    assert world.run("plan", "--detailed-exitcode").code == 2
    assert written(world) == []
    assert [world.device(router).snapshot() for router in world.servers] == before
    assert world.run("apply", "--yes").code == 0
    ran = world.run("plan", "--detailed-exitcode")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("No changes")


def test_stdout_holds_data_alone(world: World) -> None:
    assert {change["router"] for change in planned(world)["changes"]} == {"rb-norte", "rb-sur"}
    terraform = world.run("plan", "--format", "terraform")
    assert json.loads(terraform.out) == {"create": 2, "update": 0, "delete": 0}
    junit = XML.fromstring(world.run("plan", "--format", "junit").out)
    assert [case.get("name") for case in junit.iter("testcase")] == ["rb-norte", "rb-sur"]
    assert len(list(junit.iter("failure"))) == 2
    markdown = world.run("plan", "--format", "markdown").out
    assert markdown.rstrip().endswith(f"`{planned(world)['fingerprint']}`")


@pytest.mark.parametrize(
    ("narrow", "routers"),
    [
        (("--router", "rb-sur"), ["rb-sur"]),
        (("--zone", "norte"), ["rb-norte"]),
        (("--client", "eva"), ["rb-sur"]),
        (("--client", "eva", "--client", "ana"), ["rb-norte", "rb-sur"]),
        (("--zone", "norte", "--client", "eva"), ["rb-norte", "rb-sur"]),
    ],
)
def test_a_narrowed_plan_asks_only_those_routers(
    world: World, narrow: tuple[str, ...], routers: list[str]
) -> None:
    data = planned(world, *narrow)
    assert [one["router"] for one in data["routers"]] == routers
    assert [one["router"] for one in data["changes"]] == routers
    asked = [router for router, server in world.servers.items() if server.commands()]
    assert asked == routers


@pytest.mark.parametrize("command", ["plan", "apply", "drift"])
@pytest.mark.parametrize(
    ("option", "wrong", "meant"),
    [
        ("--router", "rb-nort", "rb-norte"),
        ("--zone", "nortee", "norte"),
        ("--client", "anna", "ana"),
    ],
)
def test_an_unknown_id_is_wrong_usage_with_what_was_meant(
    world: World, command: str, option: str, wrong: str, meant: str
) -> None:
    ran = world.run(command, option, wrong)
    assert ran.code == 64
    assert f"{wrong}." in ran.err
    assert f"Did you mean {meant}?" in ran.err
    assert written(world) == []


def test_a_client_without_a_file_is_known_by_its_marks(world: World) -> None:
    assert world.run("apply", "--yes").code == 0
    (world.root / "inventory/clients/ana.yaml").unlink()
    data = planned(world, "--client", "ana")
    assert [(one["action"], one["key"]) for one in data["changes"]] == [("remove", {"name": "ana"})]


def test_no_router_is_asked_while_a_secret_cannot_be_had(world: World) -> None:
    said = {"mode": "pppoe", "local_address": "192.168.88.1", "price": "300.00"}
    world.write("plans/casa.yaml", {"id": "casa", "download": "10M", "upload": "2M", **said})
    eva = client("eva", "sur", "10.30.0.8", password={"env": "EVA_PASSWORD"})
    world.write("inventory/clients/eva.yaml", eva)
    for words in (["plan"], ["apply", "--yes"], ["status"]):
        ran = world.run(*words)
        assert (ran.code, "EVA_PASSWORD is not set" in ran.err) == (1, True)
    assert all(server.commands() == [] for server in world.servers.values())


def test_files_without_a_router_say_so(world: World) -> None:
    for part in ("inventory", "plans"):
        shutil.rmtree(world.root / part)
    for command in (["plan"], ["apply", "--yes"], ["drift"]):
        ran = world.run(*command)
        assert ran.code == 0
        assert "There is no router: inventory/routers/ holds no file." in ran.err


def test_without_the_program_git_that_is_what_is_said(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in (["plan", "--base", "main"], ["demo"]):
        ran = world.run(*command)
        assert ran.code == 1
        assert "The program git was not found. Install it." in ran.err


@pytest.mark.parametrize("group", [[], ["client"], ["billing"], ["secrets"], ["ci"]])
def test_help_says_whole_what_each_command_is_for(world: World, group: list[str]) -> None:
    assert "..." not in world.run(*group, "--help").out.split("Commands:")[1]


def test_a_router_that_is_away_is_3_while_the_other_is_done(world: World) -> None:
    world.servers["rb-norte"].faults.go_away()
    ran = world.run("plan")
    assert ran.code == 3
    assert "rb-norte: unreachable." in ran.out
    data = planned(world, code=3)
    assert {one["router"]: one["status"] for one in data["routers"]} == {
        "rb-norte": "unreachable",
        "rb-sur": "ok",
    }
    assert data["routers"][0]["version"] is None
    assert "127.0.0.1" in data["routers"][0]["error"]
    assert world.run("apply", "--yes").code == 3
    assert rates(world, "rb-sur") == {"eva": "2000000/10000000"}
    assert "No changes on the other routers." in world.run("plan").out
    world.servers["rb-norte"].faults.come_back()
    assert rates(world, "rb-norte") == {}
    assert world.run("apply", "--yes").code == 0
    assert_settled(world)


def test_refused_credentials_are_1_and_named(world: World) -> None:
    world.servers["rb-norte"].faults.refuse_login = True
    ran = world.run("apply", "--yes")
    assert ran.code == 1
    assert "rb-norte" in ran.text
    assert rates(world, "rb-sur") == {"eva": "2000000/10000000"}
    assert world.run("plan").text.count("refuses the login") == 1


def test_a_conflict_is_1_and_adopt_takes_the_row_over(world: World) -> None:
    world.device("rb-norte").add(QUEUE, name="ana", target="10.20.0.7/32", comment="torre 3")
    before = world.device("rb-norte").rows(QUEUE)
    data = planned(world, code=1)
    assert {one["router"]: one["status"] for one in data["routers"]} == {
        "rb-norte": "conflict",
        "rb-sur": "ok",
    }
    (problem,) = data["problems"]
    assert (problem["code"], problem["severity"]) == ("conflict", "error")
    assert (problem["file"], problem["line"]) == ("inventory/clients/ana.yaml", 1)
    assert world.run("apply", "--yes").code == 1
    assert world.device("rb-norte").rows(QUEUE) == before
    assert rates(world, "rb-sur") == {"eva": "2000000/10000000"}
    assert [one["action"] for one in planned(world, "--adopt")["changes"]] == ["adopt"]
    assert world.run("apply", "--adopt", "--yes").code == 0
    (row,) = world.device("rb-norte").rows(QUEUE)
    assert (row[".id"], row["max-limit"]) == (before[0][".id"], "2000000/10000000")
    assert row["comment"] == "Ana López [rc:ana/internet]"
    assert_settled(world)


def test_broken_files_are_1_and_no_router_is_asked(world: World) -> None:
    world.write("inventory/clients/ana.yaml", client("ana", "sur", "10.30.0.8"))
    for command in (("plan",), ("apply", "--yes"), ("drift",), ("detach", "rb-sur", "--yes")):
        ran = world.run(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "10.30.0.8" in ran.err
    assert all(server.commands() == [] for server in world.servers.values())


def test_a_missing_secret_is_1_and_names_the_variable(world: World) -> None:
    del world.environ["RB_SUR_PASSWORD"]
    ran = world.run("plan")
    assert ran.code == 1
    assert "RB_SUR_PASSWORD" in ran.err
    assert "inventory/routers/rb-sur.yaml" in ran.err


def test_no_repository_is_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run_cli("plan", environ={})
    assert ran.code == 1
    assert "reconcile.yaml" in ran.err


@pytest.mark.parametrize("command", ["plan", "validate", "status"])
def test_a_folder_that_is_no_repository_is_named(tmp_path: Path, command: str) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        ran = run_cli("--repo", str(folder), command, environ={})
        assert ran.code == 1
        assert f"{folder} is no state repository: it holds no reconcile.yaml." in ran.err


def test_the_repository_is_the_nearest_parent_or_that_of_the_environment(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(world.root / "inventory/clients")
    assert run_cli("plan", environ=world.environ).code == 0
    monkeypatch.chdir(tmp_path)
    environ = world.environ | {"RECONCILE_REPO": str(world.root)}
    assert run_cli("plan", environ=environ).code == 0


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("RECONCILE_PLAN_DETAILED_EXITCODE", "1", 2),
        ("RECONCILE_PLAN_FORMAT", "yaml", 64),
        ("RECONCILE_PLAN_ROUTER", "rb-wrong", 64),
        ("RECONCILE_PLAN_ON", "yesterday", 64),
        ("RECONCILE_APPLY_YES", "1", 0),
    ],
)
def test_every_option_is_an_environment_variable_too(
    world: World, variable: str, value: str, code: int
) -> None:
    world.environ[variable] = value
    assert world.run("plan").code == code


def test_a_format_of_the_environment_is_taken(world: World) -> None:
    world.environ["RECONCILE_PLAN_FORMAT"] = "terraform"
    assert json.loads(world.run("plan").out)["create"] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--format", "yaml"),
        ("plan", "--on", "2026-02-30"),
        ("plan", "extra"),
        ("plan", "--nonsense"),
        ("apply", "--parallel", "0"),
        ("apply", "--allow-removals", "-1"),
        ("apply", "no-such.plan"),
        ("drift", "--format", "markdown"),
        ("detach",),
        ("validate", "--format", "yaml"),
        ("emulator", "--port", "70000"),
        ("nonsense",),
        ("--nonsense",),
    ],
)
def test_wrong_usage_is_64(world: World, arguments: tuple[str, ...]) -> None:
    ran = world.run(*arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err


@pytest.mark.parametrize(
    "command", ["", "validate", "plan", "apply", "drift", "detach", "emulator"]
)
def test_help_is_0_on_stdout_without_a_repository(command: str) -> None:
    ran = run_cli(*command.split(), "--help", environ={})
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Usage: reconcile")


# -- apply ----------------------------------------------------------------------


def test_without_a_terminal_and_yes_nothing_is_done(world: World) -> None:
    ran = world.run("apply")
    assert ran.code == 64
    assert "--yes" in ran.err
    assert written(world) == []
    world.environ["RECONCILE_APPLY_YES"] = "true"
    assert world.run("apply").code == 0
    assert_settled(world)


def test_a_command_that_is_not_there_has_a_near_one(world: World) -> None:
    ran = world.run("aply")
    assert (ran.code, ran.out) == (64, "")
    assert "There is no command aply. Did you mean apply?" in ran.err


def test_nothing_to_do_needs_no_yes(world: World) -> None:
    assert world.run("apply", "--yes").code == 0
    assert world.run("apply").code == 0


def test_an_expected_fingerprint_is_applied_and_any_other_is_6(world: World) -> None:
    fingerprint = planned(world)["fingerprint"]
    set_plan(world, "20M")
    ran = world.run("apply", "--yes", "--expect", fingerprint)
    assert ran.code == 6
    assert fingerprint in ran.err
    assert planned(world)["fingerprint"] in ran.err
    assert written(world) == []
    # As where what should print the fingerprint failed.
    assert world.run("apply", "--yes", "--expect", "").code == 6
    assert written(world) == []
    assert world.run("apply", "--yes", "--expect", planned(world)["fingerprint"]).code == 0
    assert rates(world, "rb-norte") == {"ana": "2000000/20000000"}


def test_a_narrowed_apply_leaves_the_rest(world: World) -> None:
    assert world.run("apply", "--yes", "--zone", "sur").code == 0
    assert (rates(world, "rb-norte"), list(rates(world, "rb-sur"))) == ({}, ["eva"])
    assert world.run("apply", "--yes", "--client", "ana").code == 0
    assert_settled(world)


def test_a_refused_write_is_1_where_nothing_was_written_and_5_where_something_was(
    world: World,
) -> None:
    lost = client("eva", "sur", "10.30.0.8", parent="no-such-queue")
    world.write("inventory/clients/eva.yaml", lost)
    ran = world.run("apply", "--yes", "--router", "rb-sur")
    assert ran.code == 1
    assert "rb-sur: add /queue/simple eva" in ran.out
    assert "refused by the router" in ran.out
    assert rates(world, "rb-sur") == {}
    world.write("inventory/clients/ida.yaml", client("ida", "sur", "10.30.0.9"))
    assert world.run("apply", "--yes").code == 5
    assert (list(rates(world, "rb-norte")), list(rates(world, "rb-sur"))) == (["ana"], ["ida"])
    world.write("inventory/clients/eva.yaml", client("eva", "sur", "10.30.0.8"))
    assert world.run("apply", "--yes").code == 0
    assert_settled(world)


def test_a_refused_lease_is_1_and_says_what_the_router_said(world: World) -> None:
    world.servers["rb-sur"].faults.trap_at_write(1, "failure: no space left")
    ran = world.run("apply", "--yes")
    assert ran.code == 1
    assert "rb-sur: left out: " in ran.out
    assert "no space left" in ran.out
    assert (list(rates(world, "rb-norte")), rates(world, "rb-sur")) == (["ana"], {})


def test_a_guard_is_4_and_nothing_is_written(world: World) -> None:
    for at in range(10, 18):
        world.write(f"inventory/clients/c{at}.yaml", client(f"c{at}", "sur", f"10.30.0.{at}"))
    assert world.run("apply", "--yes").code == 0
    before = world.device("rb-sur").snapshot()
    for at in range(10, 18):
        (world.root / f"inventory/clients/c{at}.yaml").unlink()
    ran = world.run("apply", "--yes")
    assert ran.code == 4
    assert "--allow-removals 8" in ran.text
    assert world.device("rb-sur").snapshot() == before
    ran = world.run("apply", "--yes", "--allow-removals", "8", "--allow-changes", "8")
    assert ran.code == 0, ran.text
    assert list(rates(world, "rb-sur")) == ["eva"]


# -- plan files -----------------------------------------------------------------


@pytest.fixture
def plan_file(world: World, tmp_path: Path) -> Path:
    """The reviewed plan that gives both clients 20M instead of 10M."""
    assert world.run("apply", "--yes").code == 0
    set_plan(world, "20M")
    file = tmp_path / "change.plan"
    ran = world.run("plan", "--out", str(file))
    assert ran.code == 0
    assert "Fingerprint:" in ran.out
    for server in world.servers.values():
        server.sentences.clear()
    return file


def test_a_plan_file_is_the_json_of_the_plan(world: World, plan_file: Path) -> None:
    data = json.loads(plan_file.read_text(encoding="utf-8"))
    assert data.pop("signature")
    assert data | {"created": None} == planned(world) | {"created": None}


@pytest.mark.parametrize("text", ["", "hola", "{}", '{"format_version": '])
def test_what_is_no_plan_file_is_named(world: World, tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.txt"
    file.write_text(text, encoding="utf-8")
    ran = world.run("apply", str(file), "--yes")
    assert ran.code == 6
    told = f"error: {file}: This is no plan file, or it was cut off. Make it with plan --out."
    assert told in ran.err.replace("\n", " ")


def test_a_plan_file_is_applied(world: World, plan_file: Path) -> None:
    ran = world.run("apply", str(plan_file), "--yes")
    assert ran.code == 0, ran.text
    assert rates(world, "rb-norte") == {"ana": "2000000/20000000"}
    assert_settled(world)


def test_a_plan_file_applied_twice_is_stale(world: World, plan_file: Path) -> None:
    assert world.run("apply", str(plan_file), "--yes").code == 0
    assert world.run("apply", str(plan_file), "--yes").code == 6


@pytest.mark.parametrize("changed", ["the router", "the files"])
def test_a_stale_plan_file_is_6_with_both_sides_and_nothing_written(
    world: World, plan_file: Path, changed: str
) -> None:
    if changed == "the router":
        world.device("rb-norte").set(QUEUE, "ana", max_limit="1M/5M")
        now = "2M/20M"
    else:
        set_plan(world, "30M")
        now = "2M/30M"
    before = [world.device(router).snapshot() for router in world.servers]
    ran = world.run("apply", str(plan_file), "--yes")
    assert ran.code == 6
    assert "reviewed: rb-norte: set /queue/simple ana: max-limit 2M/10M → 2M/20M" in ran.err
    assert "now:      rb-norte: set /queue/simple ana: max-limit" in ran.err
    assert f"→ {now}" in ran.err
    assert written(world) == []
    assert [world.device(router).snapshot() for router in world.servers] == before


def test_drift_elsewhere_does_not_make_it_stale_and_is_left(world: World, plan_file: Path) -> None:
    world.write("inventory/clients/ida.yaml", client("ida", "sur", "10.30.0.9"))
    ran = world.run("apply", str(plan_file), "--yes")
    assert ran.code == 0, ran.text
    assert "rb-sur: add /queue/simple ida" in ran.err
    assert rates(world, "rb-sur") == {"eva": "2000000/20000000"}


def edited(plan_file: Path) -> None:
    text = plan_file.read_text(encoding="utf-8")
    assert "2000000/20000000" in text
    plan_file.write_text(text.replace("2000000/20000000", "9000000/90000000"), encoding="utf-8")


def forged(plan_file: Path) -> None:
    """A change taken out, and the fingerprint made to fit."""
    data = json.loads(plan_file.read_text(encoding="utf-8"))
    del data["changes"][0]
    entries = sorted(essence(entry) for entry in data["changes"])
    data["fingerprint"] = hashlib.sha256("\n".join(entries).encode()).hexdigest()
    assert PlanFile.parse(json.dumps(data | {"signature": None})).fingerprint
    plan_file.write_text(json.dumps(data), encoding="utf-8")


def unsigned(plan_file: Path) -> None:
    data = json.loads(plan_file.read_text(encoding="utf-8"))
    plan_file.write_text(json.dumps(data | {"signature": None}), encoding="utf-8")


def noticed(plan_file: Path) -> None:
    """A change put among the notices, which no fingerprint covers."""
    data = json.loads(plan_file.read_text(encoding="utf-8"))
    data["notices"] = data["changes"][:1]
    plan_file.write_text(json.dumps(data), encoding="utf-8")


def truncated(plan_file: Path) -> None:
    plan_file.write_bytes(plan_file.read_bytes()[:-40])


def binary(plan_file: Path) -> None:
    plan_file.write_bytes(b"\xff\xfe\x00plan")


@pytest.mark.parametrize("damage", [edited, forged, unsigned, noticed, truncated, binary])
def test_a_plan_file_changed_by_hand_is_refused(world: World, plan_file: Path, damage: Any) -> None:
    damage(plan_file)
    ran = world.run("apply", str(plan_file), "--yes")
    assert ran.code in (1, 6)
    assert "plan file" in ran.err
    assert written(world) == []


def test_a_plan_file_in_a_folder_that_is_not_there_is_an_error(world: World) -> None:
    ran = world.run("plan", "--out", str(world.root / "nowhere" / "change.plan"))
    assert ran.code in (1, 64)
    assert "nowhere" in ran.err


def test_a_full_disk_leaves_the_plan_file_of_before_and_nothing_else(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "change.plan"
    file.write_text("of before")
    with full_disk():
        ran = world.run("plan", "--out", str(file))
    assert ran.code == 1
    assert ran.err.endswith(f"error: {file}: File too large.\n")
    assert file.read_text() == "of before"
    with full_disk():
        world.run("plan", "--out", str(tmp_path / "new.plan"))
    assert list(tmp_path.glob("*plan*")) == [file]


def test_a_full_disk_stops_an_apply_before_its_first_write_and_names_the_file(
    world: World,
) -> None:
    state_folder(world.root, "undo")
    with full_disk():
        ran = world.run("apply", "--yes")
    assert ran.code == 1
    assert re.search(r"error: \S+/\.reconcile/undo/\S+\.json: File too large\.\n$", ran.err)
    assert not any(world.device(router).rows(QUEUE) for router in world.servers)
    # Half of an undo file would be in the way of the next undo.
    assert "There is nothing to undo" in world.run("undo", "--yes").err


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """No file takes a byte."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


# -- the commit on the router -----------------------------------------------------


def state_of(world: World, router: str) -> str | None:
    rows = world.device(router).rows("/ip/firewall/address-list")
    return next((row["comment"] for row in rows if row["list"] == "rc-state"), None)


def test_the_commit_moves_with_a_whole_apply_of_a_clean_tree(world: World, commit: Commit) -> None:
    first = commit_of(world, commit)
    assert world.run("apply", "--yes", "--client", "ana").code == 0
    assert state_of(world, "rb-norte") is None
    assert "No commit was noted" not in world.run("apply", "--yes", "--client", "ana").err
    assert world.run("apply", "--yes", "--on", "2026-11-05").code == 0
    for router in world.servers:
        assert (state_of(world, router) or "").startswith(f"commit={first} date=2026-11-05 tool=")
    set_plan(world, "20M")
    ran = world.run("apply", "--yes")
    assert ran.code == 0
    assert "No commit was noted on the routers: these files are not those of a commit." in ran.err
    assert first in (state_of(world, "rb-norte") or "")
    second = commit()
    assert world.run("apply", "--yes", "--router", "rb-norte").code == 0
    assert second in (state_of(world, "rb-norte") or "")
    assert first in (state_of(world, "rb-sur") or "")


def commit_of(world: World, commit: Commit) -> str:
    return planned(world)["commit"] or commit()


def test_a_secret_is_in_no_output(world: World, tmp_path: Path) -> None:
    world.write(
        "plans/movil.yaml",
        {
            "id": "movil",
            "mode": "pppoe",
            "download": "10M",
            "upload": "2M",
            "local_address": "10.20.0.1",
            "price": "1.00",
        },
    )
    world.environ["ANA_PASSWORD"] = "canary-password"
    ana = client("ana", "norte", "10.20.0.7", plan="movil", password={"env": "ANA_PASSWORD"})
    world.write("inventory/clients/ana.yaml", ana)
    file = tmp_path / "change.plan"
    texts = [
        world.run("plan", "--format", form).text
        for form in ("text", "json", "markdown", "junit", "terraform")
    ]
    texts.append(world.run("plan", "--out", str(file)).text)
    texts.append(file.read_text(encoding="utf-8"))
    texts.append(world.run("apply", str(file), "--yes").text)
    world.environ["ANA_PASSWORD"] = "canary-another"
    texts += [world.run("plan").text, world.run("apply", "--yes").text, world.run("drift").text]
    (secret,) = world.device("rb-norte").rows("/ppp/secret")
    assert secret["password"] == "canary-another"
    assert "canary" not in "".join(texts)
    assert os.environ.get("ANA_PASSWORD") is None
