# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences under way and their answers, matched by tag; and the values that callers see.

Promises that a conversation ends: by answers, by silence, by patience, or by a bound on what is
sent. Imports `codec`, `endpoint`, `errors` and `wire`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from socket import AF_INET, AF_INET6, socket
from typing import Final, NamedTuple

from reconciler.codec import Codec, Row
from reconciler.endpoint import Endpoint, hide, unreachable
from reconciler.errors import Unreachable
from reconciler.wire import LOSSES, Protocol, Transport, encode_words

MAX_ROWS: Final = 1_000_000  # of one print; the largest menus known hold some 150,000
MAX_SIZE: Final = 512 * 1024 * 1024  # bytes of memory that the answers to what was asked may take
WORD_SIZE: Final = 64  # bytes of memory for a word beside those of its text, about
PATIENCE: Final = 300.0  # seconds for one whole read, or between two answers to writes
FIRST_WINDOW: Final = 16
LEAST_WINDOW: Final = 4
MAX_WINDOW: Final = 1024
GROWTH: Final = 4  # how many more a quick answer lets in
PIECE: Final = 64  # how many are sent at once, so that the router begins while the rest is made
QUICK: Final = 0.25  # seconds an answer may wait behind others while the window still grows
SLOW: Final = 1.0  # seconds from which on the router has more to do than serves anybody
_SECRET_NAMES: Final = ("password", "secret", "passphrase", "private-key", "shared-key")


@dataclass(frozen=True)
class Read:
    """One print: the menu, the fields (all if empty), query words such as `?list=rc-state`."""

    path: str
    fields: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Command:
    """One write, such as `Command("/ppp/secret", "add", (("name", "ana"),))`."""

    path: str
    verb: str
    words: tuple[tuple[str, str], ...] = ()

    @property
    def secrets(self) -> list[str]:
        return [value for name, value in self.words if _is_secret(name)]

    def __repr__(self) -> str:
        words = tuple((name, "***" if _is_secret(name) else value) for name, value in self.words)
        return f"Command({self.path!r}, {self.verb!r}, {words!r})"


class AnswerState(StrEnum):
    DONE = "done"
    FAILED = "failed"  # the router said no, to this command alone
    UNKNOWN = "unknown"  # sent, and the session was lost before the answer: read it back
    NOT_TRIED = "not-tried"


class Answer(NamedTuple):
    """`ret` is what `add` gives (the `.id`); `message` and `category` are the router's words."""

    state: AnswerState
    ret: str | None = None
    message: str | None = None
    category: int | None = None


