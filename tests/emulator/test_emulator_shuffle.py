# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies out of order: each command's own stay in order, and clients cope."""

import asyncio
from collections.abc import Iterator

import librouteros
import pytest
from emulator.console import replies, talk

from reconciler.emulator import Clock, Device, Server, serve
from reconciler.emulator.session import Session
from reconciler.emulator.wire import encode_sentence

LONG, SHORT = "/ppp/secret", "/system/identity"


def busy_device(rows: int = 300) -> Device:
    device = Device(clock=Clock.frozen())
    for number in range(rows):
        device.add(LONG, name=f"c{number}", service="pppoe")
    return device


def drained(session: Session, data: bytes) -> list[list[str]]:
    out = session.receive(data)
    while session.waits:
        out += session.deal()
    return replies(out)


def tags(replies: list[list[str]]) -> list[str]:
    return [next(word[5:] for word in reply if word.startswith(".tag=")) for reply in replies]


def asked(seed: int | None) -> list[list[str]]:
    """A long print and, behind it, a short one and an add."""
    session = Session(busy_device())
    session.enter("admin")
    session.shuffle(seed)
    sentences = [
        (f"{LONG}/print", "=.proplist=name", ".tag=long"),
        (f"{SHORT}/print", ".tag=short"),
        (f"{LONG}/add", "=name=late", ".tag=add"),
    ]
    return drained(session, b"".join(map(encode_sentence, sentences)))


def test_off_unless_asked_for() -> None:
    replies = asked(None)
    assert tags(replies) == ["long"] * 301 + ["short"] * 2 + ["add"]


@pytest.mark.parametrize("seed", range(8))
def test_a_short_print_interleaves_with_a_long_one(seed: int) -> None:
    replies = asked(seed)
    assert sorted(map(tuple, replies)) == sorted(map(tuple, asked(None)))
    order = tags(replies)
    assert order.index("short") < 299, "the short one waits for the long one"
    names = [reply[2] for reply in replies if reply[0] == "!re" and reply[1] == ".tag=long"]
    assert names == [f"=name=c{number}" for number in range(300)]
    for tag in ("long", "short", "add"):
        own = [reply[0] for reply in replies if f".tag={tag}" in reply]
        assert own.index("!done") == len(own) - 1


def test_the_same_seed_deals_the_same_order() -> None:
    assert asked(3) == asked(3)
    assert asked(3) != asked(4)


def test_nothing_is_held_back_where_the_connection_ends() -> None:
    session = Session(busy_device())
    session.enter("admin")
    session.shuffle(1)
    replies = drained(
        session, encode_sentence([f"{LONG}/print", ".tag=1"]) + encode_sentence(["/quit"])
    )
    assert len(replies) == 302
    assert replies[-1] == ["!fatal", "session terminated on request"]


# -- clients ---------------------------------------------------------------------


@pytest.fixture(params=[1, 2, 3])
def mixed(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serve(busy_device(), user="u", password="x") as server:
        server.faults.shuffle = request.param
        yield server


def test_librouteros_reads_and_writes(mixed: Server) -> None:
    api = librouteros.connect(host=mixed.host, port=mixed.port, username="u", password="x")
    secrets = api.path("ppp", "secret")
    assert len(list(secrets)) == 300
    secrets.add(name="late", service="pppoe")
    assert len(list(secrets)) == 301
    api.close()


def test_asynchronous_librouteros_too(mixed: Server) -> None:
    async def count() -> int:
        api = await librouteros.async_connect(
            host=mixed.host, port=mixed.port, username="u", password="x"
        )
        rows = [row async for row in api.path("ppp", "secret")]
        await api.close()
        return len(rows)

    assert asyncio.run(count()) == 300


def test_a_print_under_way_can_be_cancelled() -> None:
    session = Session(busy_device())
    session.enter("admin")
    session.shuffle(2)
    first = talk(session, f"{LONG}/print", ".tag=1")
    assert session.waits
    assert {reply[0] for reply in first} == {"!re"}
    rest = drained(session, encode_sentence(["/cancel", "=tag=1", ".tag=2"]))
    own = [reply for reply in rest if ".tag=1" in reply]
    assert own == [
        ["!trap", ".tag=1", "=category=2", "=message=interrupted"],
        ["!done", ".tag=1"],
    ]
    assert ["!done", ".tag=2"] in rest
    assert len(first) < 300
