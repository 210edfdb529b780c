# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing one router's changes: waves by dependency, one answer for every change.

The only writes are made here. Equal sets and removals are one command with a list of ids; other
writes are pipelined; rules wait for each answer because each stands before one placed already.
Imports arrange, change, errors, router, sessions, state and survey.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.arrange import group
from reconciler.change import Action, Change
from reconciler.errors import Unreachable
from reconciler.router import Answer, AnswerState, Command, Read
from reconciler.router import Session as RouterSession
from reconciler.sessions import SERVICES, Session, SessionKind
from reconciler.state import PATH as STATE_PATH
from reconciler.state import State

# A sentence of 400 ids is about 4 kB, far below any limit that has been reported.
IDS_A_COMMAND = 400
CONNECTIONS = "/ip/firewall/connection"
GONE = "no such item"

OnResult = Callable[[Change, Answer], None]


@dataclass
class Written:
    """What became of each change of a router, by the identity of the Change object."""

    answers: dict[int, Answer] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def state_of(self, change: Change) -> AnswerState:
        answer = self.answers.get(id(change))
        return answer.state if answer else AnswerState.NOT_TRIED

    @property
    def all_done(self) -> bool:
        return all(answer.state is AnswerState.DONE for answer in self.answers.values())


@dataclass(frozen=True)
class _Step:
    """One command and the changes it carries out."""

    command: Command
    changes: tuple[Change, ...]


def write_waves(
    session: RouterSession,
    waves: Sequence[Sequence[Change]],
    written: Written,
    *,
    window: int | None = None,
    on_result: OnResult | None = None,
) -> None:
    """Write wave after wave until all is answered, a wave had a failure, or the session is lost.

    What was not reached counts as not tried; a write without an answer as unknown.
    """
    failed = not written.all_done
    for wave in waves:
        for change in wave:
            written.answers.setdefault(id(change), Answer(AnswerState.NOT_TRIED))
        if failed or not session.alive:
            continue
        if any(change.kind.ordered and change.place for change in wave):
            _write_in_order(session, wave, written)
        else:
            _write_wave(session, wave, written, window)
        failed = any(written.state_of(change) is not AnswerState.DONE for change in wave)
        if on_result:
            for change in wave:
                on_result(change, written.answers[id(change)])


def _write_wave(
    session: RouterSession, wave: Sequence[Change], written: Written, window: int | None
) -> None:
    steps = list(_steps(wave))
    _note(written, steps, session.write([step.command for step in steps], window=window))
    # One item of a list that is gone makes the router refuse the list: then one by one.
    alone = [
        _Step(command, (change,))
        for step in steps
        if len(step.changes) > 1
        for change in step.changes
        if written.state_of(change) is AnswerState.FAILED
        for command in _commands([change])
    ]
    if alone:
        for step in alone:
            written.answers.pop(id(step.changes[0]), None)
        _note(written, alone, session.write([step.command for step in alone], window=window))


def _note(written: Written, steps: Sequence[_Step], answers: Sequence[Answer]) -> None:
    """The worst answer of a change's commands is that of the change."""
    for step, said in zip(steps, answers, strict=True):
        is_gone = step.command.verb == "remove" and GONE in (said.message or "")
        answer = Answer(AnswerState.DONE) if is_gone else said
        for change in step.changes:
            known = written.answers.get(id(change))
            if known is None or known.state in (AnswerState.DONE, AnswerState.NOT_TRIED):
                written.answers[id(change)] = answer
            if answer.ret and change.action is Action.ADD:
                written.ids[change.mark] = answer.ret


def _steps(wave: Sequence[Change]) -> Iterator[_Step]:
    for change in wave:
        if change.action is Action.ADD:
            yield _Step(Command(change.kind.path, "add", change.words), (change,))
    rest = [change for change in wave if change.action is not Action.ADD]
    for alike in group(rest, lambda c: (c.kind.path, c.action is Action.REMOVE, c.words, c.unset)):
        for start in range(0, len(alike), IDS_A_COMMAND):
            chunk = alike[start : start + IDS_A_COMMAND]
            for command in _commands(chunk):
                yield _Step(command, tuple(chunk))


def _commands(changes: Sequence[Change]) -> list[Command]:
    """Equal sets or removals as commands with one list of ids."""
    first = changes[0]
    path, ids = first.kind.path, (".id", ",".join(change.row_id or "" for change in changes))
    if first.action is Action.REMOVE:
        return [Command(path, "remove", (ids,))]
    commands = [Command(path, "set", (ids, *first.words))] if first.words else []
    commands += [Command(path, "unset", (ids, ("value-name", name))) for name in first.unset]
    return commands


def _write_in_order(session: RouterSession, wave: Sequence[Change], written: Written) -> None:
    for change in wave:
        commands = [_placed(change, written)] if change.place else _commands([change])
        for command in commands:
            _note(written, [_Step(command, (change,))], session.write([command], window=1))
        if written.state_of(change) is not AnswerState.DONE:
            return


def _placed(change: Change, written: Written) -> Command:
    """An add or move at its place; the row it goes before may be one that was just added."""
    place = change.place
    assert place is not None
    before = place.before_id or written.ids.get(place.before_mark or "")
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
    refused = [
        (id_,)
        for chunk, answer in zip(chunks, ask(chunks), strict=True)
        if answer.state is AnswerState.FAILED
        for id_ in chunk
    ]
    answers = ask(refused) if refused else []
    return sorted(
        {
            f"{path}: {answer.message or answer.state.value}"
            for answer in answers
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
