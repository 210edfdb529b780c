# SPDX-License-Identifier: GPL-3.0-or-later
"""One session with one router: connect, read menus, write commands. All values are text.

Reads are all asked at once and writes are pipelined, both matched to their answers by tag. A lost
connection is an exception while reading and a state of each command while writing, because what was
sent may have been done. Imports codec, conversation, endpoint, errors and wire.
"""

import hashlib
import random
import re
import time
from collections.abc import Callable, Sequence
from itertools import islice
from socket import socket
from types import TracebackType
from typing import Self

from reconciler.codec import Row
from reconciler.conversation import (
    FIRST_WINDOW,
    MAX_ROWS,
    MAX_WINDOW,
    PATIENCE,
    PIECE,
    Answer,
    AnswerState,
    Call,
    Command,
    Conversation,
    Read,
    Window,
)
from reconciler.endpoint import (
    Endpoint,
    TlsKind,
    TlsMode,
    Untrusted,
    hide,
    open_socket,
    unreachable,
)
from reconciler.errors import LoginRefused, Refused, Unreachable
from reconciler.wire import LOSSES, ProtocolError

__all__ = [
    "Answer",
    "AnswerState",
    "Command",
    "Endpoint",
    "Feed",
    "Read",
    "Said",
    "Session",
    "TlsKind",
    "TlsMode",
    "connect",
]


Feed = Callable[[int], Sequence[Command]]
Said = Sequence[tuple[int, Answer]]
_ID = re.compile(r"\*[0-9A-Fa-f]{1,16}")


