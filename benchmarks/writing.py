# SPDX-License-Identifier: GPL-3.0-or-later
"""(b) adds over a slow line, (c) many suspensions, (d) rules in another order."""

import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import peers
from benchmarks.floor import Floor
from benchmarks.measure import RECONCILE, Line, Taken, process, seconds, timed
from benchmarks.routers import Routers, emulated
from benchmarks.world import ENVIRONMENT, World
from reconciler.order import Spot, longest_increasing, placements

PYTHON = RECONCILE[0]
ROUND_TRIP = 0.020
_LONG_TRIP = 0.200


@dataclass(frozen=True)
class Scene:
    """A repository and its router; each measurement begins with a renewed one."""

    folder: Path
    world: World
    routers: Routers

    def apply(self) -> Taken:
        command = [*RECONCILE, "--repo", str(self.world.root), "apply", "--yes"]
        cache = {"XDG_CACHE_HOME": str(self.folder / "cache")}
        return process(command, environment=ENVIRONMENT | cache)


def adds(count: int, rounds: int, *, with_ansible: bool) -> Iterator[Line]:
    """Of an apply of `count` clients, what is above an apply of one."""
    ours, floor, singly = [], [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        one = World(folder / "one", 1, 1)
        many = World(folder / "many", 1, count)
        with emulated(one.root, empty=True) as few, emulated(many.root, empty=True) as routers:
            for world, here in ((one, few), (many, routers)):
                world.set_ports(here.ports)
                here.latency(ROUND_TRIP / 2)
            for number in range(rounds):
                of_one = Scene(folder, one, few).apply()
                of_many = Scene(folder, many, routers).apply()
                ours.append(Taken(of_many.wall - of_one.wall, 0, of_many.memory))
                few.renew()
                routers.renew()
                floor.append(_floor(routers.ports[0], count, number))
                routers.renew()
                if number == 0:
                    command = [PYTHON, "-m", "benchmarks.peers", "add"]
                    singly.append(process([*command, str(routers.ports[0]), str(count)]))
                    routers.renew()
            our = statistics.median(one.wall for one in ours)
            least = statistics.median(one.wall for one in floor)
            memory = max(one.memory for one in ours)
            what = f"{count:,} adds at {ROUND_TRIP * 1000:.0f} ms, over what one add costs"
            text = f"{our:.2f} s"
            beside = f"floor: bytes, 2 round trips, the emulator's time: {least:.2f} s"
            yield Line(what, text, beside, our / least, 2.0, memory)
            one_by_one = singly[0]
            beside = f"librouteros one by one: {seconds(one_by_one)}"
            yield Line("the same", text, beside, our / one_by_one.wall)
            if with_ansible:
                yield _ansible(folder, routers.ports[0], count, our)


def _floor(port: int, count: int, number: int) -> Taken:
    """All sentences at once, and their answers; a round trip before it for what must be read."""
    floor = Floor(port)
    sentences = [
        [
            "/queue/simple/add",
            f"=name=floor-{number}-{place}",
            f"=target=172.20.{place >> 8}.{place & 255}/32",
            "=max-limit=2000000/10000000",
            "=limit-at=0/0",
            "=priority=8/8",
            f"=comment=Cliente Número {place} [rc:cliente-{place:06d}/internet]",
            f".tag={place}",
        ]
        for place in range(count)
    ]

    def work() -> None:
        floor.ask([["/system/resource/print", "=.proplist=version"]])
        floor.ask(sentences)

    return timed(work)


def _ansible(folder: Path, port: int, count: int, ours: float) -> Line:
    what = "the same, beside api_modify"
    rows = [
        {"name": f"peer-{number}", "target": f"172.16.{number >> 8}.{number & 255}/32"}
        for number in range(count)
    ]
    command = peers.ansible(folder, port, {"/queue/simple": rows})
    if command is None:
        return Line(what, f"{ours:.2f} s", "not measured: `make foreign` installs Ansible")
    taken = process(command, environment=peers.ansible_environment(folder))
    beside = f"api_modify, once: {seconds(taken)}"
    return Line(what, f"{ours:.2f} s", beside, ours / taken.wall, 0.05)


def suspensions(count: int, rounds: int) -> Iterator[Line]:
    """Round trips of many suspensions above those of one, by the time that they take."""
    taken: dict[int, list[Taken]] = {1: [], count: []}
    with TemporaryDirectory() as name:
        folder = Path(name)
        world = World(folder / "repository", 1, count)
        with emulated(world.root) as routers:
            world.set_ports(routers.ports)
            scene = Scene(folder, world, routers)
            for _ in range(rounds):
                for number, found in taken.items():
                    # What the router and this machine need for it is taken off: only trips count.
                    times = []
                    for trip in (0.0, _LONG_TRIP):
                        for place in range(number):
                            world.put(place, suspended=True)
                        routers.latency(trip / 2)
                        times.append(scene.apply())
                        for place in range(number):
                            world.put(place)
                        routers.latency(0)
                        routers.renew()
                    found.append(Taken(times[1].wall - times[0].wall, 0, times[1].memory))
    trips = {
        number: statistics.median(one.wall for one in found) / _LONG_TRIP
        for number, found in taken.items()
    }
    more = trips[count] - trips[1]
    memory = max(one.memory for one in taken[count])
    ours, other = f"{trips[count]:.1f} round trips", f"one suspension: {trips[1]:.1f} round trips"
    what = f"{count} clients suspended: round trips more than one"
    yield Line(what, ours, other, more, 3.0, memory)


def rules(count: int) -> Iterator[Line]:
    """Rules in any order: moves beside the fewest that can do it, and the time to find them."""
    order = list(range(count))
    random.Random(7).shuffle(order)
    table = [{".id": f"*{number:X}", "chain": "forward"} for number in order]
    spots = [Spot(f"rule-{number}", f"*{number:X}") for number in range(count)]
    moves = placements(spots, table, "forward")
    fewest = count - len(longest_increasing(order))
    what = f"{count:,} rules in any order: moves"
    ratio = len(moves) / fewest
    yield Line(what, str(len(moves)), f"the fewest: {fewest}", ratio, 1.0)
    taken = timed(partial(placements, spots, table, "forward"))
    yield Line("the same: seconds to find them", seconds(taken), "a second", taken.wall, 1.0)
