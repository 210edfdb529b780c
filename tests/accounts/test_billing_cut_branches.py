# SPDX-License-Identifier: GPL-3.0-or-later
"""The cut as a commit: on a branch that waits, on a router that is away, and its fee afterwards."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts.state import commit, done, git, make, run, told
from click.testing import CliRunner
from end_to_end.world import World

from reconciler.cli import cli
from reconciler.emulator import Device

LISTS = "/ip/firewall/address-list"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = make(tmp_path, "ana", "bea", "carla")
    done(root, "issue", "--on", "2026-06-25")
    commit(root)
    return root


def cuts(root: Path, on: str, *more: str) -> Any:
    return json.loads(done(root, "cuts", "--on", on, "--format", "json", *more).stdout)


def clients(found: list[dict[str, str]]) -> list[str]:
    return [one["client"] for one in found]


def text_of(root: Path, name: str) -> str:
    return (root / f"inventory/clients/{name}.yaml").read_text(encoding="utf-8")


def test_who_pays_before_the_merge_drops_off_the_branch(repo: Path, tmp_path: Path) -> None:
    """A pull request cuts three; bea pays on main meanwhile; the pipeline writes it anew."""
    expected = tmp_path / "cuts.json"
    expected.write_text(json.dumps(cuts(repo, "2026-07-06")), encoding="utf-8")
    git(repo, "checkout", "-q", "-b", "cuts")
    done(repo, "cuts", "--on", "2026-07-06", "--write")
    git(repo, "commit", "-q", "-a", "-m", "Cut three")
    git(repo, "checkout", "-q", "main")
    done(repo, "pay", "bea", "350", "--on", "2026-07-06", "--reference", "R")
    commit(repo)
    # The branch is made anew of main, and goes no further than what was reviewed.
    git(repo, "checkout", "-q", "-B", "cuts", "main")
    result = done(repo, "cuts", "--on", "2026-07-06", "--write", "--expect", str(expected))
    assert "cut bea" not in result.output
    commit(repo)
    git(repo, "checkout", "-q", "main")
    git(repo, "merge", "-q", "cuts")
    assert [("status: suspended" in text_of(repo, name)) for name in ("ana", "bea", "carla")] == [
        True, False, True,
    ]  # fmt: skip


def test_a_branch_that_was_merged_as_it_was_is_undone_by_the_restores(repo: Path) -> None:
    """Whoever merges the old branch cuts bea; the next run gives her back, for nothing is owed."""
    git(repo, "checkout", "-q", "-b", "cuts")
    done(repo, "cuts", "--on", "2026-07-06", "--write")
    git(repo, "commit", "-q", "-a", "-m", "Cut three")
    git(repo, "checkout", "-q", "main")
    done(repo, "pay", "bea", "350", "--on", "2026-07-06", "--reference", "R")
    commit(repo)
    git(repo, "merge", "-q", "--no-edit", "cuts")
    assert cuts(repo, "2026-07-06")["restores"] == [
        {"client": "bea", "service": "internet", "reason": "paid"}
    ]
    done(repo, "cuts", "--on", "2026-07-06", "--write")
    assert "status: active" in text_of(repo, "bea")
    assert "history" not in text_of(repo, "bea")  # cut and restored on one day: no day, no fee


def test_restores_go_no_further_than_the_list_that_was_reviewed(repo: Path, tmp_path: Path) -> None:
    done(repo, "cuts", "--on", "2026-07-06", "--write")
    commit(repo)
    done(repo, "pay", "ana", "350", "--on", "2026-07-08", "--reference", "A")
    commit(repo)
    found = cuts(repo, "2026-07-08")
    assert clients(found["restores"]) == ["ana"]
    expected = tmp_path / "cuts.json"
    expected.write_text(json.dumps(found), encoding="utf-8")
    done(repo, "pay", "bea", "350", "--on", "2026-07-08", "--reference", "B")
    result = done(repo, "cuts", "--on", "2026-07-08", "--write", "--expect", str(expected))
    assert "left out: bea/internet is not on the expected list" in result.output
    assert "status: active" in text_of(repo, "ana")
    assert "status: suspended" in text_of(repo, "bea")
    # And the other way: whose payment was taken back since is not restored.
    git(repo, "checkout", "-q", "--", "inventory")
    done(repo, "pay", "--on", "2026-07-08", "--reference", "A", "--", "ana", "-350")
    done(repo, "cuts", "--on", "2026-07-08", "--write", "--expect", str(expected))
    assert "status: suspended" in text_of(repo, "ana")


@pytest.mark.parametrize("waived", [False, True])
def test_the_fee_of_a_reconnection_is_waived_from_the_command_line(
    repo: Path, waived: bool
) -> None:
    done(repo, "cuts", "--on", "2026-07-06", "--write")
    done(repo, "pay", "ana", "350", "--on", "2026-07-08", "--reference", "A")
    if waived:
        arguments = ["--repo", str(repo), "client", "activate", "ana", "--on", "2026-07-08"]
        result = CliRunner().invoke(cli, [*arguments, "--waive-fee"])
        assert result.exit_code == 0, told(result)
        assert "to: 2026-07-08, fee: waived" in text_of(repo, "ana")
    else:
        done(repo, "cuts", "--on", "2026-07-08", "--write", "--client", "ana")
    found = json.loads(
        done(repo, "invoices", "--on", "2026-07-25", "--client", "ana", "--format", "json").stdout
    )
    items = [line["item"] for line in found[-1]["lines"]]
    assert items == [None] if waived else [None, "reconnection-fee:internet/2026-07-06"]
    assert found[-1]["total"] == ("350.00" if waived else "430.00")


@pytest.fixture
def world(repo: Path) -> Iterator[World]:
    """The router of the repository, served, with all applied."""
    with World(repo) as one:
        settings = repo / "reconcile.yaml"
        settings.write_text(settings.read_text() + "secrets: {key: {env: RECONCILE_KEY}}\n")
        one.serve("rb", Device(identity="rb"), timeout="2s", block_rules="false")
        (repo / ".gitignore").write_text(".reconcile/\n")
        commit(repo)
        applied = one.run("apply", "--yes")
        assert applied.code == 0, applied.text
        yield one


def left(world: World, *, code: int = 0) -> list[tuple[str, str, bool]]:
    ran = world.run("billing", "cuts", "--check-routers", "--on", "2026-07-07", "--format", "json")
    assert ran.code == code, ran.text
    return [
        (one["client"], one["action"], one["known"]) for one in json.loads(ran.out)["not_reached"]
    ]


def test_cuts_that_have_not_reached_their_router_are_named(world: World) -> None:
    root = world.root
    assert left(world) == []
    done(root, "cuts", "--on", "2026-07-06", "--write", "--client", "ana", "--client", "bea")
    commit(root)
    assert left(world) == [("ana", "cut", True), ("bea", "cut", True)]
    asking = ("billing", "cuts", "--check-routers", "--on", "2026-07-07")
    said = world.run(*asking, "--client", "bea").err
    assert "rb: 1 cut not carried out yet: bea/internet (since 2026-07-06)" in said
    assert "rb: 2 cuts not carried out yet: ana/internet (since" in world.run("status").out
    # Away: what it holds is not known, and apply says so too.
    world.servers["rb"].faults.go_away()
    assert left(world, code=3) == [("ana", "cut", False), ("bea", "cut", False)]
    said = world.run(*asking).err
    assert "rb: not reached, so whether 2 cuts got there is not known: ana/internet (since" in said
    assert "Not reached: rb." in said
    ran = world.run("apply", "--yes", "--allow-cuts", "2")
    assert ran.code == 3
    assert "rb: whether 2 cuts got there is not known: ana/internet and bea/internet" in ran.text
    world.servers["rb"].faults.come_back()
    ran = world.run("apply", "--yes", "--allow-cuts", "2", "--allow-changes", "3")
    assert ran.code == 0, ran.text
    assert left(world) == []
    assert "The routers hold every cut and restore of the files." in world.run(*asking).err
    # Paid: until the next apply the restore is what waits.
    done(root, "pay", "ana", "350", "--on", "2026-07-07", "--reference", "A")
    done(root, "cuts", "--on", "2026-07-07", "--write", "--client", "ana")
    commit(root)
    assert left(world) == [("ana", "restore", True)]
    found = json.loads(world.run("status", "--format", "json").out)["routers"][0]["waiting"]
    assert found == [{"service": "ana/internet", "action": "restore", "known": True, "since": None}]
    # A hand that takes a client off the list undoes a cut, whatever was applied.
    device = world.device("rb")
    (row,) = [row for row in device.rows(LISTS) if re.search(r"\[rc:bea/", row.get("comment", ""))]
    device.remove(LISTS, row[".id"])
    assert left(world) == [("ana", "restore", True), ("bea", "cut", True)]


def test_asking_routers_goes_with_the_list_alone(repo: Path) -> None:
    refused = run(repo, "cuts", "--check-routers", "--write")
    assert getattr(refused.exception, "exit_code", None) == 64
