# SPDX-License-Identifier: GPL-3.0-or-later
"""`apply --resume`: what the last run left open, and what became of what had no answer."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import World
from run.town import build, write_clients

from reconciler.errors import ReconcileError
from reconciler.journal import FOLDER, last_run
from reconciler.resume import Fate, fates, open_run, read_run, resume_lines
from reconciler.router import AnswerState

QUEUES = "/queue/simple"


def names(world: World) -> list[str]:
    return sorted(row["name"] for row in world.device("tower").rows(QUEUES))


def cut(world: World, count: int = 6) -> None:
    """A run of which the connection goes with a write of the queues, which takes effect."""
    build(world, count)
    assert world.run("apply", "--yes", "--client", "client-0").code == 0
    world.servers["tower"].faults.drop_after_write(4)
    assert world.run("apply", "--yes").code == 5
    assert 1 < len(names(world)) < count


def test_it_says_what_became_of_each_and_does_the_rest(world: World) -> None:
    cut(world)
    there = names(world)
    assert there == ["client-0", "client-1", "client-2", "client-3"]
    ran = world.run("apply", "--resume", "--yes")
    assert ran.code == 0, ran.text
    assert "tower: add /queue/simple client-3: no answer came; it was done" in ran.err
    assert "/queue/simple client-4: no answer came; it was not done, and is now to be" in ran.err
    assert "/queue/simple client-2" not in ran.err
    assert len(names(world)) == 6
    assert world.run("plan", "--detailed-exitcode").code == 0


def test_what_the_run_did_not_plan_is_left(world: World) -> None:
    cut(world)
    write_clients(world, ["client-77"])
    ran = world.run("apply", "--resume", "--yes")
    assert re.search("Not of the run .*, and left: 1 difference:", ran.err)
    assert "client-77" not in names(world)
    assert ran.code == 0
    assert len(names(world)) == 6


def test_what_is_wanted_otherwise_by_now_is_left(world: World) -> None:
    cut(world)
    missing = next(f"client-{n}" for n in range(6) if f"client-{n}" not in names(world))
    write_clients(world, [missing], plan="fast")
    ran = world.run("apply", "--resume", "--yes")
    assert "something else would be done now, and is left" in ran.err
    assert missing not in names(world)


def test_a_run_that_was_done_leaves_nothing(world: World) -> None:
    build(world, 1)
    assert world.run("apply", "--yes").code == 0
    with world.listening("tower") as writes:
        ran = world.run("apply", "--resume", "--yes")
    assert (ran.code, writes) == (0, [])
    assert "done." in ran.out


def test_the_next_journal_names_the_run_it_goes_on_with(world: World) -> None:
    cut(world)
    path = last_run(world.root, "journal", ".jsonl")
    assert path is not None
    ran = world.run("apply", "--resume", path.stem, "--yes", "--format", "json")
    begin = next(event for event in map(json.loads, ran.out.splitlines()))
    assert (begin["event"], begin["resumes"], begin["undoes"]) == ("begin", path.stem, None)


def test_without_a_run_there_is_nothing_to_resume(world: World) -> None:
    build(world, 1)
    ran = world.run("apply", "--resume", "--yes")
    assert ran.code == 1
    assert "There is nothing to resume" in ran.err


@pytest.mark.parametrize("name", ["no-such-run", "../undo/x", "../../reconcile"])
def test_a_run_is_a_name_and_no_way(world: World, name: str) -> None:
    build(world, 1)
    assert "There is no journal of a run" in world.run("apply", "--resume", name, "--yes").err


@pytest.mark.parametrize("more", [["--client", "client-0"], ["--router", "tower"]])
def test_it_takes_no_narrowing(world: World, more: list[str]) -> None:
    build(world, 1)
    assert world.run("apply", "--resume", "--yes", *more).code == 64


def test_a_router_that_is_away_stays_unknown(world: World) -> None:
    cut(world)
    world.servers["tower"].faults.go_away()
    ran = world.run("apply", "--resume", "--yes")
    assert ran.code == 3
    assert "what became of it cannot be told while the router is away" in ran.err


def test_an_undo_is_gone_on_with_by_undo(world: World) -> None:
    build(world, 2)
    assert world.run("apply", "--yes").code == 0
    assert world.run("undo", "--yes", "--allow-changes", "9").code == 0
    ran = world.run("apply", "--resume", "--yes")
    assert ran.code == 1
    assert "was an undo. `reconcile undo " in ran.err


# -- the journal alone ---------------------------------------------------------------


ENTRY: dict[str, Any] = {
    "router": "tower",
    "path": QUEUES,
    "action": "add",
    "key": {"name": "ana"},
    "before": {},
    "after": {"name": "ana"},
    "digests": {},
    "source": {"id": "ana/internet", "file": None, "line": None},
}
BEGIN = {"event": "begin", "commit": "abc"}
PLANNED = {"event": "planned", "change": 1, "planned": ENTRY}
TRYING = {"event": "trying", "changes": [1]}


def test_what_was_tried_without_a_result_is_unknown() -> None:
    run = open_run("r", [BEGIN, PLANNED, TRYING])
    assert [change.state for change in run.open] == [AnswerState.UNKNOWN]
    assert [fate for _, fate in fates(run, [], "abc")] == [Fate.AWAY]


def test_the_last_result_counts() -> None:
    said = [
        {"event": "result", "changes": [1], "state": state, "message": None}
        for state in ("failed", "done")
    ]
    assert open_run("r", [BEGIN, PLANNED, TRYING, *said]).open == ()


def test_a_run_that_came_to_no_write_is_not_taken_for_done() -> None:
    with pytest.raises(ReconcileError, match="ended before its first write"):
        open_run("r", [BEGIN, PLANNED])


@pytest.mark.parametrize(
    "events",
    [
        [{"event": "planned"}],
        [{"event": "planned", "change": 1, "planned": {}}],
        [{"event": "trying", "changes": 7}],
        [{"event": "result", "changes": [1], "state": "perhaps"}],
        [[]],
    ],
)
def test_a_damaged_journal_is_refused(events: list[Any]) -> None:
    with pytest.raises(ReconcileError, match="is damaged"):
        open_run("r", events)


def test_the_last_line_may_be_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER / "journal"
    folder.mkdir(parents=True)
    lines = [json.dumps(event) for event in (BEGIN, PLANNED, TRYING)]
    (folder / "r.jsonl").write_text("\n".join(lines) + '\n{"event": "res', encoding="utf-8")
    assert len(read_run(tmp_path, "last").open) == 1


def test_its_words_hold_no_escapes() -> None:
    entry = ENTRY | {"key": {"name": "\x1b[31mana"}}
    run = open_run("r", [BEGIN, PLANNED | {"planned": entry}, TRYING])
    (_, line) = resume_lines(run, fates(run, [], None))
    assert "\x1b" not in line.text