class Session:
    """A logged-in connection, for one thread; a context manager.

    `version` is such as "7.22.3"; `source_address` is our own address on the socket, None where it
    has none; `missing` are the menus that were read and that this router does not have.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        sock: socket,
        *,
        patience: float = PATIENCE,
        max_rows: int = MAX_ROWS,
    ) -> None:
        """Log in over a connected socket, which is closed when that fails."""
        self.endpoint = endpoint
        self._talk = Conversation(endpoint, sock, patience=patience, max_rows=max_rows)
        self._window = Window()
        self.source_address = self._talk.source_address
        self.missing: set[str] = set()
        try:
            self._login()
            self.version = self._read_version()
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """False once the session is lost or closed, and never True again."""
        return self._talk.alive

    @property
    def turns(self) -> int:
        """The round trips so far, from the login on, counted and not timed."""
        return self._talk.turns

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._talk.close()

    def read(
        self, reads: Sequence[Read], meanwhile: Callable[[], None] | None = None
    ) -> list[list[Row]]:
        """The rows of each print, in the order asked; of a menu that is `missing`: none.

        `meanwhile`: what is done while the router is at it, and raises nothing.

        Raises Refused for the first other trap (after all answers are in, so that the session goes
        on) and Unreachable when the session is lost.
        """
        calls = self._ask([(read.path, _print_words(read)) for read in reads], meanwhile)
        self._check(calls)
        for read, call in zip(reads, calls, strict=True):
            if ".id" in read.fields and not all(map(_has_id, call.rows)):
                raise self._talk.lose(ProtocolError(f"a row without .id in {read.path}"))
        return [[] if call.traps else call.rows for call in calls]

    def count(self, path: str, where: tuple[str, ...] = ()) -> int:
        """How many rows there are, without reading them. Raises as `read` does."""
        (call,) = self._ask([(path, (f"{path}/print", "=count-only=", *where))])
        self._check([call])
        if call.traps:
            return 0
        if not (call.ret or "").isdecimal():
            raise self._talk.lose(ProtocolError(f"a count of {call.ret!r}"))
        return int(call.ret or "0")

    def _check(self, calls: list[Call]) -> None:
        for call in calls:
            if call.is_missing_menu:
                self.missing.add(call.title)
            elif call.traps:
                raise _refused(self.endpoint, call)

    def _ask(
        self,
        questions: list[tuple[str, tuple[str, ...]]],
        meanwhile: Callable[[], None] | None = None,
    ) -> list[Call]:
        calls = [Call(title) for title, _ in questions]
        self._talk.begin()
        for call, (_, words) in zip(calls, questions, strict=True):
            self._talk.post(call, [self._talk.codec.encode(word) for word in words])
        self._talk.finish(meanwhile)
        return calls

    def write(
        self,
        commands: Sequence[Command],
        *,
        window: int | None = None,
        on_answer: Callable[[int, Answer], None] | None = None,
    ) -> list[Answer]:
        """Send all, and give one answer for each, in the order of the commands.

        `window` is the most under way at once (1: each waits for the one before; None: 1024); below
        it, how many adapts to the router. `on_answer(index, answer)` is called once for each
        command, as its answer comes. A lost session is no exception: see AnswerState.
        """
        answers = [Answer(AnswerState.NOT_TRIED, message=self._talk.lost)] * len(commands)
        rest = iter(commands)

        def settle(said: Said) -> None:
            for index, answer in said:
                answers[index] = answer
                if on_answer:
                    on_answer(index, answer)

        fed = self.stream(lambda room: list(islice(rest, room)), settle, window=window)
        lost = Answer(AnswerState.NOT_TRIED, message=self._talk.lost)
        settle([(index, lost) for index in range(fed, len(commands))])
        return answers

    def stream(self, feed: Feed, settle: Callable[[Said], None], *, window: int | None) -> int:
        """Send what `feed` gives, as long as it gives any; how many commands that were.

        `feed(n)`: the next n commands at most; fewer than n: there are no more. It is asked right
        before they are sent. `settle` is told of answers as they come, together what came
        together, each with the number of its command from 0 on; and of each command once.
        """
        talk, most = self._talk, max(1, window or MAX_WINDOW)
        fed, more, room, turn = 0, True, 0, 0
        talk.begin()
        while talk.alive and (more or talk.calls):
            if more and not room:
                room, turn = max(0, min(self._window.size, most) - len(talk.calls)), talk.turns + 1
            piece = min(room, PIECE)
            batch = feed(piece) if piece else ()
            more = more and len(batch) == piece
            room = room - piece if more else 0
            calls = [
                Call(command.path, number, command) for number, command in enumerate(batch, fed)
            ]
            fed += len(calls)
            refused = self._post_all(calls, turn)
            try:
                finished = talk.send_and_hear(wait=not room)
            except (*LOSSES, Unreachable) as error:
                talk.lose(error)
                finished = []
            now = time.monotonic()
            for call in finished:
                self._window.answered(call.sent, now, most=most, more=more)
            if answered := refused + finished:
                settle([(call.index, call.answer) for call in answered])
        talk.codec.forget()
        if talk.calls:
            settle([(call.index, self._unanswered(call)) for call in talk.calls.values()])
        return fed

    def _unanswered(self, call: Call) -> Answer:
        was_sent = call.offset is not None and call.offset < self._talk.transport.sent
        state = AnswerState.UNKNOWN if was_sent else AnswerState.NOT_TRIED
        return Answer(state, message=self._talk.lost)

    def _post_all(self, calls: Sequence[Call], turn: int) -> list[Call]:
        """Into the outbox with them; those that have no encoding are refused without sending."""
        refused = []
        word = self._talk.codec.word
        for call in calls:
            command = call.command
            assert command is not None
            try:
                words = [word(name, value) for name, value in command.words]
                title = f"{command.path}/{command.verb}".encode()
                self._talk.post(call, [title, *words], turn=turn)
            except (UnicodeEncodeError, ProtocolError):
                message = "it was not sent: it holds what is no text, or is too long for the API"
                call.traps.append(Answer(AnswerState.FAILED, message=message))
                refused.append(call)
        return refused

    def _login(self) -> None:
        """Name and password (6.43 and later); an older router answers that with a challenge."""
        name, password = self.endpoint.username, self._talk.codec.encode(self.endpoint.password)
        ret = self._log_in_with(self._talk.codec.word("name", name), b"=password=" + password)
        if ret is None:
            return
        try:
            challenge = bytes.fromhex(ret)
        except ValueError:
            raise self._talk.lose(ProtocolError("a login challenge that is not hex")) from None
        # librouteros has this too, but only for passwords of ASCII.
        digest = hashlib.md5(b"\0" + password + challenge, usedforsecurity=False).hexdigest()
        self._log_in_with(self._talk.codec.word("name", name), f"=response=00{digest}".encode())

    def _log_in_with(self, *words: bytes) -> str | None:
        """Untagged, as every client does it; what `!done` returns."""
        call = Call("/login")
        self._talk.begin(patience=3 * self.endpoint.timeout)
        self._talk.post(call, [b"/login", *words], tagged=False)
        self._talk.finish()
        if call.traps:
            text = hide(call.answer.message or "", [self.endpoint.password])
            raise LoginRefused(
                f"{self.endpoint.label} at {self.endpoint.address} refuses the login of "
                f"{self.endpoint.username}: {text}. Are username and password right, and has the "
                f"user's group the policy api?"
            )
        return call.ret

    def _read_version(self) -> str:
        asked = time.monotonic()
        (rows,) = self.read([Read("/system/resource", ("version",))])
        self._window.answered(asked, time.monotonic(), most=FIRST_WINDOW, more=False)
        version = rows[0].get("version", "").split() if rows else []
        if not version:
            raise self._talk.lose(ProtocolError("it does not tell its version"))
        self._talk.logged_in = True
        return version[0]


def connect(
    endpoint: Endpoint,
    *,
    attempts: int = 3,
    patience: float = PATIENCE,
    max_rows: int = MAX_ROWS,
    sleep: Callable[[float], None] = time.sleep,
) -> Session:
    """A session, or Unreachable after the last attempt, or LoginRefused at once.

    No further attempt is begun after `endpoint.timeout` seconds, nor where another certificate, or
    no RouterOS API, answers. `patience` and `max_rows`: the longest that one read may take, in
    seconds, and the most rows that it may give.
    """

    until = time.monotonic() + endpoint.timeout
    longest = 0.2  # seconds to wait at most, twice as long each time
    for left in range(max(1, attempts) - 1, -1, -1):
        try:
            return _open_session(endpoint, patience, max_rows)
        except Unreachable as error:
            if isinstance(error, Untrusted) or not left or time.monotonic() >= until:
                raise
        sleep(random.uniform(0, longest))
        longest = min(2.0, 2 * longest)
    raise AssertionError("the last attempt returns or raises")


def _open_session(endpoint: Endpoint, patience: float, max_rows: int) -> Session:
    try:
        sock = open_socket(endpoint)
    except (OSError, UnicodeError) as error:  # UnicodeError: a host that is no host name
        raise unreachable(endpoint, error) from error
    return Session(endpoint, sock, patience=patience, max_rows=max_rows)


def _print_words(read: Read) -> tuple[str, ...]:
    fields = (f"=.proplist={','.join(read.fields)}",) if read.fields else ()
    return (f"{read.path}/print", *fields, *read.where)


def _has_id(row: Row) -> bool:
    return _ID.fullmatch(row.get(".id", "")) is not None


def _refused(endpoint: Endpoint, call: Call) -> Refused:
    """`message` stays the router's own; the text says where it was said, and what to do."""
    answer = call.answer
    error = Refused(answer.message or "", answer.category)
    hint = " Give the user's group the policies read, write, api and sensitive."
    hint = hint if "not enough permissions" in error.message else ""
    error.args = (f"{endpoint.label} refuses to print {call.title}: {error.message}.{hint}",)
    return error
