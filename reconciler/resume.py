# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier run left open, as its journal says, and what became of it.

Only what the routers hold now tells whether a write without an answer was done: a change that
would still be planned was not. Imports changeset, errors, journal, planning, render, review,
router and wording.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from reconciler.changeset import adopts, change_json, essence
from reconciler.errors import ReconcileError
from reconciler.journal import FOLDER, Event, last_run, read_journal
from reconciler.planning import RouterPlan, Status
from reconciler.render import Line
from reconciler.review import entry_name
from reconciler.router import AnswerState
from reconciler.wording import counted, printable

LAST = "last"
_FOLDER, _SUFFIX = "journal", ".jsonl"


@dataclass(frozen=True)
class OpenChange:
    """A change as the journal holds it, and the last that was known of it: anything but done."""

    entry: Mapping[str, Any]
    state: AnswerState


@dataclass(frozen=True)
class OpenRun:
    """A journaled run; `done` counts the changes that the routers confirmed."""

    run: str
    commit: str | None
    done: int
    open: tuple[OpenChange, ...]

    @property
    def entries(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(change.entry for change in self.open)

    @property
    def adopts(self) -> bool:
        return adopts(self.entries)

    @property
    def routers(self) -> tuple[str, ...]:
        return tuple(sorted({entry["router"] for entry in self.entries}))


class Fate(StrEnum):
    """What became of an open change."""

    DONE = "it was done"
    SETTLED = "it is as the files want it now"
    TO_DO = "it was not done, and is now to be"
    MOVED_ON = "something else would be done now, and is left"
    AWAY = "what became of it cannot be told while the router is away"


def read_run(root: Path, run: str) -> OpenRun:
    """The run of this name, or the last one. Raises ReconcileError where there is none."""
    folder = root / FOLDER / _FOLDER
    path = last_run(root, _FOLDER, _SUFFIX) if run == LAST else folder / f"{run}{_SUFFIX}"
    if path is None:
        raise ReconcileError("There is nothing to resume: no run is in .reconcile/journal.")
    # A run is a name, never a way into another folder.
    if path.parent != folder or not path.is_file():
        raise ReconcileError(f"There is no journal of a run {run}.")
    return open_run(path.stem, read_journal(path))


def open_run(run: str, events: Iterable[Event]) -> OpenRun:
    """What a journal tells; one that cannot be gone on with raises ReconcileError."""
    entries: dict[int, Mapping[str, Any]] = {}
    states: dict[int, AnswerState] = {}
    commit, begun = None, False
    try:
        for event in events:
            if event["event"] == "begin":
                _check_kind(run, event)
                commit = event["commit"]
            elif event["event"] == "planned":
                essence(event["planned"])
                entries[event["change"]] = event["planned"]
            elif event["event"] == "end":
                begun = True
            elif event["event"] == "trying":
                begun = True
                states |= dict.fromkeys(event["changes"], AnswerState.UNKNOWN)
            elif event["event"] == "result":
                states |= dict.fromkeys(event["changes"], AnswerState(event["state"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ReconcileError(f"The journal of the run {run} is damaged ({error!r}).") from error
    if not begun:
        # Its plan may be cut off in the middle, so what it meant to do is not known.
        raise ReconcileError(f"The run {run} ended before its first write. Run apply again.")
    known = {number: states.get(number, AnswerState.NOT_TRIED) for number in entries}
    return OpenRun(
        run,
        commit,
        sum(state is AnswerState.DONE for state in known.values()),
        tuple(
            OpenChange(entries[number], state)
            for number, state in known.items()
            if state is not AnswerState.DONE
        ),
    )


def _check_kind(run: str, event: Event) -> None:
    if event.get("undoes"):
        raise ReconcileError(
            f"The run {run} was an undo. `reconcile undo {event['undoes']}` goes on with it."
        )


def fates(
    run: OpenRun, plans: Sequence[RouterPlan], commit: str | None
) -> list[tuple[OpenChange, Fate]]:
    """What became of each open change, by what would be done now with the files of `commit`."""
    known = {plan.router for plan in plans if plan.status is Status.OK}
    now = [change_json(plan.router, change) for plan in plans for change in plan.changes]
    left = Counter(essence(entry) for entry in now)
    places = {_place(entry) for entry in now}
    found = []
    for change in run.open:
        key = essence(change.entry)
        if change.entry["router"] not in known:
            fate = Fate.AWAY
        elif left[key]:
            left[key] -= 1
            fate = Fate.TO_DO
        elif _place(change.entry) in places:
            fate = Fate.MOVED_ON
        else:
            # Nothing differs there any more: by this write alone, where the files are the same.
            is_own = change.state is AnswerState.UNKNOWN and run.commit == commit
            fate = Fate.DONE if is_own else Fate.SETTLED
        found.append((change, fate))
    return found


def _place(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return (entry["router"], entry["path"], str(sorted(entry["key"].items(), key=str)))


_WORDS = {
    AnswerState.UNKNOWN: "no answer came",
    AnswerState.FAILED: "refused",
    AnswerState.NOT_TRIED: "not tried",
}


def resume_lines(run: OpenRun, found: Sequence[tuple[OpenChange, Fate]]) -> Iterator[Line]:
    """How far the run came, and of what had no answer or has moved on what became of it."""
    counts = Counter(change.state for change in run.open)
    parts = [f"{counts[state]} {words}" for state, words in _WORDS.items() if counts[state]]
    total = counted(run.done + len(run.open), "change")
    yield Line("title", f"Run {run.run}: {total}, {', '.join([f'{run.done} done', *parts])}.")
    for change, fate in found:
        expected = change.state is not AnswerState.UNKNOWN and fate is Fate.TO_DO
        if not expected:
            words = f"{_WORDS[change.state]}; {fate.value}"
            yield Line("plain", f"  {printable(entry_name(change.entry))}: {words}")
