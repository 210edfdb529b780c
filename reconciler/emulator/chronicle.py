# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router notes of its users' changes: lines in /log, and /system/history.

Noted at once, written down when somebody looks: most routers of tests write much and are never
asked. Sources: docs/routeros-facts.md. May import answers, rsc.writer, state.
"""

from collections import deque
from dataclasses import dataclass

from reconciler.emulator.answers import Command
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.rsc.writer import quote
from reconciler.emulator.state import LOG_LINES, State

HISTORY, LOG = "/system/history", "/log"
HISTORY_LINES = 100
# What the log calls a row of a menu; of other menus nobody has published it.
NOUNS = {
    "/ppp/secret": "ppp secret",
    "/ppp/profile": "ppp profile",
    "/ip/firewall/address-list": "address list entry",
    "/ip/firewall/filter": "filter rule",
    "/queue/simple": "simple queue",
    "/ip/hotspot/user": "hotspot user",
}
NAMED = frozenset(("/ppp/secret", "/ppp/profile"))
VERBS = {"add": "added", "set": "changed", "remove": "removed"}


@dataclass(frozen=True)
class Note:
    """One command as it was carried out; `row`: what it was about, before it."""

    when: float
    user: str
    peer: str
    command: Command
    item: str
    row: Fields


class Chronicle:
    """`look` tells what a command is about, before it is carried out; `note` that it was."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._notes: deque[Note] = deque(maxlen=LOG_LINES)

    def look(self, command: Command) -> tuple[str, Fields]:
        """The name of the row, else its `.id`, and its fields; several as they were given."""
        given = command.arguments.get(".id") or command.arguments.get("numbers") or ""
        row = self._state.tables[command.path].by_identifier(given)
        if row is None:
            return given, {}
        return row.fields.get("name", row.identifier), dict(row.fields)

    def note(self, user: str, peer: str, command: Command, about: tuple[str, Fields]) -> None:
        self._notes.append(Note(self._state.clock.now(), user, peer, command, *about))

    def write_down(self) -> None:
        """Into /log and /system/history, whose newest line is the first."""
        state = self._state
        notes, self._notes = self._notes, deque(maxlen=LOG_LINES)
        for note in notes:
            with state.clock.held(note.when):
                state.log("system,info", _message(note, state.version.parts >= (7, 16, 0)))
        table = state.tables[HISTORY]
        for note in list(notes)[-HISTORY_LINES:]:
            texts = {"redo": _redo(note), "undo": _undo(note)} if state.version.major >= 7 else {}
            noun = NOUNS[note.command.path]
            values = {
                "action": f"{noun} {VERBS[note.command.name]}",
                "by": note.user,
                "policy": "write",
                "time": state.version.date(state.clock.moment_at(note.when)),
                **texts,
            }
            state.create(HISTORY, values, table.first, dynamic=True)
        for row in list(table)[HISTORY_LINES:]:
            state.delete(HISTORY, row)


def is_noted(command: Command) -> bool:
    return command.name in VERBS and command.path in NOUNS


def _message(note: Note, with_command: bool) -> str:
    path, name = note.command.path, note.command.name
    called = note.command.arguments.get("name") if name == "add" else note.item
    what = NOUNS[path] + (f" <{called}>" if path in NAMED else "")
    if not with_command:
        return f"{what} {VERBS[name]} by {note.user}"
    made = f"{note.item} = " if name == "add" else ""
    return f"{what} {VERBS[name]} by api:{note.user}@{note.peer} ({made}{_redo(note)})"


def _words(path: str, verb: str, item: str, fields: Fields) -> str:
    pairs = [f"{key}={quote(value)}" for key, value in sorted(fields.items())]
    return " ".join(
        [path.replace("/", " ").replace(" ", "/", 1), verb, *([item] if item else []), *pairs]
    )


def _redo(note: Note) -> str:
    left = {k: v for k, v in note.command.arguments.items() if k not in (".id", "numbers")}
    item = "" if note.command.name == "add" else quote(note.item)
    return _words(note.command.path, note.command.name, item, left)


def _undo(note: Note) -> str:
    path, name = note.command.path, note.command.name
    if name == "add":
        return _words(path, "remove", note.item, {})
    if name == "remove":
        return _words(path, "add", "", note.row)
    before = {key: note.row[key] for key in note.command.arguments if key in note.row}
    return _words(path, "set", quote(note.item), before)
