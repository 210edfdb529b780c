# SPDX-License-Identifier: GPL-3.0-or-later
"""(e) Files of many clients, read and checked, beside the bare parse of the same bytes.

`python -m benchmarks.files load ROOT [CACHE]`, `… compile ROOT CACHE` and `… parse ROOT` say their
seconds.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from benchmarks.measure import ROOT, Line, Taken, in_turn, seconds, settled, timed
from benchmarks.world import ENVIRONMENT, World
from reconciler.inventory import load
from reconciler.run import Scope, load_repository, make_targets


def measure(count: int, rounds: int) -> Iterator[Line]:
    with TemporaryDirectory() as folder:
        routers = max(1, count // 10_000)
        world = World(Path(folder, "repository"), routers, count // routers)
        root, cache = str(world.root), str(Path(folder, "cache"))
        settled(partial(_ask, "load", root, cache))
        taken = in_turn(
            rounds,
            bare=partial(_ask, "parse", root),
            cold=partial(_ask, "load", root),
            warm=partial(_ask, "load", root, cache),
        )
        bare = taken["bare"]
        beside = f"bare parse, C loader, one core: {seconds(bare)}"
        for name, bound in (("cold", 2.0), ("warm", 0.25)):
            ours = taken[name]
            what = f"{count:,} client files, {name}"
            ratio = ours.wall / bare.wall
            yield Line(what, seconds(ours), beside, ratio, bound, ours.memory, ours.wall)
        ours = _ask("compile", root, cache)
        what = "the same, warm, and compiled for their routers, once"
        yield Line(what, seconds(ours), beside, ours.wall / bare.wall, None, ours.memory)
        yield _changed(world, cache, bare)
        memory = max(taken["cold"].memory, taken["warm"].memory)
        what = f"{count:,} client files: memory in GiB"
        yield Line(what, f"{memory / 1024:.2f} GiB", "a GiB", memory / 1024, 1.5, memory)


def _changed(world: World, cache: str, bare: Taken) -> Line:
    file = world.file(world.clients // 2)
    file.write_text(file.read_text(encoding="utf-8") + "notes: changed\n", encoding="utf-8")
    ours = _ask("load", str(world.root), cache)
    what, beside = "the same, one of them changed, once", f"bare parse: {seconds(bare)}"
    return Line(what, seconds(ours), beside, ours.wall / bare.wall, None, ours.memory)


def _ask(*words: str) -> Taken:
    command = [sys.executable, "-m", "benchmarks.files", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return Taken(**json.loads(said.stdout))


def compiled(root: Path, cache: Path | None) -> list[object]:
    """What every router of a repository must hold."""
    targets = make_targets(load_repository(root, ENVIRONMENT, cache), Scope())
    return [target.wanted for target in targets]


def main() -> None:
    what, root, *cache = sys.argv[1:]
    if what == "parse":
        data = [file.read_bytes() for file in sorted(Path(root).rglob("*.yaml"))]

        def parse() -> None:
            for one in data:
                yaml.load(one, Loader=yaml.CSafeLoader)

        taken = timed(parse)
    else:
        work = compiled if what == "compile" else load
        kept: list[object] = []
        taken = timed(lambda: kept.append(work(Path(root), Path(cache[0]) if cache else None)))
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    cpu = taken.cpu + children.ru_utime + children.ru_stime
    memory = max(own.ru_maxrss, children.ru_maxrss) / 1024
    print(json.dumps({"wall": taken.wall, "cpu": cpu, "memory": memory}))


if __name__ == "__main__":
    main()
