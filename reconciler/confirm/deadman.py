# SPDX-License-Identifier: GPL-3.0-or-later
"""The script and its scheduler on a router: put there, looked for, and taken away.

Needs the policies `test` and `policy` beside those of everyday work. Imports errors, router.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.errors import Refused, RouterError, Unreachable
from reconciler.router import Answer, AnswerState, Command, Read, Session

SCRIPTS, SCHEDULERS = "/system/script", "/system/scheduler"
PREFIX = "rc-confirm-"
_POLICY = "read,write,policy,test"
_GONE = "no such item"


@dataclass(frozen=True)
class Pending:
    """A run that a router holds the inverse of; `next_run` is the router's own time."""

    name: str
    next_run: str | None
    scheduled: bool

    @property
    def run(self) -> str:
        return self.name.removeprefix(PREFIX)


def install(session: Session, name: str, source: str, seconds: int) -> None:
    """First the script, then the scheduler that runs it once, `seconds` from now.

    An interval is used, not a time of day: it does not matter whether the router's clock is right,
    and a reboot in between does not stop it. Raises Refused or Unreachable; then nothing is left.
    """
    script = (("name", name), ("source", source), ("policy", _POLICY))
    timer = (("name", name), ("on-event", name), ("interval", f"{seconds}s"), ("policy", _POLICY))
    for path, words in ((SCRIPTS, script), (SCHEDULERS, timer)):
        (answer,) = session.write([Command(path, "add", words)])
        if answer.state is not AnswerState.DONE:
            if session.alive:
                _remove(session, SCRIPTS, name)
            raise _failure(session, "keep the way back for --confirm", answer)
    read = Read(SCHEDULERS, ("run-count",), (f"?name={name}",))
    if [row.get("run-count") for row in session.read([read])[0]] != ["0"]:
        _remove(session, SCHEDULERS, name)
        _remove(session, SCRIPTS, name)
        raise Refused(f"{session.endpoint.label} ran the way back for --confirm at once")


def pending(session: Session, meanwhile: Callable[[], None] | None = None) -> list[Pending]:
    """What is left of confirms; [] where our user may not look. `meanwhile`: as of `read`."""
    try:
        timers, scripts = session.read(
            [Read(SCHEDULERS, ("name", "next-run")), Read(SCRIPTS, ("name",))], meanwhile
        )
    except Refused:
        return []
    found = {
        row["name"]: Pending(row["name"], row.get("next-run"), True)
        for row in timers
        if row.get("name", "").startswith(PREFIX)
    }
    for row in scripts:
        if row.get("name", "").startswith(PREFIX):
            found.setdefault(row["name"], Pending(row["name"], None, False))
    return list(found.values())


def disarm(session: Session, name: str) -> bool:
    """Take the scheduler away, then the script; False where the router has undone already.

    Raises Unreachable where no answer came: then nobody knows.
    """
    if not _remove(session, SCHEDULERS, name):
        return False
    _remove(session, SCRIPTS, name)
    return True


def _remove(session: Session, path: str, name: str) -> bool:
    rows = session.read([Read(path, (".id", "name"), (f"?name={name}",))])[0]
    if not rows:
        return False
    (answer,) = session.write([Command(path, "remove", ((".id", rows[0][".id"]),))])
    if answer.state is not AnswerState.DONE and _GONE not in (answer.message or ""):
        raise _failure(session, "remove what was kept for --confirm", answer)
    return answer.state is AnswerState.DONE


def _failure(session: Session, what: str, answer: Answer) -> RouterError:
    label = session.endpoint.label
    if answer.state is AnswerState.FAILED:
        message = answer.message or "refused"
        hint = " The user's group needs the policies test and policy." if "perm" in message else ""
        return Refused(f"{label} refuses to {what}: {message}.{hint}", answer.category)
    return Unreachable(f"{label} gave no answer when it was to {what}")
