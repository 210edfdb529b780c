# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: every write with its answer, as it happened; unanswered ones stay open."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import World
from run.town import build

from reconciler.change import Action, Change
from reconciler.desired import Source
from reconciler.journal import Journal, journal_file, last_run, read_journal, state_folder
from reconciler.kinds import QUEUE_SIMPLE
from reconciler.planning import RouterPlan
from reconciler.router import Answer, AnswerState
from reconciler.wording import os_reason


def journal(world: World) -> list[dict[str, Any]]:
    path = last_run(world.root, "journal", ".jsonl")
    assert path is not None
    return [dict(event) for event in read_journal(path)]


def test_every_change_is_planned_tried_and_answered(world: World) -> None:
    build(world, 3)
    assert world.run("apply", "--yes").code == 0
    events = journal(world)
    assert [events[0]["event"], events[-1]["event"]] == ["begin", "end"]
    assert events[-1]["exit_code"] == 0
    planned = [event["change"] for event in events if event["event"] == "planned"]
    tried = [n for event in events if event["event"] == "trying" for n in _list(event)]
    done = [n for event in events if event["event"] == "result" for n in _list(event)]
    assert sorted(planned) == sorted(tried) == sorted(done)
    assert {event["state"] for event in events if event["event"] == "result"} == {"done"}


def _list(event: dict[str, Any]) -> list[int]:
    numbers: list[int] = event["changes"]
    return numbers


def test_answers_that_came_together_and_are_alike_are_one_line() -> None:
    lines: list[str] = []
    changes = [
        Change(Action.ADD, QUEUE_SIMPLE, {"name": name}, {}, {}, Source(name), name)
        for name in "abcd"
    ]
    journal = Journal("r", [lines.extend], lambda text: text.replace("hunter2", "***"))
    journal.planned(RouterPlan("rb", changes=tuple(changes)))
    del lines[:]
    done, refused = Answer(AnswerState.DONE, "*1"), Answer(AnswerState.FAILED, message="no hunter2")
    answers = [done, refused, Answer(AnswerState.DONE, "*2"), refused]
    journal.of("rb").answered([([one], said) for one, said in zip(changes, answers, strict=True)])
    found = [json.loads(line) for line in lines]
    assert [(one["changes"], one["state"], one["message"]) for one in found] == [
        ([1, 3], "done", None),
        ([2, 4], "failed", "no ***"),
    ]


def test_a_refusal_has_the_routers_words(world: World) -> None:
    build(world, 1)
    plan = world.root / "plans/basic.yaml"
    plan.write_text(plan.read_text().rstrip("}") + ', "parent": "no-such-queue"}')
    assert world.run("apply", "--yes").code == 5
    failed = [event for event in journal(world) if event.get("state") == "failed"]
    assert [event["message"] for event in failed] == ["input does not match any value of parent"]


def test_a_dropped_connection_leaves_writes_open_and_the_next_apply_ends_it(world: World) -> None:
    build(world, 3)
    world.servers["tower"].faults.drop_after_write(8)
    ran = world.run("apply", "--yes")
    assert ran.code in (0, 5)
    events = journal(world)
    assert any(event.get("state") == "unknown" for event in events)
    assert world.run("apply", "--yes").code == 0
    assert len(world.device("tower").rows("/queue/simple")) == 3


def test_the_stream_is_the_journal(world: World) -> None:
    build(world, 2)
    ran = world.run("apply", "--yes", "--format", "json")
    assert ran.code == 0
    assert [json.loads(line) for line in ran.out.splitlines()] == journal(world)


def test_git_never_sees_it(world: World) -> None:
    build(world, 1)
    assert world.run("apply", "--yes").code == 0
    subprocess.run(["git", "init", "--quiet", str(world.root)], check=True)
    status = subprocess.run(
        ["git", "-C", str(world.root), "status", "--porcelain", "--untracked-files=all"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert ".reconcile" not in status.stdout


def test_a_full_disk_is_told_with_the_journals_name(tmp_path: Path) -> None:
    path = state_folder(tmp_path, "journal") / "run.jsonl"
    path.symlink_to("/dev/full")
    full = pytest.raises(OSError, match="No space left")
    with full as caught, journal_file(tmp_path, "run") as sink:
        sink(["{}"])
    assert os_reason(caught.value) == f"{path}: No space left on device"
