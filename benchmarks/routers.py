# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulated routers in a process of their own, so that what is measured is not theirs too."""

import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.world import ENVIRONMENT, PASSWORD, USER
from reconciler.emulator import Device, Server, serve
from reconciler.run import Scope, load_repository, make_targets


class Routers:
    """Asks the process of the routers; `ports` are theirs, in the order of their ids."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.ports: list[int] = pipe.recv()

    def _ask(self, *question: Any) -> Any:
        self._pipe.send(question)
        return self._pipe.recv()

    def latency(self, seconds: float) -> None:
        """How long every message takes, one way."""
        self._ask("latency", seconds)

    def renew(self) -> None:
        """Everything as it was in the beginning."""
        self._ask("renew")


@contextmanager
def emulated(root: Path, *, empty: bool = False, silent: int = 0) -> Iterator[Routers]:
    """Routers that hold what the repository wants, or nothing; the last ones never answer."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(root, empty, silent, there), daemon=True)
    process.start()
    there.close()  # so that its end is seen here
    try:
        yield Routers(here)
    finally:
        if process.is_alive():
            here.send(("end",))
        process.join()


def _devices(root: Path, empty: bool) -> list[Device]:
    targets = make_targets(load_repository(root, ENVIRONMENT), Scope())
    devices = []
    for target in targets:
        device = Device()
        devices.append(device)
        for row in () if empty else target.wanted.rows:
            device.add(row.kind.path, **{k: v for k, v in row.values.items() if k != "disabled"})
    return devices


def _serve(root: Path, empty: bool, silent: int, pipe: Connection) -> None:
    with ExitStack() as stack:
        devices = _devices(root, empty)
        live = devices[: len(devices) - silent]
        servers = [stack.enter_context(serve(one, user=USER, password=PASSWORD)) for one in live]
        mute = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(silent)]
        pipe.send([server.port for server in servers] + [one.getsockname()[1] for one in mute])
        exports = [device.snapshot() for device in live] if len(live) == 1 else []
        while (question := pipe.recv())[0] != "end":
            pipe.send(_answer(question, servers, exports))


def _answer(question: Any, servers: list[Server], states: list[Any]) -> Any:
    what, *given = question
    if what == "latency":
        for server in servers:
            server.faults.latency = given[0]
    if what == "renew":
        for server, state in zip(servers, states, strict=True):
            held = {path: state.get(path, []) for path in (*state, *server.device.snapshot())}
            _restore(server.device, held)
    return None


def _restore(device: Device, held: dict[str, list[dict[str, str]]]) -> None:
    """Take away what was added since; nothing that is measured here removes."""
    for path, rows in held.items():
        known = {row.get(".id") for row in rows}
        for row in device.rows(path):
            if ".id" in row and row[".id"] not in known and row.get("dynamic") != "true":
                device.remove(path, row[".id"])
