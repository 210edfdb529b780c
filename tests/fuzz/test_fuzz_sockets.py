# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that send anything and go at any moment leave a server that still answers."""

import contextlib
import random
import socket

from fuzz import inputs

from reconciler.emulator import Clock, Device, Server, serve
from reconciler.emulator.wire import SentenceReader, encode_sentence

CONNECTIONS = 150
SECONDS = 20.0


def ask(connection: socket.socket, *words: str) -> list[list[str]]:
    connection.sendall(encode_sentence(words))
    reader, replies = SentenceReader(), list[list[str]]()
    while not replies or replies[-1][0] not in ("!done", "!fatal"):
        data = connection.recv(1 << 16)
        assert data, "the server closed the connection"
        reader.feed(data)
        replies += reader.sentences()
    return replies


def throw(dice: random.Random, server: Server, paths: inputs.Paths) -> None:
    """One connection: perhaps a login, bytes, and an end in one of three manners."""
    with socket.create_connection((server.host, server.port), timeout=SECONDS) as connection:
        if dice.random() < 0.6:
            assert ask(connection, "/login", "=name=admin", "=password=")[-1] == ["!done"]
        with contextlib.suppress(OSError):
            for piece in inputs.raw(dice, paths):
                connection.sendall(piece)
        match dice.randrange(3):
            case 0:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(1 << 16):
                        pass
            case 1:
                reset = b"\x01\0\0\0\0\0\0\0"
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)


def test_the_server_outlives_its_connections() -> None:
    dice = random.Random(11)
    device = Device(clock=Clock.frozen())
    paths = inputs.Paths.of(device)
    with serve(device) as server:
        for _ in range(CONNECTIONS):
            throw(dice, server, paths)
        with socket.create_connection((server.host, server.port), timeout=SECONDS) as connection:
            assert ask(connection, "/login", "=name=admin", "=password=") == [["!done"]]
            found = ask(connection, "/user/print", "=count-only=", "?name=admin")
            assert found == [["!done", "=ret=1"]]
            assert len(server.connections) <= server.most_sessions()
