# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks run, and say plainly where a bound does not hold."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure import HEAD, Line, Taken, in_turn, process

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_run_prints_the_table() -> None:
    words = ["--only", "ad", "--scale", "0.002", "--rounds", "1", "--no-ansible"]
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr  # whether bounds hold depends on the machine
    machine, _, head, _, *rows = ran.stdout.splitlines()
    assert "cores" in machine
    assert "load of the machine" in machine
    assert [cell.strip() for cell in head.strip("|").split("|")] == HEAD
    whats = [row.split("|")[1].strip() for row in rows]
    assert whats == [
        "(a) no-change plan of 40 rows, whole process",
        "(a) the same",
        "(d) 3 rules in any order: moves",
        "(d) the same: seconds to find them",
    ]


@pytest.mark.parametrize(("ratio", "verdict"), [(0.99, "yes"), (1.0, "yes"), (1.01, "**no**")])
def test_a_bound_that_does_not_hold_is_said(ratio: float, verdict: str) -> None:
    line = Line("what", "1 s", "2 s", ratio, 1.0)
    assert line.cells()[5] == verdict
    assert line.holds == (verdict == "yes")


def test_works_are_measured_in_turn_and_the_median_is_given() -> None:
    order: list[str] = []
    walls = {"one": [3.0, 1.0, 2.0], "other": [9.0, 7.0, 8.0]}

    def work(name: str) -> Taken:
        order.append(name)
        return Taken(walls[name].pop(0), memory=walls[name][0] if walls[name] else 0)

    found = in_turn(3, one=lambda: work("one"), other=lambda: work("other"))
    assert order == ["one", "other"] * 3
    assert (found["one"].wall, found["other"].wall) == (2.0, 8.0)
    assert found["one"].memory == 2.0


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="out of the ordinary"):
        process([sys.executable, "-c", "raise SystemExit('out of the ordinary')"])
    assert process([sys.executable, "-c", "pass"]).memory > 1
