# SPDX-License-Identifier: GPL-3.0-or-later
"""The RouterOS API on the wire: sentences in bulk, any split of the bytes, no waiting for ever.

librouteros's transport and protocol with four things changed: every value stays text, bytes that
are not UTF-8 survive, the socket is read 256 KiB at a time, and tags are understood. What it
raises are OSError and librouteros's exceptions, which others take from here. Imports `codec` and
librouteros; no other module imports that library.
"""

import selectors
import ssl
from collections.abc import Iterable
from socket import socket
from time import monotonic
from typing import Final, NamedTuple

from librouteros.connections import SocketTransport
from librouteros.exceptions import ConnectionClosed, FatalError, LibRouterosError, ProtocolError
from librouteros.protocol import ApiProtocol, decode_length, determine_length, encode_length

from reconciler.codec import Codec

__all__ = [
    "LOSSES",
    "ConnectionClosed",
    "FatalError",
    "LibRouterosError",
    "Protocol",
    "ProtocolError",
    "Reply",
    "Splitter",
    "TooSlow",
    "Transport",
    "encode_words",
]

CHUNK: Final = 256 * 1024
MAX_SENTENCE: Final = 64 * 1024 * 1024  # bytes; the largest value RouterOS prints is a 60 kB file
REPLIES: Final = frozenset((b"!re", b"!done", b"!trap", b"!fatal", b"!empty"))

_SHORT: Final = 1024  # bytes; nearly all words are shorter
_LENGTHS: Final = [encode_length(size) for size in range(_SHORT)]

LOSSES: Final = (OSError, LibRouterosError)  # every way in which a conversation can end early


def encode_words(words: Iterable[bytes]) -> bytes:
    """One sentence; ProtocolError for a word of 256 MiB or more."""
    parts = [
        (_LENGTHS[size] if (size := len(word)) < _SHORT else encode_length(size)) + word
        for word in words
    ]
    return b"".join(parts) + b"\x00"


class TooSlow(TimeoutError):
    """Something arrives now and then, but the whole takes longer than anybody waits."""


class Splitter:
    """Bytes in any split to whole sentences (lists of words); sans-IO.

    What is wrong with the bytes is kept in `error` until the sentences before it were taken.
    """

    def __init__(self) -> None:
        self.error: ProtocolError | None = None
        self._parts: list[bytes] = []
        self._held = 0
        self._needed = 1  # bytes, from the start of the first part, that complete the next word
        self._words: list[bytes] = []
        self._size = 0  # bytes of the unfinished sentence already in _words

    def feed(self, data: bytes) -> list[list[bytes]]:
        if self.error:
            return []
        self._parts.append(data)
        self._held += len(data)
        if self._held < self._needed:
            return []
        buffer = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        sentences: list[list[bytes]] = []
        try:
            position = self._split(buffer, sentences)
            self._check_unfinished(buffer, position, fresh=bool(sentences))
        except ProtocolError as error:
            self.error = error
            return sentences
        rest = buffer[position:]
        self._parts, self._held = [rest] if rest else [], len(rest)
        return sentences

    def _split(self, buffer: bytes, sentences: list[list[bytes]]) -> int:
        """Take all whole words, and say where the first unfinished one starts. The hot loop."""
        words, position, size = self._words, 0, len(buffer)
        self._needed = 1
        while position < size:
            length, start = buffer[position], position + 1
            if length >= 0x80:
                start += determine_length(buffer[position : position + 1])
                if start > size:
                    self._needed = start - position
                    break
                length = decode_length(buffer[position:start])
                if length > MAX_SENTENCE:
                    raise ProtocolError(f"a word of {length} bytes is announced")
            if length:
                end = start + length
                if end > size:
                    self._needed = end - position
                    break
                words.append(buffer[start:end])
                position = end
            else:
                position = start
                if words:
                    sentences.append(words)
                    words = []
        self._words = words
        return position

    def _check_unfinished(self, buffer: bytes, position: int, *, fresh: bool) -> None:
        """Refuse early what can never become a reply: a web server's page, an endless sentence."""
        self._size = sum(map(len, self._words)) if fresh else self._size + position
        if self._size + self._needed > MAX_SENTENCE:
            raise ProtocolError("a reply without end")
        head = buffer[position : position + 2]
        if head and not self._words and (head[0] > 6 or head[1:] not in (b"", b"!")):
            raise ProtocolError(f"it begins with {bytes(buffer[position : position + 16])!r}")


