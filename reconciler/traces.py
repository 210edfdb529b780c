# SPDX-License-Identifier: GPL-3.0-or-later
"""Who changed a row by hand, where the router's log or history still knows. Facts only.

Both forget: the log after a thousand lines or a reboot, the history after a hundred actions. An
entry counts where it names the very row: from RouterOS 7.16 on log lines end with the command, the
history has it as `redo` and `undo` since 7; older lines name only logins and profiles. Commands may
hold passwords, so nothing of them is kept. Imports change, drift, errors, marks, planning and
router.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from reconciler.change import Change, Deed
from reconciler.drift import DRIFT
from reconciler.errors import RouterError
from reconciler.marks import Row
from reconciler.planning import RouterPlan
from reconciler.router import Read, Session

_READS = (
    Read("/log", ("time", "message")),
    Read("/system/history", ("time", "by", "redo", "undo")),
    Read("/system/clock", ("date",)),
)
_LINE = re.compile(
    r"(?P<what>.*?) (?:added|changed|removed|moved) by (?P<who>\S+)(?: \((?P<command>.*)\)?)?",
    re.DOTALL,
)
_WHO = re.compile(r"(?P<via>[^:@/]+):(?P<user>[^@/]+)@(?P<source>[^/]*).*")
_CREATED = re.compile(r"\*[0-9A-F]+ = ")
_WORD = re.compile(r'(?:[^\s"]|"(?:\\.|[^"\\])*")+', re.DOTALL)
_ESCAPE = re.compile(r"((?:\\[0-9A-F]{2})+)|\\(.)", re.DOTALL)
_NAMED = re.compile(r"(ppp secret|ppp profile) <(.*)>", re.DOTALL)
_VIA = re.compile(r"(?:tcp|mac)-msg\((\w+)\)")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


@dataclass(frozen=True)
class Trace:
    """One entry: who, when, and the commands or the names that tell which row it is about."""

    deed: Deed
    commands: tuple[str, ...] = field(default=(), repr=False)
    name: tuple[str, str] | None = None


def with_deeds(plan: RouterPlan, session: Session, own_user: str) -> RouterPlan:
    """The plan with what is known of each hand-made change; as it was where nothing can be read.

    An entry of our own user explains nothing: what it wrote was as the files said.
    """
    if all(change.cause != DRIFT for change in plan.changes):
        return plan
    try:
        log, history, clock = session.read(_READS)
    except RouterError:
        return plan
    today = _day(clock[0].get("date", "")) if clock else None
    lines, actions = list(_of_log(log, today)), list(_of_history(history, today))

    def deed_of(change: Change) -> Deed | None:
        for traces in (reversed(lines), actions):
            found = next((one.deed for one in traces if _is_about(one, change)), None)
            if found:
                return found if found.by != own_user else None
        return None

    changes = tuple(
        replace(change, deed=deed_of(change)) if change.cause == DRIFT else change
        for change in plan.changes
    )
    same = {id(old): new for old, new in zip(plan.changes, changes, strict=True)}
    sessions = tuple(
        replace(one, cause=same.get(id(one.cause), one.cause)) for one in plan.sessions
    )
    return replace(plan, changes=changes, sessions=sessions)


def _of_log(rows: Iterable[Row], today: date | None) -> Iterator[Trace]:
    for row in rows:
        line = _LINE.fullmatch(row.get("message", ""))
        if line is None:
            continue
        by, via = _who(line["who"])
        named = _NAMED.fullmatch(line["what"])
        name = ("/" + named[1].replace(" ", "/"), named[2]) if named else None
        commands = (line["command"],) if line["command"] else ()
        yield Trace(Deed(by, _moment(row.get("time", ""), today), via), commands, name)


def _of_history(rows: Iterable[Row], today: date | None) -> list[Trace]:
    """The newest first, whatever the order of the print."""
    found = [
        Trace(
            Deed(_who(row["by"])[0], _moment(row.get("time", ""), today)),
            tuple(row[name].strip() for name in ("redo", "undo") if row.get(name)),
        )
        for row in rows
        if row.get("by")
    ]
    return sorted(found, key=lambda one: one.deed.at or "", reverse=True)


def _who(text: str) -> tuple[str, str | None]:
    """`tcp-msg(winbox):admin@10.0.0.9/action:3` is admin, by winbox from 10.0.0.9."""
    match = _WHO.fullmatch(text)
    if match is None:
        return text, None
    kind = _VIA.fullmatch(match["via"])
    way = kind[1] if kind else match["via"]
    return match["user"], " ".join(filter(None, (way, match["source"].strip(":"))))


# -- times --------------------------------------------------------------------------


def _day(text: str) -> date | None:
    """`2026-11-20`, or `nov/20/2026` before 7.10."""
    try:
        if match := re.fullmatch(r"([a-z]{3})/(\d\d)/(\d{4})", text):
            return date(int(match[3]), _MONTHS.index(match[1]) + 1, int(match[2]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str, today: date | None) -> str | None:
    """`2026-11-20 08:07:06` by the router's clock; the log leaves out the day or the year."""
    head, _, time = text.rpartition(" ")
    day = today if not head else _day(head)
    if day is None and today is not None:
        short = re.fullmatch(r"(\d\d)-(\d\d)|([a-z]{3})/(\d\d)", head)
        if short is None:
            return None
        month = (
            short[1] or f"{_MONTHS.index(short[3]) + 1:02}" if short[3] in (None, *_MONTHS) else ""
        )
        day = _day(f"{today.year}-{month}-{short[2] or short[4]}")
        if day is not None and day > today:
            day = _day(f"{today.year - 1}-{month}-{short[2] or short[4]}")
    try:
        return str(datetime.fromisoformat(f"{day} {time}")) if day else None
    except ValueError:
        return None


