# SPDX-License-Identifier: GPL-3.0-or-later
"""`make faults`: every fault at every write; a line for each kind, and 1 where one did not hold."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from faults.matrix import FAULTS, WAVE_FAULTS, Case, run_case
from faults.ridge import open_ridge
from faults.scene import Scene, open_scene


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name holds this")
    parser.add_argument("--writes", help="numbers of writes instead of all, such as 1,17")
    options = parser.parse_args()
    writes = [int(n) for n in (options.writes or "").split(",") if n]
    run = held = 0
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder)) as scene:
        print(f"An apply of {scene.changes} changes in {scene.writes} writes.")
        for fault in [name for name in FAULTS if options.only in name]:
            cases, good = _all_cases(scene, fault, writes, fault)
            run, held = run + cases, held + good
    with tempfile.TemporaryDirectory() as folder, open_ridge(Path(folder)) as ridge:
        print(f"Three routers in waves; the canary gets {ridge.writes} writes.")
        for fault in [name for name in WAVE_FAULTS if options.only in name]:
            cases, good = _all_cases(ridge, fault, writes, f"canary: {fault}")
            run, held = run + cases, held + good
    print(f"{'all':40} {run:4} cases, {held:4} held")
    return 1 if held < run else 0


def _all_cases(scene: Scene, fault: str, writes: list[int], title: str) -> tuple[int, int]:
    """Cases that were run, and of these how many held."""
    begun = time.monotonic()
    cases = [Case(fault, write) for write in writes or scene.numbers]
    results = [run_case(scene, case) for case in cases]
    held = sum(not found for found in results)
    seconds = time.monotonic() - begun
    print(f"{title:40} {len(cases):4} cases, {held:4} held  ({seconds:.0f} s)", flush=True)
    for found in results:
        for one in found:
            print(f"  {one}", file=sys.stderr, flush=True)
    return len(cases), held


if __name__ == "__main__":
    sys.exit(main())
