# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing one router's changes: waves by dependency, one answer for every change.

The only writes are made here. Equal sets and removals are one command with a list of ids; other
writes are pipelined; rules wait for each answer because each stands before one placed already.
Imports arrange, change, errors, pen, router, sessions and state.
"""

from collections.abc import Iterator, Mapping, Sequence

from reconciler.arrange import group
from reconciler.change import Action, Change
from reconciler.errors import Unreachable
from reconciler.pen import GONE, Pen, Step
from reconciler.router import Answer, AnswerState, Command, Read
from reconciler.router import Session as RouterSession
from reconciler.sessions import SERVICES, Session, SessionKind
from reconciler.state import PATH as STATE_PATH
from reconciler.state import State

# A sentence of 400 ids is about 4 kB, far below any limit that has been reported.
IDS_A_COMMAND = 400
CONNECTIONS = "/ip/firewall/connection"


def write_waves(pen: Pen, waves: Sequence[Sequence[Change]]) -> None:
    """Write wave after wave until all is answered or the pen stopped.

    One refused change does not stop the others: what needs it is refused by the router itself. But
    nothing jumps into a chain that lacks a rule. What was not reached counts as not tried, a write
    without an answer as unknown.
    """
    incomplete: set[str] = set()
    for wave in waves:
        for change in wave:
            pen.answers.setdefault(id(change), Answer(AnswerState.NOT_TRIED))
        if not pen.can_write:
            continue
        if any(change.kind.ordered and change.place for change in wave):
            _write_in_order(pen, [c for c in wave if c.kind.path not in incomplete])
        else:
            _write_wave(pen, wave)
        incomplete |= {
            change.kind.path
            for change in wave
            if change.kind.ordered and pen.state_of(change) is not AnswerState.DONE
        }


def _write_wave(pen: Pen, wave: Sequence[Change]) -> None:
    steps = list(_steps(wave))
    pen.write(steps)
    # One item of a list that is gone makes the router refuse the list: then one by one.
    alone = [
        Step(command, (change,))
        for step in steps
        if len(step.changes) > 1
        for change in step.changes
        if pen.state_of(change) is AnswerState.FAILED
        for command in _commands([change])
    ]
    for step in alone:
        pen.answers.pop(id(step.changes[0]), None)
    pen.write(alone)


def _steps(wave: Sequence[Change]) -> Iterator[Step]:
    for change in wave:
        if change.action is Action.ADD:
            yield Step(Command(change.kind.path, "add", change.words), (change,))
    rest = [change for change in wave if change.action is not Action.ADD]
    for alike in group(rest, lambda c: (c.kind.path, c.action is Action.REMOVE, c.words, c.unset)):
        for start in range(0, len(alike), IDS_A_COMMAND):
            chunk = alike[start : start + IDS_A_COMMAND]
            for command in _commands(chunk):
                yield Step(command, tuple(chunk))


def _commands(changes: Sequence[Change]) -> list[Command]:
    """Equal sets or removals as commands with one list of ids."""
    first = changes[0]
    path, ids = first.kind.path, (".id", ",".join(change.row_id or "" for change in changes))
    if first.action is Action.REMOVE:
        return [Command(path, "remove", (ids,))]
    commands = [Command(path, "set", (ids, *first.words))] if first.words else []
    commands += [Command(path, "unset", (ids, ("value-name", name))) for name in first.unset]
    return commands


def _write_in_order(pen: Pen, wave: Sequence[Change]) -> None:
    """One after the other; behind a rule that failed the rest of its menu has no place."""
    failed: set[str] = set()
    for change in wave:
        if change.kind.path in failed:
            continue
        commands = [_placed(change, pen.ids)] if change.place else _commands([change])
        pen.write([Step(command, (change,)) for command in commands], singly=True)
        if pen.state_of(change) is not AnswerState.DONE:
            failed.add(change.kind.path)


def _placed(change: Change, ids: Mapping[str, str]) -> Command:
    """An add or move at its place; the row it goes before may be one that was just added."""
    place = change.place
    assert place is not None
    before = place.before_id or ids.get(place.before_mark or "")
    path = change.kind.path
    if change.action is Action.ADD:
        spot = (("place-before", before),) if before else ()
        return Command(path, "add", (*change.words, *spot))
    spot = (("destination", before),) if before else ()
    return Command(path, "move", (("numbers", change.row_id or ""), *spot))


def drop_sessions(session: RouterSession, dropping: Sequence[Session]) -> list[str]:
    """Log out the live sessions among `dropping`; what could not be done, as text."""
    troubles: list[str] = []
    for service in SERVICES:
        names = {s.name for s in dropping if s.kind is service.kind and not s.waits}
        if not names:
            continue
        read = Read(service.active, (".id", service.user_field))
        rows = session.read([read])[0]
        ids = [row[".id"] for row in rows if row.get(service.user_field) in names]
        troubles += _remove_all(session, service.active, ids)
    return troubles


def cut_connections(session: RouterSession, dropping: Sequence[Session], maximum: int) -> list[str]:
    """Remove the tracked connections from and to the addresses that were just suspended."""
    addresses = {s.name for s in dropping if s.kind is SessionKind.CONNECTIONS}
    if not addresses:
        return []
    count = session.count(CONNECTIONS)
    if count > maximum:
        return [
            f"{count} tracked connections are more than the maximum of {maximum}:"
            " open connections of the newly suspended were left. Raise `connections: {max: N}`."
        ]
    rows = session.read([Read(CONNECTIONS, (".id", "src-address", "dst-address"))])[0]
    ids = [
        row[".id"]
        for row in rows
        if _host(row.get("src-address", "")) in addresses
        or _host(row.get("dst-address", "")) in addresses
    ]
    return _remove_all(session, CONNECTIONS, ids)


def _host(endpoint: str) -> str:
    """`10.0.0.7:443` -> `10.0.0.7`; protocols without ports have no colon."""
    return endpoint.rpartition(":")[0] if endpoint.count(":") == 1 else endpoint


def _remove_all(session: RouterSession, path: str, ids: Sequence[str]) -> list[str]:
    """Remove rows that may be gone by the time we ask; that they are gone is success."""

    def ask(chunks: Sequence[Sequence[str]]) -> list[Answer]:
        commands = [Command(path, "remove", ((".id", ",".join(chunk)),)) for chunk in chunks]
        return session.write(commands)

    chunks = [ids[at : at + IDS_A_COMMAND] for at in range(0, len(ids), IDS_A_COMMAND)]
    answers = ask(chunks)
    refused = [
        (id_,)
        for chunk, answer in zip(chunks, answers, strict=True)
        if answer.state is AnswerState.FAILED
        for id_ in chunk
    ]
    lost = [answer for answer in answers if answer.state is not AnswerState.FAILED]
    return sorted(
        {
            f"{path}: {answer.message or answer.state.value}"
            for answer in [*lost, *(ask(refused) if refused else [])]
            if answer.state is not AnswerState.DONE and GONE not in (answer.message or "")
        }
    )


def write_state(session: RouterSession, old: State | None, new: State) -> None:
    """Note the commit on the router. Raises Unreachable where no answer came."""
    if old and old.comment == new.comment:
        return
    command = (
        Command(STATE_PATH, "set", ((".id", old.row_id or ""), ("comment", new.comment)))
        if old
        else Command(STATE_PATH, "add", new.words)
    )
    (answer,) = session.write([command])
    if answer.state is not AnswerState.DONE:
        raise Unreachable(f"the applied commit could not be noted: {answer.message}")


def remove_state(session: RouterSession, ids: Sequence[str]) -> list[str]:
    return _remove_all(session, STATE_PATH, ids)
