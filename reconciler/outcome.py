# SPDX-License-Identifier: GPL-3.0-or-later
"""What an apply came to: lines for people and exit codes.

What a router holds when it is read back is the truth, not what it answered: a write without an
answer that took effect is done. Imports change, planning, render, router, sessions, suspension,
wording and work.
"""

from collections.abc import Iterator, Sequence

from reconciler.change import Change
from reconciler.planning import Status
from reconciler.render import Line, describe
from reconciler.router import Answer, AnswerState
from reconciler.sessions import SessionKind
from reconciler.suspension import suspended_in
from reconciler.wording import counted, listing, printable
from reconciler.work import Work

_WORDS = {
    AnswerState.DONE: "still not as wanted",
    AnswerState.FAILED: "refused by the router",
    AnswerState.UNKNOWN: "no answer came, and it was not done",
    AnswerState.NOT_TRIED: "not tried",
}
_UNSEEN = {
    AnswerState.FAILED: "refused by the router",
    AnswerState.UNKNOWN: "no answer came; the router may have done it",
    AnswerState.NOT_TRIED: "not tried",
}


def outcome_lines(works: Sequence[Work]) -> Iterator[Line]:
    """What is not as wanted, router by router, and a sentence at the end."""
    for work in works:
        yield from _work_lines(work)
    written = sum(work.count(AnswerState.DONE) for work in works)
    away = sum(work.plan.status is not Status.OK for work in works)
    owed = sum(len(work.owed) for work in works)
    if any(_is_wrong(work) for work in works if work.is_ready):
        yield Line("title", f"Applied in part: {written} written.")
    elif away or owed:
        routers = counted(away, "router")
        text = f"Applied: {written} written and read back; {routers} left out, {owed} owed."
        yield Line("title", text)
    else:
        yield Line("title", f"Applied: {written} written, read back, all as wanted.")


def _work_lines(work: Work) -> Iterator[Line]:
    name = work.plan.router
    if work.plan.error:
        yield Line("error", f"{name}: left out: {printable(work.plan.error)}")
        if cut := suspended_in(work.target.wanted, work.target.router):
            text = f"whether {counted(len(cut), 'cut')} got there is not known: {listing(cut)}"
            yield Line("warning", f"{name}: {printable(text)}")
    if work.untried:
        changes = counted(len(work.plan.changes), "change")
        yield Line("error", f"{name}: not tried: {changes}. {printable(work.untried)}")
        return
    for one in work.lingering:
        what = "connections" if one.kind is SessionKind.CONNECTIONS else f"{one.kind.value} session"
        text = f"{name}: {what} of {one.client} could not be ended: {printable(one.reason)}."
        yield Line("error", f"{text} The next apply does it.")
    if work.unhealthy:
        yield Line("error", f"{name}: not healthy: {printable(work.unhealthy)}.")
    yield from _open_lines(work)
    for change, reason in work.owed:
        text = f"{name}: owed: {change.action.value} {describe(change)}, {reason}"
        yield Line("warning", text)
    for trouble in work.troubles:
        yield Line("warning", f"{name}: {printable(trouble)}")
    if work.is_ready and not work.verified:
        yield Line("error", f"{name}: could not be read back. Run plan, then apply, again.")


def _open_lines(work: Work) -> Iterator[Line]:
    """What is not as wanted; of what was not tried only how much, after what went wrong."""
    name = work.plan.router
    told = waiting = 0
    for change, state, words in _open(work):
        if state is AnswerState.NOT_TRIED:
            waiting += 1
        else:
            told += 1
            yield Line("error", f"{name}: {change.action.value} {describe(change)}: {words}")
    if waiting:
        if not told:
            yield from _last_word(work)
        yield Line("error", f"{name}: not tried after that: {counted(waiting, 'change')}.")


def _last_word(work: Work) -> Iterator[Line]:
    """Of what was done without an answer, the first: after it nothing was tried."""
    for change in work.plan.changes:
        answer = work.answer(change)
        if answer.state is AnswerState.UNKNOWN:
            words = _words({answer.state: "no answer came, but it was done"}, answer)
            text = f"{work.plan.router}: {change.action.value} {describe(change)}: {words}"
            yield Line("error", text)
            return


def _open(work: Work) -> Iterator[tuple[Change, AnswerState, str]]:
    """What is not as wanted, how it was answered, and that in words."""
    owed = {work.essence(change) for change, _ in work.owed}
    if work.verified and work.remaining:
        answers = {work.essence(change): work.answer(change) for change in work.plan.changes}
        for change in work.remaining:
            if work.essence(change) not in owed:
                answer = answers.get(work.essence(change), Answer(AnswerState.DONE))
                yield change, answer.state, _words(_WORDS, answer)
    elif work.was_begun and not work.verified:
        for change in work.plan.changes:
            answer = work.answer(change)
            if answer.state in _UNSEEN and work.essence(change) not in owed:
                yield change, answer.state, _words(_UNSEEN, answer)


def _words(words: dict[AnswerState, str], answer: Answer) -> str:
    reason = f": {printable(answer.message)}" if answer.message else ""
    return words[answer.state] + reason


def _is_wrong(work: Work) -> bool:
    if work.unhealthy or work.lingering or not work.verified:
        return True
    return any(True for _ in _open(work))


def outcome_codes(works: Sequence[Work]) -> list[int]:
    """Of each router that is not as wanted: 5 where something was written, else 1, or 3 if lost.

    One that is not healthy, or not tried for the sake of another, makes the run one in part.
    """
    codes: list[int] = []
    in_part = any(map(_is_touched, works))
    for work in works:
        if work.is_ready and _is_wrong(work):
            if work.unhealthy or _is_touched(work) or (work.untried and in_part):
                codes.append(5)
            else:
                codes.append(1 if work.verified or work.untried else 3)
    return codes


def _is_touched(work: Work) -> bool:
    return bool(work.count(AnswerState.DONE) + work.count(AnswerState.UNKNOWN))
