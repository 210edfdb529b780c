# SPDX-License-Identifier: GPL-3.0-or-later
"""A router's work gone on with: what was to be done, against what is still to be done.

Nothing is done because an order says so: a change is written only where the router, read anew,
still asks for it. Imports change, changeset, planning, plandata, router's answers and work.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from reconciler.change import Action, Change
from reconciler.changeset import essence_of
from reconciler.executor.order import Order
from reconciler.plandata import change_of, sessions_of
from reconciler.planning import RouterPlan
from reconciler.router import Answer, AnswerState
from reconciler.work import Work

FOUND = "found done when the router was read again"
ELSEWISE = "it changed meanwhile, and is left"
_PATCHES = (Action.SET, Action.ADOPT)


def go_on(work: Work, order: Order) -> dict[int, Answer]:
    """Let `work`, planned anew, be about the changes of `order`; the answers that are known.

    A change that is not asked for any more stands for itself, with an answer. What differs beyond
    the order is not written.
    """
    waiting = _by_essence(work)
    approved = [change_of(data) for data in order.changes]
    found = [_pop(waiting, work.essence(change)) for change in approved]
    left = [change for alike in waiting.values() for change in alike]
    known = {number: (state, message) for number, state, message in order.answers}
    changes: list[Change] = []
    answers: dict[int, Answer] = {}
    for number, (change, now) in enumerate(zip(approved, found, strict=True)):
        rest = None if now else _rest_of(change, left)
        if rest is not None:
            left.remove(rest)
        doing = now or rest or change
        changes.append(doing)
        if number in known:
            state, message = known[number]
            answers[id(doing)] = Answer(AnswerState(state), message=message)
        elif doing is change:
            answers[id(doing)] = _answer(change, left)
    sessions = sessions_of(order.sessions, changes)
    work.plan = replace(work.plan, changes=tuple(changes), sessions=sessions)
    work.ended = {id(sessions[number]) for number in order.ended}
    work.left = tuple(change_of(data) for data in order.left)
    return answers


def same(one: RouterPlan, other: RouterPlan) -> bool:
    """Whether two plans are of a router that held the same."""
    return _essences(one) == _essences(other)


def _essences(plan: RouterPlan) -> list[str]:
    return sorted(essence_of(plan.router, change) for change in plan.changes)


def _by_essence(work: Work) -> dict[str, list[Change]]:
    waiting: defaultdict[str, list[Change]] = defaultdict(list)
    for change in work.plan.changes:
        waiting[work.essence(change)].append(change)
    return waiting


def _pop(waiting: dict[str, list[Change]], essence: str) -> Change | None:
    """Of two alike, which both were to be done, one may be done."""
    alike = waiting.get(essence)
    return alike.pop(0) if alike else None


def _rest_of(change: Change, left: Iterable[Change]) -> Change | None:
    """What is left of a change of which some commands were done: fewer fields, the same values."""
    if change.action not in _PATCHES:
        return None
    for now in left:
        if (
            now.action in _PATCHES
            and _place(now) == _place(change)
            and now.before.items() <= change.before.items()
            and now.after.items() <= change.after.items()
            and now.digests.items() <= change.digests.items()
        ):
            return now
    return None


def _answer(change: Change, left: Iterable[Change]) -> Answer:
    """What became of a change that is not asked for any more."""
    if any(_place(now) == _place(change) for now in left):
        return Answer(AnswerState.FAILED, message=ELSEWISE)
    return Answer(AnswerState.DONE, message=FOUND)


def _place(change: Change) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    return change.kind.path, tuple(sorted(change.key.items()))
