# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulated devices on real TCP sockets: asyncio in one daemon thread for all of them.

May import session, faults, device.
"""

import asyncio
import ssl
import sys
import threading
from collections import deque
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, TypeVar

from reconciler.emulator.device import Device
from reconciler.emulator.faults import Faults
from reconciler.emulator.session import Session

T = TypeVar("T")
PAUSE = 0.0005
PIECE = 1024  # bytes carried out at once: a router answers what it has done while more waits


class LoopThread:
    """One event loop in a daemon thread, begun when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                run = self._loop.run_forever
                threading.Thread(target=run, name="emulator", daemon=True).start()
            return self._loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


LOOP = LoopThread()


class Connection(asyncio.Protocol):
    """Carries bytes between a socket and a session, late where a fault says so."""

    def __init__(self, server: "Server") -> None:
        self.server = server
        self.faults = server.faults
        self.session = Session(
            server.device,
            server.faults.gate,
            server.record,
            refuse_login=lambda: self.faults.refuse_login,
        )
        self.transport: asyncio.Transport | None = None
        self._incoming: deque[bytes] = deque()
        self._held: deque[bytes] = deque()
        self._outgoing: deque[tuple[bytes, bool]] = deque()
        self._free = 0.0
        self._dealing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if len(self.server.connections) >= self.server.most_sessions():
            transport.abort()
            return
        self.server.connections.add(self)
        loop = asyncio.get_running_loop()
        self.session.push = lambda data: self._push(loop, data)

    def _push(self, loop: asyncio.AbstractEventLoop, data: bytes) -> None:
        """From any thread: a change that this client listens to."""
        if not self.faults.frozen:
            loop.call_soon_threadsafe(self._send_now, data)

    def _send_now(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.server.connections.discard(self)
        self.session.end()

    def data_received(self, data: bytes) -> None:
        if self.faults.latency:
            self._incoming.append(data)
            asyncio.get_running_loop().call_later(self.faults.latency, self._arrive_next)
        else:
            self._arrive(data)

    def _arrive_next(self) -> None:
        """Timers may fire in any order; what they carry may not."""
        data = self._incoming.popleft()
        if len(data) > PIECE:
            self._incoming.appendleft(data[PIECE:])
            asyncio.get_running_loop().call_soon(self._arrive_next)
        self._arrive(data[:PIECE])

    def _arrive(self, data: bytes) -> None:
        if self.faults.frozen:
            self._held.append(data)
            return
        if self.session.closed:
            return
        before = self.faults.writes
        self.session.shuffle(self.faults.shuffle)
        out = self.session.receive(data)
        busy = (self.faults.writes - before) * self.faults.write_seconds
        self._outgoing.append((out, self.session.closed))
        loop = asyncio.get_running_loop()
        self._free = max(self._free, loop.time()) + busy
        when = self._free + self.faults.latency
        if busy or self.faults.latency or len(self._outgoing) > 1:
            loop.call_at(when, self._send_next)
        else:
            self._send_next()

    def _send_next(self) -> None:
        out, close = self._outgoing.popleft()
        if self.transport is None:
            return
        if out:
            self.transport.write(out)
        if close:
            self.transport.close()
        elif self.session.waits and not self._dealing:
            self._dealing = True
            asyncio.get_running_loop().call_later(PAUSE, self._deal)

    def _deal(self) -> None:
        """More of the replies that were held back to be mixed with those of later commands."""
        self._dealing = self.faults.frozen and not self.session.closed
        if self._dealing:
            asyncio.get_running_loop().call_later(PAUSE, self._deal)
        elif not self.session.closed:
            self._outgoing.append((self.session.deal(), False))
            self._send_next()

    def thaw(self) -> None:
        while self._held and not self.faults.frozen:
            self._arrive(self._held.popleft())

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class ServerFaults(Faults):
    """Faults that concern the connections themselves."""

    def __init__(self, server: "Server") -> None:
        super().__init__()
        self._server = server

    def freeze(self) -> None:
        """Nothing is answered, and what arrives waits, until `thaw`."""
        self.frozen = True

    def thaw(self) -> None:
        LOOP.run(self._server.melt())

    def go_away(self) -> None:
        """Connections are cut and new ones refused."""
        LOOP.run(self._server.close_all())

    def come_back(self) -> None:
        """Listens again, on the same port."""
        LOOP.run(self._server.listen())

    def reboot(self) -> None:
        """Connections are cut, dynamic rows are lost, `.id`s change; then it is back."""
        self.go_away()
        self._server.device.reboot()
        self.come_back()


class Server:
    """A device that listens. `sentences` holds every sentence received, logins blanked, where
    `keep` is true: a service that runs for days must not.
    """

    def __init__(
        self, device: Device, host: str, port: int, tls: ssl.SSLContext | None, keep: bool
    ) -> None:
        self.device = device
        self.keep = keep
        self.host = host
        self.port = port
        self.tls = tls
        self.faults = ServerFaults(self)
        self.sentences: list[list[str]] = []
        self.connections: set[Connection] = set()
        self._listener: asyncio.Server | None = None

    def _went_down(self) -> None:
        """From any thread: the device reboots by itself, and is back as soon as all are cut."""
        for connection in list(self.connections):
            LOOP.loop.call_soon_threadsafe(connection.cut)

    def __enter__(self) -> "Server":
        self.device.went_down.append(self._went_down)
        LOOP.run(self.listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._went_down in self.device.went_down:
            self.device.went_down.remove(self._went_down)
        LOOP.run(self.close_all())

    def record(self, words: list[str]) -> None:
        if self.keep:
            self.sentences.append(words)

    def commands(self, *suffixes: str) -> list[list[str]]:
        """Received sentences whose command ends in one of the suffixes; all without any."""
        return [
            words for words in list(self.sentences) if not suffixes or words[0].endswith(suffixes)
        ]

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: Connection(self), self.host, self.port, ssl=self.tls
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close_all(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in list(self.connections):
            connection.cut()

    async def melt(self) -> None:
        """Ends a freeze, in the thread that serves."""
        self.faults.frozen = False
        for connection in list(self.connections):
            connection.thaw()

    def most_sessions(self) -> int:
        """`max-sessions` of the service; where it is not set, RouterOS 7 allows 20."""
        name = "api-ssl" if self.tls else "api"
        row = self.device.tables["/ip/service"].by_name(name)
        text = row.fields.get("max-sessions", "") if row else ""
        if text.isdecimal():
            return int(text)
        return 20 if self.device.version.major >= 7 else sys.maxsize


def serve(
    device: Device, port: int = 0, user: str = "admin", password: str = "",
    host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, keep: bool = True,
) -> Server:  # fmt: skip
    """A context manager that serves the device on loopback; port 0 takes a free one.

    The user is made, in the group `full`, where the device has none of that name.
    """
    with device.lock:
        row = device.tables["/user"].by_name(user)
        if row is None:
            device.create("/user", {"name": user, "group": "full"})
        device.secrets[user] = password
    return Server(device, host, port, tls, keep)
