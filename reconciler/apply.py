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
from reconciler.sessions import SERVICES, Ending, Lingering, SessionKind
from reconciler.state import PATH as STATE_PATH
from reconciler.state import State

# A sentence of 400 ids is about 4 kB, far below any limit that has been reported.
IDS_A_COMMAND = 400
CONNECTIONS = "/ip/firewall/connection"
_NOT_TRIED = Answer(AnswerState.NOT_TRIED)


def write_waves(pen: Pen, waves: Sequence[Sequence[Change]]) -> None:
    """Write wave after wave until all is answered or the pen stopped.

    One refused change does not stop the others: what needs it is refused by the router itself. But
    nothing jumps into a chain that lacks a rule. What was not reached counts as not tried, a write
    without an answer as unknown.
    """
    incomplete: set[str] = set()
    for wave in waves:
        for change in wave:
            pen.answers.setdefault(id(change), _NOT_TRIED)
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


def drop_sessions(session: RouterSession, dropping: Sequence[Ending]) -> list[Lingering]:
    """Log out the live sessions among `dropping`; those that go on."""
    left: list[Lingering] = []
    for service in SERVICES:
        named = {s.name: s for s in dropping if s.kind is service.kind and not s.waits}
        if not named:
            continue
        read = Read(service.active, (".id", service.user_field))
        rows = session.read([read])[0]
        live = {row[".id"]: row.get(service.user_field, "") for row in rows}
        ids = [row_id for row_id, name in live.items() if name in named]
        for row_id, reason in _remove_all(session, service.active, ids).items():
            left.append(Lingering(service.kind, named[live[row_id]].client, reason))
    return left


def connections_beyond(session: RouterSession, maximum: int) -> str | None:
    """A warning where there are too many to look through."""
    count = session.count(CONNECTIONS)
    if count <= maximum:
        return None
    return (
        f"{count} tracked connections are more than the maximum of {maximum}:"
        " open connections of the newly suspended were left. Raise `connections: {max: N}`."
    )


def cut_connections(session: RouterSession, cutting: Sequence[Ending]) -> list[Lingering]:
    """Remove the tracked connections from and to the addresses that were just suspended."""
    clients = {s.name: s.client for s in cutting}
    rows = session.read([Read(CONNECTIONS, (".id", "src-address", "dst-address"))])[0]
    of_rows = {
        row[".id"]: clients[address]
        for row in rows
        for address in (_host(row.get("dst-address", "")), _host(row.get("src-address", "")))
        if address in clients
    }
    refused = _remove_all(session, CONNECTIONS, list(of_rows))
    reasons = {of_rows[row_id]: reason for row_id, reason in refused.items()}
    return [Lingering(SessionKind.CONNECTIONS, *one) for one in sorted(reasons.items())]


def _host(endpoint: str) -> str:
    """`10.0.0.7:443` -> `10.0.0.7`; protocols without ports have no colon."""
    return endpoint.rpartition(":")[0] if endpoint.count(":") == 1 else endpoint


def _remove_all(session: RouterSession, path: str, ids: Sequence[str]) -> dict[str, str]:
    """Remove rows that may be gone by the time we ask, which is success; why others are not."""

    def ask(chunks: Sequence[Sequence[str]]) -> list[tuple[Sequence[str], Answer]]:
        commands = [Command(path, "remove", ((".id", ",".join(chunk)),)) for chunk in chunks]
        return list(zip(chunks, session.write(commands), strict=True))

    answers = ask([ids[at : at + IDS_A_COMMAND] for at in range(0, len(ids), IDS_A_COMMAND)])
    refused = [
        (id_,) for chunk, answer in answers if answer.state is AnswerState.FAILED for id_ in chunk
    ]
    lost = [one for one in answers if one[1].state is not AnswerState.FAILED]
    return {
        id_: answer.message or answer.state.value
        for chunk, answer in [*lost, *(ask(refused) if refused else [])]
        if answer.state is not AnswerState.DONE and GONE not in (answer.message or "")
        for id_ in chunk
    }


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
    reasons = set(_remove_all(session, STATE_PATH, ids).values())
    return [f"{STATE_PATH}: {reason}" for reason in sorted(reasons)]