# -- which row ------------------------------------------------------------------------


def _is_about(trace: Trace, change: Change) -> bool:
    if trace.name and trace.name[0] == change.kind.path and trace.name[1] in _names(change):
        return True
    return any(_names_row(command, change) for command in trace.commands)


def _names(change: Change) -> set[str]:
    """What the row is, was and should be called."""
    row = change.row or {}
    values = (row.get("name"), change.key.get("name"), change.before.get("name"))
    return {value for value in values if value}


def _names_row(command: str, change: Change) -> bool:
    menu = change.kind.path.replace("/", " ").strip()
    text = _CREATED.sub("", command, count=1).lstrip("/").replace("/", " ")
    if not text.startswith(f"{menu} "):
        return False
    before = 2 if _CREATED.match(command) else 0  # `*5 = /ip firewall …`
    words = _WORD.findall(command)[len(menu.split()) + before :]
    verb, *parts = map(_plain, words)
    values = dict(part.split("=", 1) for part in parts if "=" in part)
    if verb == "add":
        return _is_same(values, change)
    items = values.get("numbers") or values.get(".id") or (parts[0] if parts else "")
    known = _names(change) | ({change.row_id} if change.row_id else set())
    return items in known or bool(known & set(items.split(",")))


def _is_same(values: Mapping[str, str], change: Change) -> bool:
    """Whether what was added has the key of the row."""
    kind = change.kind
    if not kind.key:
        return False
    for row in (change.row or {}, change.key):
        keys = [kind.by_name[name].canonical(row.get(name)) for name in kind.key]
        if all(keys) and keys == [kind.by_name[n].canonical(values.get(n)) for n in kind.key]:
            return True
    return False


def _plain(word: str) -> str:
    """A word of the console without its quotes and escapes."""

    def text(match: re.Match[str]) -> str:
        if match[1]:
            return bytes.fromhex(match[1].replace("\\", "")).decode("utf-8", "replace")
        return {"n": "\n", "r": "\r", "t": "\t", "_": " "}.get(match[2], match[2])

    return _ESCAPE.sub(text, re.sub(r'(?<!\\)"', "", word))
