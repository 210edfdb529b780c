# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reply that was recorded from a router, held against what the emulator answers.

The recordings lie beside the project, not in it. A new one fails until it has a case here.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from emulator.console import console_of, fresh, talk

RECORDED = Path(__file__).resolve().parents[2] / "../shared/routeros/samples/api-replies.json"
Fields = dict[str, str]
Sentences = list[list[str]]


@cache
def recorded() -> dict[str, list[dict[str, Any]]]:
    if not RECORDED.exists():
        pytest.skip(f"{RECORDED} is not at hand")
    found: dict[str, list[dict[str, Any]]] = json.loads(RECORDED.read_text("utf-8"))
    return found


# -- rows --------------------------------------------------------------------------

VERSIONS = {
    "v6 (date format mmm/dd/yyyy)": "6.49.8",
    "v6": "6.49.8",
    "v7": "7.22.3",
    "7.21.4 hEX": "7.21.5",
}
# What the router counts or dates by itself; the row must have it, whatever it says.
ITS_OWN = {
    "/ppp/secret": {"last-logged-out", "last-caller-id", "last-disconnect-reason"},
    "/ip/firewall/address-list": {"creation-time"},
    "/queue/simple": {"bytes", "packets", "dropped", "rate", "packet-rate"},
    "/queue/tree": {"bytes", "packets", "rate", "packet-rate"},
}


def row_names() -> list[str]:
    rows = recorded()["rows"] if RECORDED.exists() else []
    return [f"{row['path'].removesuffix('/print')} {row['ros']}" for row in rows]


@pytest.mark.parametrize("name", row_names())
def test_a_recorded_row_comes_back_property_by_property(name: str) -> None:
    """What was recorded is written, and is printed as it was: no property more, none less."""
    entry = recorded()["rows"][row_names().index(name)]
    path = entry["path"].removesuffix("/print")
    console = console_of(VERSIONS[entry["ros"]])
    device = console.device
    row = {key: value for key, value in entry["row"].items() if key != ".id"}
    takes = device.shapes[path].takes or frozenset(row)
    words = [f"={key}={value}" for key, value in row.items() if key in takes]
    (ret,) = console.talk(f"{path}/add", *words)
    printed = console.row(path, ret[1].removeprefix("=ret="))
    own = ITS_OWN.get(path, set())
    assert set(printed) - {".id"} == set(row)
    assert {k: v for k, v in printed.items() if k not in own and k != ".id"} == {
        k: v for k, v in row.items() if k not in own
    }
    if "v6" in entry["ros"]:
        known = [key for key in printed if key in row]
        assert known == list(row), "in another order"


# -- transcripts -------------------------------------------------------------------


def added(out: list[str]) -> Sentences:
    """Its `*3` is the number of a router that had addresses: two are there before."""
    console = console_of("7.22.3")
    for third in (1, 2):
        console.add("/ip/address", address=f"10.0.{third}.1/24", interface="ether1")
    return console.talk(*out)


def bare_rows(out: list[str]) -> Sentences:
    """It was recorded on a router with three services; ours has eight, and says as many."""
    replies = console_of("7.22.3").talk(*out)
    assert len(replies) == 9
    return replies[:3] + replies[-1:]


def cancelled(out: list[str]) -> Sentences:
    console = console_of("7.22.3")
    assert console.talk("/ppp/secret/listen", ".tag=10") == []
    return console.talk(*out)


def told_of_a_removal(_out: list[str]) -> Sentences:
    console = console_of("7.22.3")
    for number in range(10):
        console.add("/ppp/secret", name=f"c{number}")
    console.talk("/ppp/secret/listen", ".tag=10")
    return console.talk("/ppp/secret/remove", "=.id=*A")[:1]


def refused_of_old(_out: list[str]) -> Sentences:
    session = fresh("6.42.12")
    ((_, ret),) = talk(session, "/login")
    challenge = bytes.fromhex(ret.removeprefix("=ret="))
    digest = hashlib.md5(b"\0wrong" + challenge, usedforsecurity=False).hexdigest()
    return talk(session, "/login", "=name=admin", f"=response=00{digest}")


def refused(_out: list[str]) -> Sentences:
    return talk(fresh("7.22.3"), "/login", "=name=admin", "=password=wrong")


def too_early(_out: list[str]) -> Sentences:
    return talk(fresh("7.22.3"), "/system/identity/print")


def on(version: str, *instead: str) -> Callable[[list[str]], Sentences]:
    return lambda out: console_of(version).talk(*(instead or out))


def twice(_out: list[str]) -> Sentences:
    console = console_of("7.22.3")
    console.add("/ppp/secret", name="ana", service="pppoe")
    return console.talk("/ppp/secret/add", "=name=ana", "=service=pppoe")


def counted(_out: list[str]) -> Sentences:
    """The recording leaves the menu open: twelve of thirteen secrets."""
    console = console_of("7.22.3")
    for number in range(12):
        console.add("/ppp/secret", name=f"c{number}", service="pppoe")
    console.add("/ppp/secret", name="other", service="l2tp")
    return console.talk("/ppp/secret/print", "=count-only=", "?service=pppoe")


TRANSCRIPTS: dict[str, Callable[[list[str]], Sentences]] = {
    "add": added,
    "print with .proplist of a property no item has": bare_rows,
    "cancel of a tagged listen": cancelled,
    "listen deletion event": told_of_a_removal,
    "quit": on("7.22.3"),
    "login <6.43 fail": refused_of_old,
    "login >=6.43 fail": refused,
    "command before login": too_early,
    "empty print 7.17.2": on("7.17.2"),
    "empty print 7.18+": on("7.18", "/ip/route/print", "=.proplist=.id", "?=comment=test"),
    "tagged empty": on("7.22.3", "/ppp/active/print", ".tag=5"),
    "value error": on("7.22.3"),
    "bad path": on("6.49.8"),
    "duplicate ppp secret": twice,
    "count-only": counted,
}


@pytest.mark.parametrize("what", TRANSCRIPTS)
def test_a_recorded_transcript_is_answered_the_same(what: str) -> None:
    (entry,) = [one for one in recorded()["transcripts"] if one["what"] == what]
    assert TRANSCRIPTS[what](entry.get("out", [])) == entry["in"]


def test_every_recording_has_a_case() -> None:
    assert {entry["what"] for entry in recorded()["transcripts"]} == set(TRANSCRIPTS)
    assert {entry["ros"] for entry in recorded()["rows"]} == set(VERSIONS)
    assert len(set(row_names())) == len(recorded()["rows"])
