# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that the command line names."""

import contextlib
from collections.abc import Iterator

import pytest
from emulator.console import Raw

from reconciler.emulator import Clock, Device, Server, serve
from reconciler.emulator.faultwords import HELP, SETTERS, arm
from reconciler.errors import UsageError


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Device(clock=Clock.frozen()), password="x") as running:
        yield running


class Client(Raw):
    """`add` gives what is answered, None where the connection went."""

    def say(self, *words: str) -> list[str] | None:
        with contextlib.suppress(ConnectionError):
            self.send(*words)
            while data := self.socket.recv(4096):
                self.reader.feed(data)
                for sentence in self.reader.sentences():
                    return sentence
        return None

    def add(self, name: str) -> list[str] | None:
        return self.say("/ppp/secret/add", f"=name={name}")


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    one = Client(server)
    yield one
    one.close()


def names(server: Server) -> list[str]:
    return [row["name"] for row in server.device.rows("/ppp/secret")]


def test_settings(server: Server) -> None:
    arm(server, ["latency=0.05", "write-time=0.2", "shuffle=7", "refuse-login"])
    faults = server.faults
    assert (faults.latency, faults.write_seconds, faults.shuffle) == (0.05, 0.2, 7)
    assert faults.refuse_login


def test_drops_and_a_trap(server: Server, client: Client) -> None:
    arm(server, ["trap=1", "drop-after=2"])
    assert client.add("a") == ["!trap", "=message=failure: refused as asked for"]
    assert client.say("/system/identity/print") == ["!done"]
    assert client.add("b") is None
    arm(server, ["drop-before=1"])
    again = Client(server)
    assert again.add("c") is None
    again.close()
    assert names(server) == ["b"]


def test_a_freeze_ends(server: Server, client: Client) -> None:
    arm(server, ["freeze=1:0.05"])
    assert client.add("a") == ["!done", "=ret=*1"]
    assert server.faults.frozen
    assert client.add("b") == ["!done", "=ret=*2"]
    assert not server.faults.frozen


def test_away_and_back(server: Server, client: Client) -> None:
    arm(server, ["away=1:0"])
    assert client.add("a") is None
    for _ in range(200):
        with contextlib.suppress(OSError):
            Client(server).close()
            break
    assert names(server) == []


def test_a_reboot(server: Server, client: Client) -> None:
    server.device.add("/ip/firewall/address-list", list="a", address="10.0.0.1", timeout="1h")
    arm(server, ["reboot=1"])
    client.add("a")
    assert client.say("/system/identity/print") is None
    assert names(server) == ["a"]
    assert server.device.rows("/ip/firewall/address-list") == []


@pytest.mark.parametrize(
    "word", ["", "flood", "latency", "latency=x", "latency=-1", "trap=0", "freeze=1:", "away=x:1"]
)
def test_what_is_no_fault(server: Server, word: str) -> None:
    with pytest.raises(UsageError, match="is no fault; there are latency"):
        arm(server, [word])


def test_the_help_names_them_all() -> None:
    assert all(name in HELP for name in SETTERS)
