# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare client of the API: sentences out, sentences in, nothing read into them.

Uses the emulator's sans-I/O wire format alone, never the program's own router code.
"""

import hashlib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.emulator.wire import SentenceReader, encode_sentence

Sentence = list[str]


class NoAnswer(Exception):
    """The router said nothing for too long, or the connection went."""


@dataclass(frozen=True)
class Address:
    """Where the router is and who asks. `tls`: "", "yes" (any certificate) or "anonymous"."""

    host: str
    port: int
    user: str
    password: str
    tls: str = ""
    timeout: float = 10.0

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Wire:
    """One connection; a context manager. Nobody is logged in yet."""

    def __init__(self, address: Address) -> None:
        try:
            plain = socket.create_connection((address.host, address.port), address.timeout)
            self._socket = _wrapped(plain, address.tls) if address.tls else plain
        except OSError as error:
            raise NoAnswer(f"{address} cannot be reached: {error}") from error
        self._reader = SentenceReader(1 << 24, 1 << 26)

    def close(self) -> None:
        self._socket.close()

    def talk(self, *requests: Sequence[str]) -> list[Sentence]:
        """Sends the requests in one go; every reply up to the end of the last, or `!fatal`.

        Raises NoAnswer.
        """
        replies: list[Sentence] = []
        left = len(requests)
        try:
            self._socket.sendall(b"".join(encode_sentence(words) for words in requests))
            while left > 0:
                data = self._socket.recv(1 << 16)
                if not data:
                    raise NoAnswer("the router closed the connection")
                self._reader.feed(data)
                for sentence in self._reader.sentences():
                    replies.append(sentence)
                    left -= sentence[0] == "!done"
                    if sentence[0] == "!fatal":
                        return replies
        except OSError as error:
            raise NoAnswer(f"no answer: {error}") from error
        return replies

    def login(self, user: str, password: str) -> None:
        """By name and password; by challenge where the router asks for it. Raises NoAnswer."""
        replies = self.talk(["/login", f"=name={user}", f"=password={password}"])
        ret = next((word[5:] for word in replies[-1] if word.startswith("=ret=")), None)
        if ret is not None:
            secret = b"\0" + password.encode() + bytes.fromhex(ret)
            digest = hashlib.md5(secret, usedforsecurity=False).hexdigest()
            replies = self.talk(["/login", f"=name={user}", f"=response=00{digest}"])
        if replies[0][0] != "!done":
            raise NoAnswer(f"the login was refused: {' '.join(replies[0])}")


def _wrapped(plain: socket.socket, tls: str) -> ssl.SSLSocket:
    """A spare router's certificate proves nothing to us: none is asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=1")
    if tls == "anonymous":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ADH:@SECLEVEL=0")
    return context.wrap_socket(plain)


def connect(address: Address) -> Wire:
    """Logged in. Raises NoAnswer."""
    wire = Wire(address)
    try:
        wire.login(address.user, address.password)
    except NoAnswer:
        wire.close()
        raise
    return wire
