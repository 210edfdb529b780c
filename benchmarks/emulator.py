# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the emulator prints and takes rows, and how much of the time is its own.

The emulator runs in a process of its own; the client here does no more than count replies, so
that the figures are the emulator's. Medians over rounds. `python benchmarks/emulator.py --help`.
"""

import argparse
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

import librouteros
from librouteros.query import Key

from reconciler.emulator import Device, serve
from reconciler.emulator.wire import encode_sentence

DONE = b"\x05!done"
WINDOW = 64


@dataclass(frozen=True)
class Taken:
    """Seconds of the clock, and of CPU in the emulator and in the client."""

    wall: float
    emulator: float
    client: float


def serve_rows(rows: int, pipe: Connection) -> None:
    """The emulator's process: `rows` queues and as many secrets; answers with its CPU time."""
    device = Device()
    for number in range(rows):
        device.add(
            "/queue/simple",
            name=f"client-{number}",
            target=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
            max_limit="2M/10M",
            comment=f"Client {number} [rc:client-{number}/internet]",
        )
        device.add(
            "/ppp/secret",
            name=f"client-{number}",
            password="benchmark",
            service="pppoe",
            comment=f"Client {number} [rc:client-{number}/internet]",
        )
    with serve(device, password="benchmark") as server:
        pipe.send(server.port)
        while pipe.recv():
            pipe.send(time.process_time())


@contextmanager
def emulator(rows: int) -> Iterator[tuple[int, Callable[[], float]]]:
    """The port of an emulator, and a function that asks for its CPU time."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve_rows, args=(rows, there))
    process.start()
    port = here.recv()

    def used() -> float:
        here.send(True)
        seconds: float = here.recv()
        return seconds

    try:
        yield port, used
    finally:
        here.send(False)
        process.join()


class Client:
    """Sends sentences and counts the `!done`s; reads nothing else of the replies."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send([["/login", "=name=admin", "=password=benchmark"]])

    def send(self, sentences: Sequence[Sequence[str]]) -> None:
        """All of them, never more than a window unanswered."""
        waiting = [encode_sentence(words) for words in sentences]
        sent = done = 0
        rest = b""
        while done < len(waiting):
            upto = min(len(waiting), done + WINDOW)
            if upto > sent:
                self.socket.sendall(b"".join(waiting[sent:upto]))
                sent = upto
            data = rest + self.socket.recv(1 << 18)
            if not data:
                raise ConnectionError("the emulator closed the connection")
            done += data.count(DONE)
            rest = data[-len(DONE) + 1 :] if not data.endswith(DONE) else b""

    def close(self) -> None:
        self.socket.close()


def measure(work: Callable[[], object], used: Callable[[], float]) -> Taken:
    before, client, began = used(), time.process_time(), time.perf_counter()
    work()
    wall = time.perf_counter() - began
    own = time.process_time() - client
    return Taken(wall, used() - before, own)


def adds(count: int, number: int) -> list[list[str]]:
    return [
        [
            "/queue/simple/add",
            f"=name=new-{number}-{place}",
            f"=target=172.16.{place >> 8 & 255}.{place & 255}",
            "=max-limit=2M/10M",
            "=comment=New [rc:new/internet]",
            f".tag={place}",
        ]
        for place in range(count)
    ]


def entries(count: int, number: int) -> list[list[str]]:
    return [
        [
            "/ip/firewall/address-list/add",
            f"=list=list-{number}",
            f"=address=172.16.{place >> 8 & 255}.{place & 255}",
            f".tag={place}",
        ]
        for place in range(count)
    ]


def by_librouteros(port: int) -> Callable[[], None]:
    def read() -> None:
        api = librouteros.connect(
            "127.0.0.1", "admin", "benchmark", port=port, encoding="utf-8", timeout=120
        )
        for _ in api.path("ppp", "secret").select(Key(".id"), Key("name"), Key("comment")):
            pass
        api.close()

    return read


def run(rows: int, count: int, rounds: int) -> Iterator[tuple[str, list[Taken]]]:
    """What is measured, and each round of it."""
    secrets = [["/ppp/secret/print", "=.proplist=.id,name,password,profile,service,comment"]]
    with emulator(rows) as (port, used):
        client = Client(port)

        def rounds_of(sentences: Callable[[int], list[list[str]]]) -> list[Taken]:
            prepared = [sentences(number) for number in range(rounds)]
            return [measure(partial(client.send, one), used) for one in prepared]

        every = [["/queue/simple/print"]]
        yield f"print {rows:,} queues, every property", rounds_of(lambda _: every)
        yield f"print {rows:,} secrets, six properties", rounds_of(lambda _: secrets)
        yield f"add {count:,} queues, {WINDOW} at a time", rounds_of(partial(adds, count))
        yield f"add {count:,} list entries, {WINDOW} at a time", rounds_of(partial(entries, count))
        client.close()
        name = f"librouteros reads {rows:,} secrets, three properties"
        yield name, [measure(by_librouteros(port), used) for _ in range(rounds)]


def line(name: str, taken: Sequence[Taken]) -> str:
    wall = statistics.median(one.wall for one in taken)
    own = statistics.median(one.emulator for one in taken)
    client = statistics.median(one.client for one in taken)
    return (
        f"| {name} | {wall:.2f} s | {own:.2f} s | {own / wall:.0%} | {client:.2f} s"
        f" | {min(one.wall for one in taken):.2f}-{max(one.wall for one in taken):.2f} s |"
    )


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--adds", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(words)
    print("| what | median | emulator's CPU | its share | client's CPU | range |")
    print("|---|---|---|---|---|---|")
    for name, taken in run(options.rows, options.adds, options.rounds):
        print(line(name, taken), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
