# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about RouterOS that a device can show, read from `facts/*.yaml`.

A fact that could touch anything but its own rows is refused when it is read: what it adds bears
the mark and is inert, what it changes or removes is what it added. May import transcript.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from device.transcript import NAME, Exchange, parse

MARK = "rc-contract-"
FOLDER = Path(__file__).parent / "facts"
SURE = ("recorded", "manual", "clients", "inferred", "memory")
READS = frozenset({"print", "getall", "login", "quit", "no-such-command"})
CHANGES = frozenset({"set", "remove", "move", "unset", "disable", "comment"})
MARKED = ("name", "list", "comment", "chain")

# Menus whose rows a fact may add, those that others refer to last, and what keeps a row inert.
INERT: dict[str, tuple[str, ...]] = {
    "/ip/firewall/filter": ("chain={mark}",),
    "/ip/firewall/mangle": ("chain={mark}",),
    "/ip/firewall/nat": ("chain={mark}",),
    "/ip/firewall/address-list": ("list={mark}",),
    "/queue/simple": ("target=198.51.100.", "target=!"),
    "/queue/tree": ("packet-mark={mark}",),
    "/queue/type": ("name={mark}",),
    "/ppp/secret": ("disabled=yes", "disabled=true"),
    "/ip/hotspot/user": ("disabled=yes", "disabled=true"),
    "/ip/hotspot/user/profile": ("name={mark}",),
    "/ppp/profile": ("name={mark}",),
    "/ip/dhcp-server/lease": ("address=198.51.100.",),
    "/ip/arp": ("address=198.51.100.",),
    "/ip/address": ("disabled=yes",),
    "/ip/pool": ("name={mark}",),
    "/system/scheduler": ("disabled=yes",),
    "/system/script": ("name={mark}",),
    "/user": ("group={mark}",),
    "/user/group": ("policy=read,api",),
}


class UnsafeFact(ValueError):
    """A fact that could change what is not its own."""


@dataclass(frozen=True)
class Fact:
    """`versions`: conditions such as `>=7.18 <8` that all must hold. `needs`: what it asks of the
    device: `interface` (an Ethernet port, known as {ether}), `users` (only where it is allowed).
    `change`: what to look at when a device refutes it.
    """

    id: str
    says: str
    source: str
    sure: str
    change: str
    talk: tuple[Exchange, ...]
    versions: tuple[str, ...] = ()
    needs: str = ""


@cache
def load() -> tuple[Fact, ...]:
    """All facts, reading ones first. Raises ValueError and UnsafeFact."""
    found = [fact for path in sorted(FOLDER.glob("*.yaml")) for fact in read(path.read_text())]
    twice = {fact.id for fact in found if [other.id for other in found].count(fact.id) > 1}
    if twice:
        raise ValueError(f"two facts of one id: {', '.join(sorted(twice))}")
    return tuple(sorted(found, key=writes))


def read(text: str) -> Iterator[Fact]:
    document = yaml.safe_load(text)
    for given in document["facts"]:
        yield fact_of({"change": document["change"]} | given)


def fact_of(given: dict[str, Any]) -> Fact:
    versions = tuple(str(given.pop("versions", "")).split())
    fact = Fact(talk=tuple(parse(given.pop("talk"))), versions=versions, **given)
    if fact.sure not in SURE:
        raise ValueError(f"{fact.id}: sure is one of {', '.join(SURE)}")
    check_safe(fact)
    return fact


def requests(fact: Fact) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(menu, command, arguments) of each sentence that a fact sends."""
    for exchange in fact.talk:
        for words in exchange.requests:
            menu, _, command = words[0].rpartition("/")
            pairs = (word[1:].partition("=") for word in words[1:] if word[0] == "=")
            yield menu, command, {name: value for name, _, value in pairs}


def writes(fact: Fact) -> bool:
    return any(command not in READS for _, command, _ in requests(fact))


def check_safe(fact: Fact) -> None:
    """Raises UnsafeFact."""
    own: set[str] = set()
    for exchange in fact.talk:
        for words in exchange.requests:
            _check_request(fact, words, own)
        for line in exchange.replies:
            own |= {word[6:-1] for word in line.words if word.startswith("=ret={")}


def _check_request(fact: Fact, words: tuple[str, ...], own: set[str]) -> None:
    menu, _, command = words[0].rpartition("/")
    pairs = [word[1:].partition("=") for word in words[1:] if word[0] == "="]
    given = {name: value for name, _, value in pairs}
    if command in READS:
        return
    if menu not in INERT:
        raise UnsafeFact(f"{fact.id}: nothing may be written in {menu}")
    if command == "add":
        _check_add(fact, menu, given)
    elif command in CHANGES:
        _check_change(fact, given, own)
    else:
        raise UnsafeFact(f"{fact.id}: {words[0]} is none of the commands that are allowed")


def _check_add(fact: Fact, menu: str, given: dict[str, str]) -> None:
    if not any(given.get(name, "").startswith("{mark}") for name in MARKED):
        raise UnsafeFact(f"{fact.id}: a row of {menu} without the mark would be left behind")
    inert = any(_holds(given, condition) for condition in INERT[menu])
    if not inert:
        raise UnsafeFact(f"{fact.id}: a row of {menu} must have {' or '.join(INERT[menu])}")


def _holds(given: dict[str, str], condition: str) -> bool:
    name, _, start = condition.partition("=")
    return name not in given if start == "!" else given.get(name, "").startswith(start)


def _check_change(fact: Fact, given: dict[str, str], own: set[str]) -> None:
    chosen = given.get(".id", given.get("numbers", ""))
    for item in chosen.split(","):
        name = NAME.fullmatch(item)
        if not (name and name[1] in own) and not item.startswith("{mark}"):
            raise UnsafeFact(f"{fact.id}: {chosen or 'nothing'} was not added by this fact")
    if given.get("disabled") in ("no", "false"):
        raise UnsafeFact(f"{fact.id}: what is off stays off")
