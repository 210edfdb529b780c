# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of an apply: every write with its answer, flushed as it goes, one JSON a line.

`.reconcile/journal/<run>.jsonl` in the state repository; the same events are the stream of
`apply --format json`. A change that is `planned` and never `trying` was not tried; one that is
`trying` without a `result` may have been done, whatever ended the run. Holds no secret. Imports
change, changeset, errors, pen, planning and sessions.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from reconciler.change import Change
from reconciler.changeset import change_json
from reconciler.errors import naming
from reconciler.pen import Said
from reconciler.planning import RouterPlan, Status
from reconciler.sessions import Ending

Event = Mapping[str, Any]
Sink = Callable[[Sequence[str]], None]
"""Told of events as lines of JSON, without their ends."""
FOLDER = ".reconcile"
_LOOKED_AT = 100  # journals, from the newest on
_REACHED = (Status.OK, Status.CONFLICT)


def state_folder(root: Path, name: str) -> Path:
    """A folder of ours in a state repository, never seen by git."""
    top = root / FOLDER
    folder = top / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = top / ".gitignore"
    if not ignore.exists() or not ignore.stat().st_size:  # a full disk leaves it empty
        with naming(ignore):
            ignore.write_text("*\n", encoding="utf-8")
    return folder


def new_run_id(now: datetime) -> str:
    """Sorts by time, and differs for two runs in one second."""
    # The letters go on where the seconds end, so that the last run is the last name.
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{now.microsecond:05x}{os.urandom(1).hex()}"


def texts_of(plans: Iterable[RouterPlan]) -> dict[int, str]:
    """Changes as the journal spells them, by the identity of the Change object."""
    return {
        id(change): json.dumps(change_json(plan.router, change))
        for plan in plans
        for change in plan.changes
    }


class Journal:
    """Tells sinks of a run's events, in order, from any thread. Changes are named by number."""

    def __init__(self, run: str, sinks: Iterable[Sink], redact: Callable[[str], str]) -> None:
        self.run = run
        self._sinks, self._redact = tuple(sinks), redact
        self._lock = Lock()
        self._numbers: dict[int, int] = {}

    def emit(self, event: str, **more: Any) -> None:
        self.emit_all(event, [more])

    def emit_all(self, event: str, all_more: Iterable[dict[str, Any]]) -> None:
        """Several events of one kind that happened at once."""
        head = self._head(event)
        self._tell([json.dumps(head | more) for more in all_more])

    def _head(self, event: str) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {"event": event, "run": self.run, "time": now}

    def _tell(self, lines: Sequence[str]) -> None:
        if lines:
            with self._lock:
                for sink in self._sinks:
                    sink(lines)

    def router(self, plan: RouterPlan) -> None:
        """Whether a router was reached, and why it was not."""
        self.emit(
            "router",
            router=plan.router,
            status=plan.status.value,
            version=plan.version,
            error=self.redacted(plan.error),
        )

    def planned(self, plan: RouterPlan, ready: Mapping[int, str] | None = None) -> None:
        """Every change that is about to be made, and every session that ends with one.

        `ready`: what `texts_of` gave for some of the changes.
        """
        numbers = [
            self._numbers.setdefault(id(change), len(self._numbers) + 1) for change in plan.changes
        ]
        head = json.dumps(self._head("planned") | {"router": plan.router})[:-1]
        lines = []
        for number, change in zip(numbers, plan.changes, strict=True):
            text = (ready or {}).get(id(change)) or json.dumps(change_json(plan.router, change))
            lines.append(f'{head}, "change": {number}, "planned": {text}}}')
        self._tell(lines)
        self.emit_all(
            "ending",
            [
                {"router": plan.router, "change": number, **_session(session)}
                for session in plan.sessions
                if not session.waits
                for number in self.numbers([session.cause])
            ],
        )

    def of(self, router: str) -> "RouterLog":
        return RouterLog(self, router)

    def numbers(self, changes: Iterable[Change]) -> list[int]:
        return [self._numbers[id(change)] for change in changes if id(change) in self._numbers]

    def redacted(self, text: str | None) -> str | None:
        return self._redact(text) if text else text


class RouterLog:
    """What a pen tells of its writes, for one router."""

    def __init__(self, journal: Journal, router: str) -> None:
        self._journal, self._router = journal, router

    def trying(self, changes: Iterable[Change]) -> None:
        numbers = self._journal.numbers(changes)
        if numbers:
            self._journal.emit("trying", router=self._router, changes=numbers)

    def answered(self, said: Sequence[Said]) -> None:
        alike: dict[tuple[str, str | None], list[int]] = {}
        for changes, answer in said:
            numbers = alike.setdefault((answer.state.value, answer.message), [])
            numbers += self._journal.numbers(changes)
        results = [
            {
                "router": self._router,
                "changes": numbers,
                "state": state,
                "message": self._journal.redacted(message),
            }
            for (state, message), numbers in alike.items()
            if numbers
        ]
        if results:
            self._journal.emit_all("result", results)

    def ended(self, sessions: Iterable[Ending]) -> None:
        said = [{"router": self._router, **_session(session)} for session in sessions]
        self._journal.emit_all("ended", said)


def _session(session: Ending) -> dict[str, str]:
    return {"kind": session.kind.value, "client": session.client, "name": session.name}


@contextmanager
def journal_file(root: Path, run: str) -> Iterator[Sink]:
    """A sink that appends to the run's journal; events are with the system when it returns."""
    path = state_folder(root, "journal") / f"{run}.jsonl"
    # Without a buffer nothing is left to be written when it is closed.
    with path.open("ab", buffering=0) as file:

        def write(lines: Sequence[str]) -> None:
            data = "".join([f"{line}\n" for line in lines]).encode()
            with naming(path):
                while data:
                    data = data[file.write(data) :]

        yield write
        os.fsync(file.fileno())


def read_journal(path: Path) -> list[Event]:
    """The events of a journal; a last line that was cut off is left out."""
    events: list[Event] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events


def last_run(root: Path, folder: str, suffix: str) -> Path | None:
    """The newest file of a folder of ours; None where there is none."""
    files = sorted((root / FOLDER / folder).glob(f"*{suffix}"))
    return files[-1] if files else None


def last_reached(root: Path, router: str) -> datetime | None:
    """When a run here last had a session with a router; None where no journal says so."""
    files = sorted((root / FOLDER / "journal").glob("*.jsonl"), reverse=True)
    for path in files[:_LOOKED_AT]:
        for event in read_journal(path):
            if event.get("event") == "router" and event.get("router") == router:
                if event.get("status") in _REACHED:
                    return datetime.fromisoformat(event["time"])
                break
    return None
