# SPDX-License-Identifier: GPL-3.0-or-later
"""`make faults`: every fault at every write; a line for each kind, and 1 where one did not hold."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from faults.matrix import FAULTS, Case, run_case
from faults.scene import open_scene


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name holds this")
    parser.add_argument("--writes", help="numbers of writes instead of all, such as 1,17")
    options = parser.parse_args()
    failures = run = 0
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder)) as scene:
        writes = [int(n) for n in (options.writes or "").split(",") if n]
        numbers = writes or range(1, scene.writes + 1)
        print(f"An apply of {scene.changes} changes in {scene.writes} writes.")
        for fault in [name for name in FAULTS if options.only in name]:
            begun = time.monotonic()
            cases = [Case(fault, write) for write in numbers]
            results = [run_case(scene, case) for case in cases]
            held = sum(not found for found in results)
            seconds = time.monotonic() - begun
            print(f"{fault:34} {len(cases):4} cases, {held:4} held  ({seconds:.0f} s)", flush=True)
            for found in results:
                for one in found:
                    print(f"  {one}", file=sys.stderr, flush=True)
            run, failures = run + len(cases), failures + len(cases) - held
    print(f"{'all':34} {run:4} cases, {run - failures:4} held")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
