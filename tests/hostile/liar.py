# SPDX-License-Identifier: GPL-3.0-or-later
"""A router that lets anybody in and then answers whatever a test wants, on loopback."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from reconciler.wire import Splitter, encode_words

Answer = Callable[[str, bytes], Iterable[bytes]]
"""Of a command and its tag (`.tag=7`), the bytes to send."""


def say(*words: str | bytes) -> bytes:
    return encode_words(
        word if isinstance(word, bytes) else word.encode("utf-8", "surrogateescape")
        for word in words
    )


def row(tag: bytes, **fields: str) -> bytes:
    return say("!re", tag, *(f"={name.replace('_', '-')}={text}" for name, text in fields.items()))


def nothing(_command: str, tag: bytes) -> Iterable[bytes]:
    """An empty router."""
    yield say("!done", tag)


@contextmanager
def liar(answer: Answer) -> Iterator[int]:
    """The port of a server whose sessions all answer so; logins and versions are well behaved."""
    listener = socket.create_server(("127.0.0.1", 0))
    sockets: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                sock, _ = listener.accept()
                sockets.append(sock)
                threading.Thread(target=_talk, args=(sock, answer), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        for sock in [listener, *sockets]:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


def _talk(sock: socket.socket, answer: Answer) -> None:
    requests = _Requests()
    with suppress(OSError):
        while data := sock.recv(1 << 16):
            for words in requests.feed(data):
                command, tag = words[0].decode(), words[-1]
                if command == "/login":
                    sock.sendall(say("!done"))
                elif command == "/system/resource/print":
                    sock.sendall(row(tag, version="7.22.3 (stable)") + say("!done", tag))
                else:
                    for part in answer(command, tag):
                        sock.sendall(part)


class _Requests(Splitter):
    """Sentences of a client, which may begin with any word."""

    def _check_unfinished(self, buffer: bytes, position: int, *, fresh: bool) -> None:
        del buffer, position, fresh
