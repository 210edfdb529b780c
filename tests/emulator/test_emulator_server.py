# SPDX-License-Identifier: GPL-3.0-or-later
"""The real client library over a real socket, and faults on the way."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import librouteros
import pytest
from emulator.console import Raw
from librouteros.exceptions import ConnectionClosed, TrapError
from librouteros.login import plain, token
from librouteros.query import Key

from reconciler.emulator import Clock, Device, Server, serve

Login = Callable[[librouteros.api.Api, str, str], None]


@contextmanager
def connected(server: Server, login: Login = plain) -> Iterator[librouteros.api.Api]:
    api = librouteros.connect(
        host=server.host, port=server.port, username="admin", password="x", encoding="utf-8",
        login_method=login, timeout=5,
    )  # fmt: skip
    try:
        yield api
    finally:
        api.close()


@pytest.fixture
def device() -> Device:
    return Device(version="7.22.3", clock=Clock.frozen())


@pytest.fixture
def server(device: Device) -> Iterator[Server]:
    with serve(device, password="x") as running:
        yield running


@pytest.fixture
def raw(server: Server) -> Iterator[Raw]:
    client = Raw(server)
    yield client
    client.close()


# -- the real client ---------------------------------------------------------------


@pytest.mark.parametrize(("version", "login"), [("7.22.3", plain), ("6.42.12", token)])
def test_librouteros_reads_and_writes(version: str, login: Login) -> None:
    with (
        serve(Device(version=version, clock=Clock.frozen()), password="x") as server,
        connected(server, login) as api,
    ):
        secrets = api.path("ppp", "secret")
        first = secrets.add(name="ñandú", password="p w", service="pppoe")
        second = secrets.add(name="luis", service="pppoe")
        secrets.update(**{".id": first, "profile": "default-encryption"})
        found = list(secrets.select(Key("name"), Key("profile")).where(Key("name") == "ñandú"))
        assert found == [{"name": "ñandú", "profile": "default-encryption"}]
        with pytest.raises(TrapError, match="input does not match any value of profile"):
            secrets.update(**{".id": first, "profile": "none"})
        secrets.remove(first, second)
        assert list(secrets) == []


def test_librouteros_that_may_not_enter(server: Server) -> None:
    with pytest.raises(TrapError, match="invalid user name or password"):
        librouteros.connect(host=server.host, username="admin", password="y", port=server.port)


def test_received_sentences_are_kept_without_passwords(server: Server, raw: Raw) -> None:
    raw.send("/system/identity/print", ".tag=3")
    raw.read(2)
    assert server.sentences == [
        ["/login", "=name=admin", "=password=***"],
        ["/system/identity/print", ".tag=3"],
    ]
    assert server.commands("/print") == [["/system/identity/print", ".tag=3"]]


def test_pipelined_writes_are_answered_each_under_its_tag(device: Device, raw: Raw) -> None:
    for number in range(500):
        raw.send("/ppp/secret/add", f"=name=c{number}", f".tag={number}")
    replies = raw.read(500)
    assert [reply[1] for reply in replies] == [f".tag={number}" for number in range(500)]
    assert len(device.rows("/ppp/secret")) == 500


def test_many_devices_share_a_loop() -> None:
    with serve(Device(identity="one"), password="x") as a, serve(Device(identity="two"),
                                                                  password="x") as b:  # fmt: skip
        for server, name in ((a, "one"), (b, "two")):
            client = Raw(server)
            client.send("/system/identity/print")
            assert client.read(1) == [["!re", f"=name={name}"]]
            client.close()


# -- faults ------------------------------------------------------------------------


def test_a_connection_dropped_before_the_write(device: Device, server: Server, raw: Raw) -> None:
    server.faults.drop_before_write(2)
    raw.send("/ppp/secret/add", "=name=a")
    assert raw.read(1)[0][0] == "!done"
    raw.send("/ppp/secret/add", "=name=b")
    assert raw.closed()
    assert [row["name"] for row in device.rows("/ppp/secret")] == ["a"]


def test_a_connection_dropped_after_the_write(device: Device, server: Server, raw: Raw) -> None:
    server.faults.drop_after_write(1)
    raw.send("/ppp/secret/print")
    assert raw.read(2) == [["!empty"], ["!done"]]
    raw.send("/ppp/secret/add", "=name=a")
    assert raw.closed()
    assert [row["name"] for row in device.rows("/ppp/secret")] == ["a"]


def test_a_trap_at_a_write(device: Device, server: Server, raw: Raw) -> None:
    server.faults.trap_at_write(1, "action failed (6)")
    raw.send("/ppp/secret/add", "=name=a", ".tag=1")
    assert raw.read(2) == [
        ["!trap", ".tag=1", "=message=action failed (6)"],
        ["!done", ".tag=1"],
    ]
    raw.send("/ppp/secret/add", "=name=a")
    assert raw.read(1)[0][0] == "!done"
    assert len(device.rows("/ppp/secret")) == 1


def test_latency_is_paid_once_for_what_is_under_way_together(server: Server, raw: Raw) -> None:
    server.faults.latency = 0.05
    for number in range(40):
        raw.send("/system/identity/print", f".tag={number}")
    replies = [reply for reply in raw.read(80) if reply[0] == "!done"]
    assert [reply[1] for reply in replies] == [f".tag={number}" for number in range(40)]


def test_a_frozen_device_answers_when_it_thaws(server: Server, raw: Raw) -> None:
    server.faults.freeze()
    raw.send("/system/identity/print")
    raw.socket.settimeout(0.05)
    with pytest.raises(TimeoutError):
        raw.read(1)
    raw.socket.settimeout(5)
    server.faults.thaw()
    assert raw.read(2) == [["!re", "=name=MikroTik"], ["!done"]]


def test_a_refused_login(server: Server) -> None:
    server.faults.refuse_login = True
    with pytest.raises(TrapError), connected(server):
        pass


def test_away_and_back_on_the_same_port(server: Server, raw: Raw) -> None:
    port = server.port
    server.faults.go_away()
    assert raw.closed()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, port), timeout=5)
    server.faults.come_back()
    assert server.port == port
    Raw(server).socket.close()


def test_a_reboot_cuts_and_forgets(device: Device, server: Server, raw: Raw) -> None:
    device.add("/ip/firewall/address-list", list="a", address="10.0.0.1", timeout="1h")
    server.faults.reboot()
    assert raw.closed()
    assert device.rows("/ip/firewall/address-list") == []


def test_librouteros_notices_a_cut(server: Server) -> None:
    with connected(server) as api:
        server.faults.drop_before_write(1)
        with pytest.raises((ConnectionClosed, ConnectionError)):
            api.path("ppp", "secret").add(name="a")


# -- the command -------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_module_serves_an_export(tmp_path: object, number: signal.Signals) -> None:
    export = f"{tmp_path}/router.rsc"
    with open(export, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("# 2024-06-06 15:22:31 by RouterOS 7.14.2\n/system identity set name=sur\n")
    command = [sys.executable, "-m", "reconciler.emulator", "--load", export, "--password", "x"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:")
        host, _, port = line.removeprefix("listening on ").strip().partition(":")
        api = librouteros.connect(host=host, port=int(port), username="admin", password="x")
        assert list(api.path("system", "identity")) == [{"name": "sur"}]
        assert str(next(iter(api.path("system", "resource")))["version"]).startswith("7.14.2")
        api.close()
        process.send_signal(number)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--version", "new"], 64, "'new' is not a RouterOS version such as 7.22.3"),
        (["--load", "/no/such.rsc"], 1, "/no/such.rsc: No such file or directory"),
    ],
)
def test_the_module_says_what_it_cannot_do(options: list[str], code: int, text: str) -> None:
    command = [sys.executable, "-m", "reconciler.emulator", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (code, text)


def test_a_port_that_is_taken(server: Server) -> None:
    command = [sys.executable, "-m", "reconciler.emulator", "--port", str(server.port)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"cannot listen on 127.0.0.1:{server.port}: ")