class Window:
    """How many writes may be under way at once. Pure: latencies in, a size out.

    Each quick answer lets four more in, so that it is some four times as large a round trip later;
    an answer that waited long halves it, once for all that was under way then.
    """

    def __init__(self) -> None:
        self.size = FIRST_WINDOW
        self._round_trip = float("inf")
        self._shrunk_at = float("-inf")

    def answered(self, sent: float, now: float, *, most: int, more: bool) -> None:
        """`sent`, `now`: seconds; `more`: commands are waiting, so that growth has a use."""
        latency = now - sent
        self._round_trip = min(self._round_trip, latency)
        queued = latency - self._round_trip
        if queued > SLOW and sent >= self._shrunk_at:
            self.size, self._shrunk_at = max(LEAST_WINDOW, self.size // 2), now
        elif queued <= QUICK and more and self.size < most:
            self.size = min(most, self.size + GROWTH)


@dataclass
class Call:
    """A sentence under way, and what has come back for it."""

    title: str
    index: int = 0
    command: Command | None = None
    sent: float = 0.0  # time.monotonic()
    offset: int | None = None  # bytes sent before it
    turn: int = 0  # how many answers in a row had to come for it, with its own
    rows: list[Row] = field(default_factory=list)
    traps: list[Answer] = field(default_factory=list)
    ret: str | None = None

    @property
    def answer(self) -> Answer:
        if not self.traps:
            return Answer(AnswerState.DONE, self.ret)
        message = "; ".join(trap.message or "" for trap in self.traps)
        category = next((t.category for t in self.traps if t.category is not None), None)
        secrets = self.command.secrets if self.command else []
        return Answer(AnswerState.FAILED, None, hide(message, secrets), category)

    @property
    def is_missing_menu(self) -> bool:
        return any((trap.message or "").startswith("no such command") for trap in self.traps)


class Conversation:
    """A connection on which sentences are under way, each with its own tag.

    `alive` turns False when it is lost or closed, and never True again; `lost` then says why.
    `turns`: the round trips so far, counted: a sentence that was sent after an answer had come is
    one turn further than what was answered, whatever else was under way.
    """

    def __init__(self, endpoint: Endpoint, sock: socket, *, patience: float, max_rows: int) -> None:
        self.endpoint = endpoint
        self.alive = True
        self.lost: str | None = None
        self.logged_in = False
        self.turns = 0
        self.source_address = _own_address(sock)
        self.patience = patience
        self.codec = Codec(endpoint.charset)
        self.transport = Transport(sock, endpoint.timeout)
        self.calls: dict[bytes, Call] = {}
        self._max_rows = max_rows
        self._protocol = Protocol(self.transport, self.codec)
        self._last_tag = 0
        self._strays = 0
        self._size = 0  # of what was received since `begin`, as it is in memory
        self._outbox: list[tuple[Call, bytes]] = []
        self._posted = 0  # bytes sent or in the outbox
        self._excess: Unreachable | None = None
        self._patience = patience

    def begin(self, patience: float | None = None) -> None:
        """Start anew: nothing is under way, and answers have `patience` seconds."""
        self.calls, self._outbox, self._posted = {}, [], self.transport.sent
        self._size = 0
        self._patience = patience or self.patience
        self.transport.deadline = time.monotonic() + self._patience

    def post(
        self, call: Call, words: list[bytes], *, tagged: bool = True, turn: int | None = None
    ) -> None:
        """Put a sentence into the outbox; ProtocolError if it is too long.

        `turn`: its own, where it was decided on before the answers that came since.
        """
        self._last_tag += tagged
        tag = b"%d" % self._last_tag if tagged else b""
        sentence = encode_words([*words, b".tag=" + tag] if tagged else words)
        call.offset, self._posted = self._posted, self._posted + len(sentence)
        call.turn = turn or self.turns + 1
        self._outbox.append((call, sentence))
        self.calls[tag] = call

    def finish(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Send the outbox, and hear until all is answered; Unreachable where that cannot be.

        `meanwhile`: what is done once all is sent.
        """
        if not self.alive:
            raise Unreachable(self.lost or "")
        try:
            self._send()
            if meanwhile:
                meanwhile()
            while self.calls:
                self.send_and_hear()
        except (*LOSSES, Unreachable) as error:
            raise self.lose(error) from error
        self.codec.forget()

    def send_and_hear(self, *, wait: bool = True) -> list[Call]:
        """Send the outbox, and give what the next replies finish, or those that are there already.

        Raises Unreachable and what `wire` raises; then `lose` is to be called.
        """
        self._send()
        # Where nothing can be sent any more, what was answered before is heard, and then the end.
        finished = self._hear(wait or self.transport.broken) if self.calls else []
        if finished:
            self.transport.deadline = time.monotonic() + self._patience
        return finished

    def _send(self) -> None:
        if self._outbox and not self.transport.broken:
            now = time.monotonic()
            for call, _ in self._outbox:
                call.sent = now
            data, self._outbox = b"".join([sentence for _, sentence in self._outbox]), []
            self.transport.write(data)

    def _hear(self, wait: bool) -> list[Call]:
        """Take in the next replies, and give the calls that they finish."""
        if self._excess:
            raise self._excess
        finished = []
        for word, tag, attributes in self._protocol.receive(wait=wait):
            self._size += sum(map(len, attributes)) + WORD_SIZE * len(attributes)
            if self._size > MAX_SIZE:
                self._excess = self._too_much()
                break
            call = self.calls.get(tag)
            if call is None:
                # The rest of a conversation that was interrupted; no tag is ever used twice.
                self._strays += 1
                count, title = self._strays, "what nobody asked for"
            elif word == b"!re":
                call.rows.append(self.codec.row(attributes))
                count, title = len(call.rows), call.title
            elif word == b"!trap":
                call.traps.append(_trap(self.codec.row(attributes)))
                count, title = len(call.traps), call.title
            elif word == b"!done":
                for attribute in attributes:
                    if attribute.startswith(b"=ret="):
                        call.ret = self.codec.decode(attribute[5:])
                self.turns = max(self.turns, call.turn)
                finished.append(self.calls.pop(tag))
                continue
            else:
                continue  # !empty: there are no rows, as the !done that follows tells
            if count > self._max_rows:
                self._excess = self._endless(title)
                break
        return finished

    def _endless(self, title: str) -> Unreachable:
        return Unreachable(
            f"{self.endpoint.label} at {self.endpoint.address} sends more than {self._max_rows} "
            f"rows of {title}, and was given up. Look at that menu there."
        )

    def _too_much(self) -> Unreachable:
        return Unreachable(
            f"{self.endpoint.label} at {self.endpoint.address} answers with more than "
            f"{MAX_SIZE >> 20} MiB, and was given up. Look at its largest menus."
        )

    def lose(self, error: Exception) -> Unreachable:
        loss = unreachable(self.endpoint, error, lost=self.logged_in)
        self.lost = str(loss)
        self.alive = False
        self.transport.close()
        return loss

    def close(self) -> None:
        if self.alive:
            self.alive = False
            self.lost = f"the session with {self.endpoint.label} is closed"
        self.transport.close()


def _trap(row: Row) -> Answer:
    category = row.get("category", "")
    return Answer(
        AnswerState.FAILED,
        message=" ".join(row.get("message", "").split()) or "refused without a reason",
        category=int(category) if category.isdecimal() else None,
    )


def _is_secret(name: str) -> bool:
    return any(part in name for part in _SECRET_NAMES)


def _own_address(sock: socket) -> str | None:
    if sock.family not in (AF_INET, AF_INET6):
        return None
    address = str(sock.getsockname()[0])
    return address.removeprefix("::ffff:").partition("%")[0]
