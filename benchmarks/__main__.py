# SPDX-License-Identifier: GPL-3.0-or-later
"""Run all measurements and print a table: `python -m benchmarks --help`."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks import billing, files, fleet, reading, writing
from benchmarks.measure import HEAD, Line
from reconciler import __version__

Measurement = Callable[[], Iterator[Line]]
GROWING = "abefi"  # (c) and (d) are counts


def measurements(scale: float, rounds: int, *, with_ansible: bool) -> dict[str, Measurement]:
    """By letter; `scale` 1 is the size that the bounds are for."""

    def sized(count: int) -> int:
        return max(1, int(count * scale))

    return {
        "a": partial(reading.measure, sized(20_000), rounds, with_ansible=with_ansible),
        "b": partial(writing.adds, sized(1_000), rounds, with_ansible=with_ansible),
        "c": partial(writing.suspensions, sized(400), rounds),
        "d": partial(writing.rules, sized(1_500)),
        "e": partial(files.measure, sized(100_000), rounds),
        "f": partial(fleet.measure, sized(200), 500, sized(10), rounds),
        "i": partial(billing.measure, sized(100_000), rounds),
    }


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    cores = len(os.sched_getaffinity(0))
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"reconcile {__version__}, {datetime.now(UTC):%Y-%m-%d}, {cores} cores of {model},"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()};"
        f" load of the machine at the start: {load}"
    )


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="abcdefi", help="letters of measurements")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="1: full size")
    parser.add_argument("--growth", action="store_true", help="(h): a tenth of each first")
    parser.add_argument("--no-ansible", action="store_true")
    options = parser.parse_args(words)
    print(f"{machine()}; medians of {options.rounds} rounds.\n")
    print(row(HEAD))
    print(row(["---"] * len(HEAD)), flush=True)
    full = measurements(options.scale, options.rounds, with_ansible=not options.no_ansible)
    tenth = measurements(options.scale / 10, options.rounds, with_ansible=False)
    holds = True
    for letter in options.only:
        before = list(tenth[letter]()) if options.growth and letter in GROWING else []
        for line in _with_growth(full[letter](), before):
            holds = holds and line.holds
            mark = "" if line.what.startswith("(h)") else f"({letter}) "
            print(row(replace(line, what=mark + line.what).cells()), flush=True)
    return 0 if holds else 1


def _with_growth(full: Iterator[Line], before: Sequence[Line]) -> Iterator[Line]:
    """Each line, and behind it how it grew: ten times the work beside ten times a tenth's time."""
    for place, large in enumerate(full):
        yield large
        one = before[place].grows if place < len(before) else None
        if large.grows and one:
            beside = f"ten times that of a tenth: {10 * one:.2f} s"
            what, ours = f"(h) {large.what}", f"{large.grows:.2f} s"
            yield Line(what, ours, beside, large.grows / (10 * one), 1.2)


if __name__ == "__main__":
    sys.exit(main())
