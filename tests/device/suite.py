# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the facts on a device, one after the other, and takes away what they added.

Cleans before the first fact (an earlier run may have been cut), after each and at the end. May
import talk, transcript, facts.
"""

import re
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from device.facts import INERT, MARK, MARKED, Fact, requests
from device.talk import Address, NoAnswer, Sentence, Wire, connect
from device.transcript import Exchange, Mismatch, Variables, fill, match


class Verdict(Enum):
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Result:
    """`why`: of a skip its reason, of a refutation what came instead, with `sent` before it."""

    fact: Fact
    verdict: Verdict
    why: str = ""
    sent: tuple[str, ...] = ()


class Skip(Exception):
    """The device has no such menu, or the user may not."""


ATTEMPTS = 3
LACKING = ("no such command", "not enough permissions")


@dataclass
class Device:
    """A router under test. `pause` lets seconds pass; `users`: whether users may be added."""

    address: Address
    pause: Callable[[float], None] = time.sleep
    users: bool = False
    version: str = ""
    ether: str = ""
    wire: Wire | None = None

    def talk(self, *words: Sequence[str]) -> list[Sentence]:
        """On the connection that is kept, which is made anew where it was lost."""
        if self.wire is None:
            self.wire = connect(self.address)
        try:
            return self.wire.talk(*words)
        except NoAnswer:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    def rows(self, *words: str) -> list[dict[str, str]]:
        """What a print gives; nothing where it is refused."""
        replies = self.talk(words)
        return [
            dict(word[1:].partition("=")[::2] for word in reply[1:] if word[0] == "=")
            for reply in replies
            if reply[0] == "!re"
        ]

    def learn(self) -> None:
        """Version and a port. Raises NoAnswer."""
        (resource,) = self.rows("/system/resource/print", "=.proplist=version,board-name")
        self.version = resource["version"]
        ports = self.rows("/interface/print", "=.proplist=name", "?type=ether")
        self.ether = ports[0]["name"] if ports else ""


def run(device: Device, facts: Sequence[Fact]) -> Iterator[Result]:
    """A result a fact. Raises NoAnswer when the device cannot be reached at all."""
    device.learn()
    try:
        clean(device)
        for fact in facts:
            yield _judge(device, fact)
            clean(device, {menu for menu, command, _ in requests(fact) if command == "add"})
    finally:
        clean(device)
        device.hang_up()


def _judge(device: Device, fact: Fact) -> Result:
    reason = unfit(device, fact)
    if reason:
        return Result(fact, Verdict.SKIPPED, reason)
    known = {"mark": MARK, "ether": device.ether, "random": secrets.token_hex(8)}
    known |= {"long": "x" * 300}
    sent: list[str] = []
    wires: list[Wire] = []
    try:
        for exchange in fact.talk:
            _exchange(device, exchange, known, sent, wires)
    except (Mismatch, NoAnswer) as problem:
        return Result(fact, Verdict.REFUTED, str(problem), tuple(sent))
    except Skip as reason_given:
        return Result(fact, Verdict.SKIPPED, str(reason_given))
    finally:
        for wire in wires:
            wire.close()
    return Result(fact, Verdict.CONFIRMED)


def _exchange(
    device: Device, exchange: Exchange, known: Variables, sent: list[str], wires: list[Wire]
) -> None:
    if exchange.wait:
        device.pause(exchange.wait)
    if exchange.new:
        wires.append(Wire(device.address))
    words = [[fill(word, known) for word in request] for request in exchange.requests]
    sent += ["> " + " ".join(request) for request in words]
    replies = wires[-1].talk(*words) if wires else device.talk(*words)
    try:
        match(replies, exchange.replies, known)
    except Mismatch:
        _skip_where_lacking(replies, exchange)
        raise


def _skip_where_lacking(replies: Sequence[Sentence], exchange: Exchange) -> None:
    """What the device does not have, or the user may not do, refutes nothing."""
    expected = any(line.words[0] == "!trap" for line in exchange.replies)
    for reply in replies:
        message = next((word[9:] for word in reply if word.startswith("=message=")), "")
        if not expected and message.startswith(LACKING):
            raise Skip(f"the router says: {message}")


def unfit(device: Device, fact: Fact) -> str:
    """Why a fact says nothing about this device; empty where it does."""
    if not all(holds(device.version, condition) for condition in fact.versions):
        return f"for {' '.join(fact.versions)}"
    if fact.needs == "interface" and not device.ether:
        return "the router has no Ethernet port"
    if fact.needs == "users" and not device.users:
        return "adds a user: only with USERS=yes"
    return ""


def holds(version: str, condition: str) -> bool:
    sign, wanted = (condition[:2], condition[2:]) if "=" in condition else ("<", condition[1:])
    held = _parts(version)
    return held >= _parts(wanted) if sign == ">=" else held < _parts(wanted)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split(" ", maxsplit=1)[0])[:3])


def marked(device: Device, menus: Collection[str] = INERT) -> Iterator[tuple[str, str]]:
    """(menu, `.id`) of every row that bears the mark; a menu that is missing holds none."""
    for menu in (menu for menu in INERT if menu in menus):
        for row in device.rows(f"{menu}/print", f"=.proplist=.id,{','.join(MARKED)}"):
            if any(row.get(name, "").startswith(MARK) for name in MARKED):
                yield menu, row[".id"]


def clean(device: Device, menus: Collection[str] = INERT) -> None:
    """Again where the connection went in between. Raises NoAnswer when it goes every time."""
    for attempt in range(ATTEMPTS):
        try:
            for menu, identifier in list(marked(device, menus)):
                device.talk([f"{menu}/remove", f"=.id={identifier}"])
        except NoAnswer:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return
