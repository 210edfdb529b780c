# SPDX-License-Identifier: GPL-3.0-or-later
"""Running and comparing: whole processes with their time and memory, medians, lines of a table."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.inventory.store import GRAIN

ROOT = Path(__file__).resolve().parents[1]
RECONCILE = [sys.executable, "-m", "reconciler"]


@dataclass(frozen=True)
class Taken:
    """Seconds of the clock and of CPU, and the most memory at once in MiB."""

    wall: float
    cpu: float = 0.0
    memory: float = 0.0


@dataclass(frozen=True)
class Line:
    """A row of the table: what, and how it compares with what was measured beside it.

    `ratio` is `ours` by `other`; `bound`: what it must not be above, None where there is none.
    `memory`: MiB; `grows`: the seconds that are to be ten times as many for ten times the work.
    """

    what: str
    ours: str
    other: str
    ratio: float | None = None
    bound: float | None = None
    memory: float | None = None
    grows: float | None = None

    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        bound = "" if self.bound is None else f"{self.bound:g}"
        memory = "" if self.memory is None else f"{self.memory:.0f} MiB"
        verdict = "" if None in (self.ratio, self.bound) else "yes" if self.holds else "**no**"
        return [self.what, self.ours, self.other, ratio, bound, verdict, memory]

    @property
    def holds(self) -> bool:
        return self.ratio is None or self.bound is None or self.ratio <= self.bound


HEAD = ["what", "ours", "beside it", "ratio", "at most", "holds", "our memory"]


def process(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    text: str = "",
    codes: tuple[int, ...] = (0,),
) -> Taken:
    """Run a process to its end. Raises RuntimeError for any other exit code.

    With its bytecode kept, as that of installed programs is.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ) | {"PYTHONDONTWRITEBYTECODE": ""} | dict(environment or {}),
        cwd=ROOT,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(text.encode())
        running.stdin.close()
        said = running.stdout.read()
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if running.returncode not in codes:
        raise RuntimeError(f"{command}: {running.returncode}\n{said.decode()[-2000:]}")
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def settled(work: Callable[[], object]) -> None:
    """Let a process fill the cache: files that were written just now it reads once more."""
    work()
    time.sleep(GRAIN / 1e9)
    work()


def in_turn(rounds: int, **works: Callable[[], Taken]) -> dict[str, Taken]:
    """The median of each work, all of them once a round, so that a busy machine is busy for all."""
    taken: dict[str, list[Taken]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(work())
    return {name: median(found) for name, found in taken.items()}


def median(taken: Sequence[Taken]) -> Taken:
    return Taken(
        statistics.median(one.wall for one in taken),
        statistics.median(one.cpu for one in taken),
        max(one.memory for one in taken),
    )


def timed(work: Callable[[], object]) -> Taken:
    """In this process."""
    cpu, began = time.process_time(), time.perf_counter()
    work()
    return Taken(time.perf_counter() - began, time.process_time() - cpu)


def seconds(taken: Taken) -> str:
    return f"{taken.wall:.2f} s ({taken.cpu:.2f} s CPU)" if taken.cpu else f"{taken.wall:.2f} s"
