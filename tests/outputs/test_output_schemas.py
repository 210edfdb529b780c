# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commands say is what the published schemas tell, to the last key."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import client, commit, world
from end_to_end.world import World, copy_example
from page.plans import town
from unit.test_render import whole

from reconciler.changeset import to_json
from reconciler.emulator import Device
from reconciler.outputs import OUTPUTS, schema, text

__all__ = ["commit", "world"]  # fixtures

# Through importlib, for its type stubs are a package of their own.
Draft202012Validator: Any = import_module("jsonschema").Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]


def strict(part: Any) -> Any:
    """The same schema, to which a key that it does not name is wrong."""
    if isinstance(part, list):
        return [strict(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: strict(value) for key, value in part.items()}
    return made | ({"additionalProperties": False} if "required" in part else {})


STRICT = {name: Draft202012Validator(strict(schema(name))) for name in OUTPUTS}


def wrong(name: str, data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in STRICT[name].iter_errors(data)]


def said(world: World, *arguments: str, codes: tuple[int, ...] = (0,)) -> Any:
    ran = world.run(*arguments)
    assert ran.code in codes, ran.text
    return json.loads(ran.out)


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_files_are_current_and_tell_every_key(name: str) -> None:
    made = schema(name)
    Draft202012Validator.check_schema(made)
    written = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert written == text(name), "run `make schemas`"
    for part in (made, *made["$defs"].values()):
        for key, field in part.get("properties", {}).items():
            assert field.get("description") or "const" in field, key


def test_plans_of_all_sorts(world: World, commit: Callable[[], str], tmp_path: Path) -> None:
    def plan(*arguments: str, codes: tuple[int, ...] = (0,)) -> Any:
        data = said(world, *arguments, "--format", "json", codes=codes)
        assert wrong("plan-output", data) == []
        return data

    base = commit()
    assert plan("plan")["summary"]["add"] == 2
    assert world.run("apply", "--yes").code == 0
    assert plan("plan")["changes"] == []
    world.device("rb-norte").set("/queue/simple", "*1", **{"max-limit": "1M/1M"})
    world.device("rb-sur").add("/queue/simple", name="uma", target="10.30.0.9/32")
    world.write("inventory/clients/uma.yaml", client("uma", "sur", "10.30.0.9"))
    commit()
    causes = {change["cause"] for change in plan("drift", codes=(0, 1, 2))["changes"]}
    assert causes == {"drift"}
    assert plan("plan", codes=(1,))["problems"]
    assert {one["action"] for one in plan("plan", "--adopt")["changes"]} == {"set", "adopt"}
    assert plan("plan", "--base", base)["files"]
    file = tmp_path / "change.plan"
    world.run("plan", "--adopt", "--out", str(file))
    assert wrong("plan-output", json.loads(file.read_text(encoding="utf-8"))) == []
    world.run("plan", "--shard", "1/2", "--out", str(file))
    part = json.loads(file.read_text(encoding="utf-8"))
    assert part["shard"]["of"] == 2
    assert wrong("plan-output", part) == []
    world.servers["rb-sur"].faults.go_away()
    assert {one["status"] for one in plan("plan", codes=(3,))["routers"]} == {"ok", "unreachable"}


def test_the_example(tmp_path: Path) -> None:
    with World(tmp_path / "repo") as world:
        copy_example(world.root)
        for router in ("rb-norte", "rb-sur"):
            world.serve(router, Device(version="7.22.3"))
        world.environ |= {"AGE_IDENTITY": ""}
        data = said(world, "plan", "--format", "json", codes=(0, 1))
        assert wrong("plan-output", data) == []
        assert len(data["changes"]) > 30
        assert wrong("validate-output", said(world, "validate", "--format", "json")) == []


def test_change_sets_with_everything_in_them() -> None:
    for changes in (whole(), town(9)):
        data = json.loads(json.dumps(to_json(changes)))
        assert wrong("plan-output", data) == []
        assert data["changes"]
    assert to_json(whole())["notices"]


def test_problems_of_files(world: World) -> None:
    world.write("inventory/clients/eva.yaml", client("eva", "nowhere", "10.30.0.8"))
    data = said(world, "validate", "--format", "json", codes=(1,))
    assert data["problems"]
    assert wrong("validate-output", data) == []


def test_events_of_an_apply(world: World) -> None:
    def events(*arguments: str) -> set[str]:
        ran = world.run(*arguments, "--yes", "--format", "json")
        lines = [json.loads(line) for line in ran.out.splitlines()]
        assert [complaint for line in lines for complaint in wrong("apply-event", line)] == []
        return {line["event"] for line in lines}

    plain = {"begin", "router", "planned", "trying", "result", "end"}
    assert events("apply") == plain
    plan = json.loads((world.root / "plans/casa.yaml").read_text(encoding="utf-8"))
    world.write("plans/casa.yaml", plan | {"mode": "pppoe", "local_address": "10.0.0.1"})
    for name in ("norte", "sur"):
        one = {"norte": "ana", "sur": "eva"}[name]
        world.device(f"rb-{name}").add_dynamic("/ppp/active", name=one, service="pppoe")
    assert events("apply", "--waves", "zone") >= plain | {"wave", "health"}
    world.write("plans/casa.yaml", plan | {"mode": "pppoe", "local_address": "10.0.0.1",
                                           "download": "20M"})  # fmt: skip
    assert events("apply", "--waves", "none") == plain | {"ending", "ended"}
    world.servers["rb-sur"].faults.go_away()
    world.write("plans/casa.yaml", plan)
    assert events("apply", "--allow-changes", "9") >= plain
    journals = (world.root / ".reconcile/journal").glob("*.jsonl")
    lines = [line for file in journals for line in file.read_text().splitlines()]
    assert len(lines) > 40
    assert [found for line in lines for found in wrong("apply-event", json.loads(line))] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("effects"),
        lambda data: data.update(fingerprint="short"),
        lambda data: data.update(format_version="2.0"),
        lambda data: data["changes"][0].update(action="delete"),
        lambda data: data["changes"][0]["source"].update(line=0),
        lambda data: data["changes"][0].update(cause="chance"),
        lambda data: data["routers"][0].update(status="fine"),
        lambda data: data["summary"].update(add=-1),
        lambda data: data.update(more=1),
    ],
)
def test_what_is_no_plan_is_refused(spoil: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(json.dumps(to_json(town(3))))
    assert wrong("plan-output", data) == []
    spoil(data)
    assert wrong("plan-output", data) != []
