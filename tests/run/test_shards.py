# SPDX-License-Identifier: GPL-3.0-or-later
"""plan --shard and merge: the parts of a plan are the plan, and nothing else is taken for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import client, commit, world
from end_to_end.world import Ran, World, assert_settled

from reconciler.shards import Shard

__all__ = ["commit", "world"]  # fixtures

OF = 2


def shards(world: World, *options: str, of: int = OF, name: str = "part") -> list[str]:
    """The plan files of all shards."""
    files = []
    for index in range(1, of + 1):
        file = world.root.parent / f"{name}-{index}.plan"
        ran = world.run("plan", "--shard", f"{index}/{of}", "--out", str(file), *options)
        assert ran.code == 0, ran.text
        files.append(str(file))
    return files


def suspended_and_moved(world: World) -> None:
    """Something of every sort: sets, adds, removals that move, a session, a label with ñ."""
    world.write("inventory/clients/eva.yaml", client("eva", "norte", "10.20.0.8"))
    world.write(
        "inventory/clients/nu.yaml",
        client("nu", "sur", "10.30.0.9") | {"name": 'Ñuño "El 0123" <yes>'},
    )
    file = world.root / "plans/casa.yaml"
    data = json.loads(file.read_text(encoding="utf-8"))
    world.write("plans/casa.yaml", data | {"download": "20M"})


@pytest.mark.parametrize("form", ["text", "markdown", "json", "junit", "terraform"])
def test_merged_shards_say_what_the_whole_plan_says(
    world: World, commit: Callable[[], str], form: str
) -> None:
    assert world.run("apply", "--yes").code == 0
    suspended_and_moved(world)
    commit()
    whole = world.run("plan", "--format", form)
    merged = world.run("merge", *reversed(shards(world)), "--format", form)
    assert (merged.code, merged.err) == (0, "")
    if form == "json":
        first, second = json.loads(whole.out), json.loads(merged.out)
        assert first.pop("created") <= second.pop("created")
        assert second == first
        assert {change["action"] for change in first["changes"]} == {"add", "set", "remove"}
    else:
        assert merged.out == whole.out


def test_the_merged_file_is_applied_like_any(world: World, tmp_path: Path) -> None:
    plan = str(tmp_path / "change.plan")
    assert world.run("merge", *shards(world), "--out", plan, "--detailed-exitcode").code == 2
    assert world.run("apply", plan, "--yes").code == 0
    assert_settled(world)
    assert world.run("merge", *shards(world), "--detailed-exitcode").code == 0


def test_a_router_that_is_away_is_3_in_its_shard_and_when_merged(world: World) -> None:
    world.servers["rb-norte"].faults.go_away()
    files = []
    codes = []
    for index in (1, 2):
        files.append(str(world.root.parent / f"{index}.plan"))
        codes.append(world.run("plan", "--shard", f"{index}/2", "--out", files[-1]).code)
    assert sorted(codes) == [0, 3]
    merged = world.run("merge", *files)
    assert merged.code == 3
    assert "rb-norte: unreachable." in merged.out


def test_shards_are_stable_and_cover_everything() -> None:
    routers = [f"rb-{number}" for number in range(400)]
    held = {router: [i for i in range(1, 9) if Shard(i, 8).holds(router)] for router in routers}
    assert all(len(found) == 1 for found in held.values())
    sizes = [sum(found == [index] for found in held.values()) for index in range(1, 9)]
    assert min(sizes) > 30
    # As the page says it, so that a router stays where it is from version to version.
    assert (held["rb-0"], held["rb-1"]) == ([2], [7])


@pytest.mark.parametrize("wrong", ["0/2", "3/2", "1", "a/b", "1/", "-1/2", "1/2/3", "²/3"])
def test_a_shard_that_is_none_is_wrong_usage(world: World, wrong: str) -> None:
    ran = world.run("plan", f"--shard={wrong}")
    assert ran.code == 64
    assert "is not like 3/8" in ran.err


def changed(file: str, change: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads(Path(file).read_text(encoding="utf-8"))
    change(data)
    Path(file).write_text(json.dumps(data), encoding="utf-8")


def refused(world: World, *files: str) -> Ran:
    ran = world.run("merge", *files, "--out", str(world.root.parent / "merged.plan"))
    assert ran.code != 0
    assert ran.out == ""
    assert not (world.root.parent / "merged.plan").exists()
    return ran


def test_what_is_not_all_the_parts_of_one_plan_is_refused(
    world: World, commit: Callable[[], str]
) -> None:
    commit()
    one, two = shards(world)
    assert "1 shard is missing: 2/2." in refused(world, one).err
    assert "The shard 1/2 is there twice" in refused(world, one, two, one).err
    other = shards(world, of=3, name="three")
    assert "another number of shards (2 and 3)" in refused(world, one, other[1]).err
    narrow = shards(world, "--client", "ana", name="narrow")
    assert "are not of one plan: another set of routers" in refused(world, one, narrow[1]).err
    adopting = shards(world, "--adopt", name="adopt")
    assert "another narrowing, date or option." in refused(world, one, adopting[1]).err
    whole = str(world.root.parent / "whole.plan")
    assert world.run("plan", "--out", whole).code == 0
    assert "is a whole plan" in refused(world, whole).err
    world.write("inventory/clients/eva.yaml", client("eva", "sur", "10.30.0.9"))
    commit()
    later = shards(world, name="later")
    ran = refused(world, one, later[1])
    assert ran.code == 1
    assert "another commit (" in ran.err


def test_a_part_that_was_changed_by_hand_is_6(world: World) -> None:
    one, two = shards(world)
    full = one if json.loads(Path(one).read_text())["changes"] else two
    original = Path(full).read_text(encoding="utf-8")

    def elsewhere(data: dict[str, Any]) -> None:
        data["shard"]["plans"][0]["changes"] = []

    changed(full, elsewhere)
    ran = refused(world, one, two)
    assert (ran.code, "not signed with this repository's key" in ran.err) == (6, True)
    del world.environ["RECONCILE_KEY"]
    Path(full).write_text(original, encoding="utf-8")
    assert refused(world, one, two).code == 6


def test_without_a_key_a_part_must_still_fit_its_fingerprint(world: World) -> None:
    settings = json.loads((world.root / "reconcile.yaml").read_text(encoding="utf-8"))
    del settings["secrets"]
    world.write("reconcile.yaml", settings)
    one, two = shards(world)
    full = one if json.loads(Path(one).read_text())["changes"] else two

    def elsewhere(data: dict[str, Any]) -> None:
        data["shard"]["plans"][0]["changes"] = []

    changed(full, elsewhere)
    assert refused(world, one, two).code == 6
    changed(full, lambda data: data["shard"].pop("plans"))
    assert "is damaged" in refused(world, one, two).err
