# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said while routers are written to: a few lines where there is no terminal."""

import pytest

from reconciler.change import Action, Change
from reconciler.cli.progress import MANY_CHANGES, Progress
from reconciler.cli.watch import MANY
from reconciler.desired import Source
from reconciler.kinds import ADDRESS_LIST
from reconciler.pen import Silent
from reconciler.planning import RouterPlan
from reconciler.router import Answer, AnswerState

DONE = Answer(AnswerState.DONE)


def plan(router: str, count: int) -> RouterPlan:
    changes = [
        Change(Action.ADD, ADDRESS_LIST, {"address": str(at)}, {}, {}, Source("c"), f"c/{at}")
        for at in range(count)
    ]
    return RouterPlan(router, changes=tuple(changes))


def write(plans: list[RouterPlan]) -> Progress:
    """Every change is answered by itself, router after router."""
    with Progress(plans) as progress:
        logs = progress.beside(lambda _router: Silent())
        for one in plans:
            log = logs(one.router)
            for change in one.changes:
                log.trying([change])
                log.answered([((change,), DONE)])
    return progress


def test_a_line_for_each_tenth_of_many_changes(capsys: pytest.CaptureFixture[str]) -> None:
    write([plan("rb-1", MANY_CHANGES - 200), plan("rb-2", 200)])
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert [line.split(" changes")[0] for line in lines] == [
        f"{100 * tenth:,} of 1,000" for tenth in range(1, 11)
    ]
    assert lines[0].endswith("0 of 2 routers done, 0 s; to go: rb-1 (700), rb-2 (200)")
    assert lines[-1].endswith("2 of 2 routers done, 0 s")


def test_few_changes_are_not_worth_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    write([plan("rb-1", MANY_CHANGES - 1)])
    assert capsys.readouterr().err == ""


def test_few_changes_of_many_routers_are(capsys: pytest.CaptureFixture[str]) -> None:
    write([plan(f"rb-{at}", 1) for at in range(MANY)])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == MANY
    assert lines[0].count("rb-") == 3


def test_a_change_of_two_commands_counts_once() -> None:
    one = plan("rb-1", 2)
    with Progress([one]) as progress:
        log = progress.beside(lambda _router: Silent())("rb-1")
        for _ in range(2):
            log.answered([((one.changes[0],), DONE)])
        assert progress.text().startswith("1 of 2 changes answered, 0 of 1 router done")


def test_on_a_terminal_the_line_renews_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    progress = write([plan("rb-1", 20)])
    assert progress.text().startswith("20 of 20 changes answered, 1 of 1 router done")
    assert "changes answered" in capsys.readouterr().err
