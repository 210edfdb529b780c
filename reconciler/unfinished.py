# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last run was to end and did not, as its journal says: sessions, connections.

Each run takes over what the one before left open, so that the last journal alone is read. Imports
journal, router and sessions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.journal import Event, last_run, read_journal
from reconciler.router import AnswerState
from reconciler.sessions import Earlier, SessionKind

# As the journal spells the only events from which anything can be open.
_MAY_OPEN = ('"event": "ending"', '"unfinished": [{')
_MAY_BE_MADE = (AnswerState.DONE, AnswerState.UNKNOWN)


@dataclass(frozen=True)
class Unfinished:
    """`since`: when the change that was to end it was made, or tried, as ISO text."""

    router: str
    kind: SessionKind
    client: str
    name: str
    since: str

    def as_data(self) -> dict[str, str]:
        return asdict(self)

    def earlier(self, now: datetime, clock: float) -> Earlier:
        """As a work needs it; `clock`: the monotonic clock at `now`."""
        age = (now - datetime.fromisoformat(self.since)).total_seconds()
        return Earlier(self.kind, self.client, self.name, age, clock)


def read_unfinished(root: Path) -> tuple[Unfinished, ...]:
    """Of the last run in a state repository; nothing where it has no journal, or a damaged one."""
    path = last_run(root, "journal", ".jsonl")
    if path is None:
        return ()
    try:
        text = path.read_text(encoding="utf-8")
        # Of most runs nothing is open, and to see that takes no look at every write of theirs.
        return unfinished(read_journal(path)) if any(map(text.__contains__, _MAY_OPEN)) else ()
    except (KeyError, TypeError, ValueError, OSError):
        return ()


def unfinished(events: Iterable[Event]) -> tuple[Unfinished, ...]:
    """Raises KeyError, TypeError or ValueError where the events are damaged."""
    open_: dict[tuple[str, ...], Unfinished] = {}
    planned: dict[tuple[str, ...], tuple[int, Event]] = {}
    done: dict[int, str | None] = {}
    for event in events:
        if event["event"] == "begin":
            for one in event.get("unfinished", ()):
                open_[_key(one)] = _of(one, one["since"])
        elif event["event"] == "ending":
            planned[_key(event)] = event["change"], event
        elif event["event"] in ("trying", "result"):
            made = event.get("state", AnswerState.UNKNOWN) in _MAY_BE_MADE
            done |= dict.fromkeys(event["changes"], event["time"] if made else None)
        elif event["event"] == "ended":
            open_.pop(_key(event), None)
            planned.pop(_key(event), None)
    for key, (number, one) in planned.items():
        since = done.get(number)
        if since is not None:
            open_[key] = _of(one, since)
    return tuple(open_.values())


def _key(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return entry["router"], entry["kind"], entry["name"]


def _of(entry: Mapping[str, Any], since: str) -> Unfinished:
    datetime.fromisoformat(since)
    kind = SessionKind(entry["kind"])
    return Unfinished(entry["router"], kind, entry["client"], entry["name"], since)
