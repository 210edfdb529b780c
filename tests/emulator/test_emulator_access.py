# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, over TLS too, and how many at once."""

import contextlib
import socket
import ssl
from pathlib import Path

import pytest
import trustme
from emulator.console import Console, Raw, console_of, replies, talk

from reconciler.emulator import (
    Clock,
    Device,
    anonymous_context,
    certificate_context,
    serve,
)
from reconciler.emulator.session import Session
from reconciler.emulator.wire import encode_sentence

FORBIDDEN = ("not enough permissions (9)", None)


def as_user(policy: str) -> Console:
    device = Device(clock=Clock.frozen())
    device.add("/user/group", name="g", policy=policy)
    device.add("/user", name="eva", group="g")
    device.add("/ppp/secret", name="ana", password="geheim")
    console = Console(device)
    console.session.user = "eva"
    return console


def test_a_reader_may_not_write() -> None:
    console = as_user("read,api,sensitive")
    assert console.rows("/ppp/secret/print")[0]["password"] == "geheim"
    assert console.trap("/ppp/secret/remove", "=numbers=ana") == FORBIDDEN


def test_a_writer_may_not_touch_users() -> None:
    console = as_user("read,write,api")
    assert console.talk("/ppp/secret/set", "=numbers=ana", "=comment=x") == [["!done"]]
    assert console.trap("/user/add", "=name=x", "=group=full") == FORBIDDEN
    assert console.trap("/user/group/set", "=numbers=g", "=policy=policy") == FORBIDDEN


def test_secrets_need_the_sensitive_policy() -> None:
    console = as_user("read,write,api")
    assert "geheim" not in str(console.talk("/ppp/secret/print"))
    assert "geheim" not in str(console.talk("/ppp/secret/print", "=.proplist=name,password"))
    words = ("=numbers=ana", "=value-name=password")
    assert console.trap("/ppp/secret/get", *words) == FORBIDDEN


@pytest.mark.parametrize(
    ("fields", "enters"),
    [({}, True), ({"disabled": "yes"}, False), ({"group": "noapi"}, False)],
)
def test_who_may_log_in(fields: dict[str, str], enters: bool) -> None:
    device = Device(clock=Clock.frozen())
    device.add("/user/group", name="noapi", policy="read,write")
    device.add("/user", name="eva", **{"group": "full", **fields})
    said = talk(Session(device), "/login", "=name=eva", "=password=")
    assert (said[0] == ["!done"]) is enters


def test_a_groups_policy_names_what_is_missing() -> None:
    console = as_user("api,read")
    (row,) = console.rows("/user/group/print", "?name=g")
    assert row["policy"].startswith("read,api,!local,")
    assert "!write" in row["policy"].split(",")


# -- TLS -------------------------------------------------------------------------


def exchange(client: ssl.SSLContext, port: int) -> list[list[str]]:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        client.wrap_socket(plain, server_hostname="router.example") as secured,
    ):
        secured.sendall(encode_sentence(["/login", "=name=admin", "=password=x"]))
        return replies(secured.recv(4096))


def test_anonymous_tls() -> None:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("ADH:@SECLEVEL=0")
    with serve(Device(), password="x", tls=anonymous_context()) as server:
        assert exchange(client, server.port) == [["!done"]]
        with pytest.raises(ssl.SSLError):
            exchange(ssl.create_default_context(), server.port)


def test_tls_with_a_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("router.example")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    with serve(Device(), password="x", tls=certificate_context(chain, key)) as server:
        assert exchange(client, server.port) == [["!done"]]


# -- how many --------------------------------------------------------------------


def test_sessions_beyond_the_most_are_cut() -> None:
    device = Device(clock=Clock.frozen())
    device.set("/ip/service", "api", max_sessions="2")
    with serve(device, password="x") as server:
        open_ones = [Raw(server) for _ in range(2)]
        third = socket.create_connection((server.host, server.port))
        with third, contextlib.suppress(ConnectionResetError):
            assert third.recv(100) == b""
        for one in open_ones:
            one.close()


# -- before the login --------------------------------------------------------------


def test_a_sentence_before_the_login_may_not_be_large() -> None:
    session = Session(Device(clock=Clock.frozen()))
    assert session.receive(encode_sentence(["/login", f"=name={'x' * 70_000}"])) == b""
    assert session.closed


def test_words_before_the_login_may_not_add_up_either() -> None:
    session = Session(Device(clock=Clock.frozen()))
    session.receive(encode_sentence(["/login", *(f"=x{n}={'y' * 1000}" for n in range(80))]))
    assert session.closed


def test_attempts_to_log_in_are_limited() -> None:
    session = Session(Device(clock=Clock.frozen()))
    wrong = encode_sentence(["/login", "=name=admin", "=password=no"])
    for _ in range(32):
        assert b"invalid user name or password" in session.receive(wrong)
    assert not session.closed
    assert session.receive(wrong) == b""
    assert session.closed


def test_after_the_login_a_sentence_may_be_large() -> None:
    session = Session(Device(clock=Clock.frozen()))
    session.receive(encode_sentence(["/login", "=name=admin", "=password="]))
    large = encode_sentence(["/ppp/secret/add", "=name=a", f"=comment={'x' * 100_000}"])
    assert session.receive(large).startswith(b"\x05!done")


# -- groups ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "read"),
    [
        (
            "6.49.7",
            "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon,tikapp"
            ",!ftp,!write,!policy,!dude",
        ),
        (
            "7.22.3",
            "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon"
            ",rest-api,!ftp,!write,!policy",
        ),
    ],
)
def test_the_policies_of_a_version(version: str, read: str) -> None:
    device = Device(version=version, clock=Clock.frozen())
    assert device.rows("/user/group")[0]["policy"] == read
    assert "!" not in device.rows("/user/group")[2]["policy"]


def test_a_policy_that_does_not_exist_is_refused() -> None:
    console = console_of()
    words = ("=name=g", "=policy=read,fly")
    assert console.trap("/user/group/add", *words) == (
        "input does not match any value of policy",
        "1",
    )


# -- reboot ------------------------------------------------------------------------


def test_reboot_needs_its_own_policy() -> None:
    console = as_user("read,write,api")
    assert console.trap("/system/reboot") == FORBIDDEN
    assert as_user("read,api,reboot").talk("/system/reboot") == [["!done"]]


def test_a_reboot_by_command_cuts_all_and_is_back_on_the_same_port() -> None:
    device = Device(clock=Clock.frozen())
    device.add("/ip/firewall/address-list", list="a", address="10.0.0.1", timeout="1h")
    with serve(device, password="x") as server:
        one, two = Raw(server), Raw(server)
        one.send("/system/reboot")
        for client in (one, two):
            assert drained(client.socket) in (b"", b"\x05!done\x00")
            client.close()
        assert device.rows("/ip/firewall/address-list") == []
        Raw(server).close()


def drained(client: socket.socket) -> bytes:
    """What comes until the connection ends."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while more := client.recv(100):
            data += more
    return data


def test_a_scheduler_may_reboot() -> None:
    device = Device(clock=Clock.frozen())
    device.add("/system/scheduler", name="s", interval="1h", on_event="/system reboot")
    device.clock.advance(3600)
    assert device.rows("/system/resource")[0]["uptime"] == "0s"