class Transport(SocketTransport):
    """A socket that is never waited on for more than `timeout` s of silence, nor past `deadline`.

    While it sends it also takes in what arrives, so two sides that both send cannot lock up.
    """

    def __init__(self, sock: socket, timeout: float) -> None:
        super().__init__(sock)
        sock.setblocking(False)
        self.timeout = timeout
        self.deadline = monotonic() + timeout
        self.sent = 0  # bytes taken by the system, in all
        self.broken = False  # sending failed; what was answered before can still be received
        self._arrived: list[bytes] = []
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)

    def write(self, data: bytes) -> None:
        """Send all, or set `broken` if the other side is gone; TimeoutError if it is silent."""
        view = memoryview(data)
        try:
            while view and not self.broken:
                view = view[self._send_some(view) :]
        except (ConnectionError, ConnectionClosed, ssl.SSLError):
            self.broken = True  # the reason is at the end of what can still be received
        except BaseException:
            self.broken = True  # half a sentence is out: nothing may follow it
            raise

    def _send_some(self, view: memoryview) -> int:
        try:
            count = self.sock.send(view[:CHUNK])
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            ready = self._wait(selectors.EVENT_READ | selectors.EVENT_WRITE)
            if ready & selectors.EVENT_READ and (data := self._receive_some()):
                self._arrived.append(data)
            return 0
        self.sent += count
        return count

    def receive(self, *, wait: bool = True) -> bytes:
        """What has arrived; ConnectionClosed at the end. At least one byte, if it is to `wait`."""
        if self._arrived:
            data, self._arrived = b"".join(self._arrived), []
            return data
        if monotonic() > self.deadline:
            raise TooSlow
        while (got := self._receive_some()) is None and wait:
            self._wait(selectors.EVENT_READ)
        return got or b""

    def read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += self.receive()
        if data[length:]:
            self._arrived.insert(0, data[length:])
        return data[:length]

    def _receive_some(self) -> bytes | None:
        """None where nothing is there yet."""
        try:
            data = self.sock.recv(CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        if not data:
            raise ConnectionClosed("the connection was closed")
        return data

    def _wait(self, events: int) -> int:
        self._selector.modify(self.sock, events)
        left = self.deadline - monotonic()
        ready = self._selector.select(min(self.timeout, left)) if left > 0 else []
        if ready:
            return ready[0][1]
        raise TimeoutError if left > self.timeout else TooSlow

    def close(self) -> None:
        self._selector.close()
        super().close()


class Reply(NamedTuple):
    """One reply sentence: its word (`!re`, `!done` …), its tag or b"", its other words."""

    word: bytes
    tag: bytes
    attributes: list[bytes]


def parse_reply(words: list[bytes]) -> Reply:
    # RouterOS puts the tag right behind the reply word; some emulators put it last.
    if len(words) > 1 and words[1][:5] == b".tag=":
        return Reply(words[0], words[1][5:], words[2:])
    tag = next((word[5:] for word in words[1:] if word[:5] == b".tag="), b"")
    return Reply(words[0], tag, words[1:])


class Protocol(ApiProtocol):
    """Sentences over a Transport. `receive` is for many at once; the rest is librouteros's own."""

    transport: Transport

    def __init__(self, transport: Transport, codec: Codec) -> None:
        super().__init__(transport, codec.charset)
        self.codec = codec
        self._splitter = Splitter()
        self._waiting: list[Reply] = []
        self._error: ProtocolError | None = None

    def writeSentence(self, cmd: str, *words: str) -> None:
        self.transport.write(encode_words(self.codec.encode(word) for word in (cmd, *words)))

    def readSentence(self) -> tuple[str, tuple[str, ...]]:
        if not self._waiting:
            self._waiting = self.receive()
        word, tag, attributes = self._waiting.pop(0)
        words = [self.codec.decode(raw) for raw in attributes]
        if tag:
            words.append(f".tag={self.codec.decode(tag)}")
        return self.codec.decode(word), tuple(words)

    def receive(self, *, wait: bool = True) -> list[Reply]:
        """The next replies; whatever ends the conversation is raised after them.

        At least one reply, if it is to `wait`; else those that are there already.

        Raises FatalError, ConnectionClosed, TimeoutError, ProtocolError, OSError.
        """
        if self._waiting:
            replies, self._waiting = self._waiting, []
            return replies
        replies = []
        while not replies:
            if error := self._error or self._splitter.error:
                raise error
            data = self.transport.receive(wait=wait)
            if not data:
                break
            for words in self._splitter.feed(data):
                if words[0] == b"!fatal" or words[0] not in REPLIES:
                    self._error = self._ending(words)
                    break
                replies.append(parse_reply(words))
        return replies

    def _ending(self, words: list[bytes]) -> ProtocolError:
        if words[0] == b"!fatal":
            texts = [self.codec.decode(word.removeprefix(b"=message=")) for word in words[1:]]
            return FatalError(" ".join(texts) or "no reason given")
        return ProtocolError(f"it answers {words[0][:16]!r}")
