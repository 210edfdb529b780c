# SPDX-License-Identifier: GPL-3.0-or-later
"""(f) Many routers in one run, some of which never answer."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import RECONCILE, Line, in_turn, process, seconds, settled
from benchmarks.routers import emulated
from benchmarks.world import ENVIRONMENT, World

TIMEOUT = 5


def measure(routers: int, clients: int, silent: int, rounds: int) -> Iterator[Line]:
    """Beside the same run with all of them alive: at most one timeout and a fifth more."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder, "repository"), routers, clients, timeout=f"{TIMEOUT}s")
        environment = ENVIRONMENT | {"XDG_CACHE_HOME": str(Path(folder, "cache"))}
        plan = [*RECONCILE, "--repo", str(world.root), "plan", "--detailed-exitcode"]
        live = [f"--router={name}" for name in world.routers[: routers - silent]]
        with emulated(world.root, silent=silent) as emulators:
            world.set_ports(emulators.ports)
            settled(partial(process, plan, environment=environment, codes=(3,)))
            taken = in_turn(
                rounds,
                ours=partial(process, plan, environment=environment, codes=(3,)),
                alive=partial(process, [*plan, *live], environment=environment),
            )
    ours, alive = taken["ours"], taken["alive"]
    bound = alive.wall + TIMEOUT
    what = f"{routers} routers x {clients} services, {silent} silent"
    beside = f"the {routers - silent} live ones: {seconds(alive)}, and a timeout of {TIMEOUT} s"
    grows = ours.wall - TIMEOUT if silent else ours.wall  # that is waited once
    yield Line(what, seconds(ours), beside, ours.wall / bound, 1.2, ours.memory, grows)
