# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, over TLS too, and how many at once."""

import contextlib
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from reconciler.emulator import (
    Clock,
    Device,
    anonymous_context,
    certificate_context,
    serve,
)
from reconciler.emulator.console import Console
from reconciler.emulator.session import Session
from reconciler.emulator.wire import SentenceReader, encode_sentence

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
    reader = SentenceReader()
    reader.feed(Session(device).receive(encode_sentence(["/login", "=name=eva", "=password="])))
    assert (next(iter(reader.sentences())) == ["!done"]) is enters


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
        reader = SentenceReader()
        reader.feed(secured.recv(4096))
        return list(reader.sentences())


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
        open_ones = [socket.create_connection((server.host, server.port)) for _ in range(2)]
        for one in open_ones:
            one.sendall(encode_sentence(["/login", "=name=admin", "=password=x"]))
            assert one.recv(100) == b"\x05!done\x00"
        third = socket.create_connection((server.host, server.port))
        with third, contextlib.suppress(ConnectionResetError):
            assert third.recv(100) == b""
        for one in open_ones:
            one.close()
