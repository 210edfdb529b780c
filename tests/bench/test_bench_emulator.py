# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of the emulator runs; what it measures is for people to read."""

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks/emulator.py"


def test_it_prints_a_row_for_each_measurement() -> None:
    ran = subprocess.run(
        [sys.executable, SCRIPT, "--rows", "50", "--adds", "130", "--rounds", "2"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    head, _, *rows = ran.stdout.splitlines()
    assert head == "| what | median | emulator's CPU | its share | client's CPU | range |"
    names = [row.split("|")[1].strip() for row in rows]
    assert names == [
        "print 50 queues, every property",
        "print 50 secrets, six properties",
        "add 130 queues, 64 at a time",
        "add 130 list entries, 64 at a time",
        "librouteros reads 50 secrets, three properties",
    ]
    figures = r" \d+\.\d\d s \| \d+\.\d\d s \| \d+% \| \d+\.\d\d s \| \d+\.\d\d-\d+\.\d\d s \|"
    assert all(re.search(figures, row) for row in rows)
