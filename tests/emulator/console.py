# SPDX-License-Identifier: GPL-3.0-or-later
"""Talking to a device: without sockets, logged in or not, and by a bare socket."""

import socket

from reconciler.emulator.clock import Clock
from reconciler.emulator.device import Device
from reconciler.emulator.server import Server
from reconciler.emulator.session import Session
from reconciler.emulator.wire import SentenceReader, encode_sentence


class Console:
    """`talk` sends one sentence and returns the replies, each a list of words."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.session = Session(device)
        self.session.enter("admin")

    def talk(self, *words: str) -> list[list[str]]:
        return talk(self.session, *words)

    def rows(self, *words: str) -> list[dict[str, str]]:
        """The attributes of each `!re`."""
        replies = self.talk(*words)
        _expect(replies[-1] == ["!done"], replies)
        return [attributes(reply) for reply in replies if reply[0] == "!re"]

    def trap(self, *words: str) -> tuple[str, str | None]:
        """Message and category of the refusal that must come."""
        replies = self.talk(*words)
        _expect([reply[0] for reply in replies] == ["!trap", "!done"], replies)
        found = attributes(replies[0])
        return found["message"], found.get("category")

    def add(self, path: str, **fields: str) -> str:
        words = [f"={name.replace('_', '-')}={value}" for name, value in fields.items()]
        replies = self.talk(f"{path}/add", *words)
        _expect(replies[0][0] == "!done", replies)
        return attributes(replies[0])["ret"]

    def row(self, path: str, identifier: str) -> dict[str, str]:
        (found,) = self.rows(f"{path}/print", f"?.id={identifier}")
        return found


def attributes(reply: list[str]) -> dict[str, str]:
    return dict(word[1:].partition("=")[::2] for word in reply[1:] if word[:1] == "=")


def _expect(holds: bool, replies: list[list[str]]) -> None:
    if not holds:
        raise AssertionError(f"the device answered {replies}")


def console_of(version: str = "7.22.3") -> Console:
    """A console to a fresh router whose clock stands still."""
    return Console(Device(version=version, clock=Clock.frozen()))


def fresh(version: str, password: str = "x") -> Session:
    """A session into which nobody has logged in."""
    device = Device(version=version, clock=Clock.frozen())
    device.secrets["admin"] = password
    return Session(device)


def talk(session: Session, *words: str) -> list[list[str]]:
    """The replies to one sentence."""
    return replies(session.receive(encode_sentence(words)))


def replies(data: bytes) -> list[list[str]]:
    reader = SentenceReader(1 << 28, 1 << 28)
    reader.feed(data)
    return list(reader.sentences())


class Raw:
    """A bare socket that is logged in; OSError where the device goes away meanwhile."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection((server.host, server.port), timeout=5)
        self.reader = SentenceReader()
        self.found: list[list[str]] = []
        try:
            self.send("/login", "=name=admin", "=password=x")
            said = self.read(1)
            if not said:
                raise ConnectionResetError
        except OSError:
            self.close()
            raise
        assert said == [["!done"]]

    def send(self, *words: str) -> None:
        self.socket.sendall(encode_sentence(words))

    def read(self, count: int) -> list[list[str]]:
        """The next `count` sentences; fewer when the peer closes before."""
        while len(self.found) < count and (data := self.socket.recv(65536)):
            self.reader.feed(data)
            self.found += self.reader.sentences()
        taken, self.found = self.found[:count], self.found[count:]
        return taken

    def closed(self) -> bool:
        try:
            return self.read(1) == []
        except ConnectionError:
            return True

    def close(self) -> None:
        self.socket.close()
