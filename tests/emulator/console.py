# SPDX-License-Identifier: GPL-3.0-or-later
"""A logged-in session with a device, without sockets: for tests and for trying things out.

May import device, session, wire.
"""

from reconciler.emulator.device import Device
from reconciler.emulator.session import Session
from reconciler.emulator.wire import SentenceReader, encode_sentence


class Console:
    """`talk` sends one sentence and returns the replies, each a list of words."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.session = Session(device)
        self.session.enter("admin")

    def talk(self, *words: str) -> list[list[str]]:
        reader = SentenceReader(1 << 28, 1 << 28)
        reader.feed(self.session.receive(encode_sentence(words)))
        return list(reader.sentences())

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
