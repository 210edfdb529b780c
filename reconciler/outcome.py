# SPDX-License-Identifier: GPL-3.0-or-later
"""What an apply came to: lines for people and exit codes. Imports change, fleet, render, router."""

from collections.abc import Iterator, Sequence

from reconciler.change import Change
from reconciler.fleet import Work
from reconciler.planning import Status
from reconciler.render import Line, describe
from reconciler.router import AnswerState
from reconciler.wording import printable

_WORDS = {
    AnswerState.FAILED: "refused by the router",
    AnswerState.UNKNOWN: "no answer came; the router may have done it",
    AnswerState.NOT_TRIED: "not tried",
}


def outcome_lines(works: Sequence[Work]) -> Iterator[Line]:
    """What is not as wanted, router by router, and a sentence at the end."""
    wrong = 0
    for work in works:
        lines = list(_work_lines(work))
        wrong += bool(lines)
        yield from lines
    written = sum(_count(work, AnswerState.DONE) for work in works)
    if not wrong and all(work.plan.status is Status.OK for work in works):
        yield Line("title", f"Applied: {written} written, read back, all as wanted.")
    else:
        yield Line("title", f"Applied in part: {written} written.")


def _count(work: Work, state: AnswerState) -> int:
    return sum(answer.state is state for answer in work.written.answers.values())


def _work_lines(work: Work) -> Iterator[Line]:
    for change in work.plan.changes:
        answer = work.written.answers.get(id(change))
        if answer and answer.state in _WORDS and _is_open(work, change):
            reason = f": {printable(answer.message)}" if answer.message else ""
            text = f"{work.plan.router}: {describe(change)}: {_WORDS[answer.state]}{reason}"
            yield Line("error", text)
    for change, reason in work.owed:
        yield Line("warning", f"{work.plan.router}: owed: {describe(change)}, {reason}")
    for trouble in work.troubles:
        yield Line("warning", f"{work.plan.router}: {printable(trouble)}")
    if work.is_ready and not work.verified:
        yield Line("error", f"{work.plan.router}: could not be read back. Run plan again.")
    owed = {id(change) for change, _ in work.owed}
    known = {describe(change) for change in work.plan.changes if _is_open(work, change)}
    for change in work.remaining:
        if id(change) not in owed and describe(change) not in known:
            text = f"{work.plan.router}: still not as wanted: {describe(change)}"
            yield Line("error", text)


def _is_open(work: Work, change: Change) -> bool:
    return work.written.state_of(change) is not AnswerState.DONE


def outcome_codes(works: Sequence[Work]) -> list[int]:
    """5 where a write was made and something is not as wanted, 1 where nothing was written."""
    codes: list[int] = []
    for work in works:
        if not work.is_ready:
            continue
        done = _count(work, AnswerState.DONE) + _count(work, AnswerState.UNKNOWN)
        open_ = len(work.plan.changes) - _count(work, AnswerState.DONE) - len(work.owed)
        if open_ > 0 or not work.verified:
            codes.append(5 if done else 3 if not work.verified else 1)
    return codes
