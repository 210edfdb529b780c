# SPDX-License-Identifier: GPL-3.0-or-later
"""(b) adds over a slow line, (c) many suspensions, (d) rules in another order."""

import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import peers
from benchmarks.floor import Floor
from benchmarks.measure import RECONCILE, Line, Taken, median, process, seconds, settled, timed
from benchmarks.routers import Routers, emulated
from benchmarks.world import ENVIRONMENT, World
from reconciler.order import Spot, longest_increasing, placements

PYTHON = RECONCILE[0]
ROUND_TRIP = 0.020
SCATTER = 5  # times as many rounds where two whole processes are set against each other


@dataclass(frozen=True)
class Scene:
    """A repository and its router; each measurement begins with a renewed one."""

    folder: Path
    world: World
    routers: Routers

    def apply(self, program: Sequence[str] = RECONCILE) -> Taken:
        command = [*program, "--repo", str(self.world.root), "apply", "--yes"]
        cache = {"XDG_CACHE_HOME": str(self.folder / "cache")}
        return process(command, environment=ENVIRONMENT | cache)

    def turns(self) -> tuple[int, float]:
        """How many round trips one after the other an apply takes, and MiB of memory."""
        file = self.folder / "turns"
        memory = self.apply([PYTHON, "-m", "benchmarks.turns", str(file)]).memory
        return int(file.read_text(encoding="utf-8")), memory


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
            alone, together = Scene(folder, one, few), Scene(folder, many, routers)
            for scene in (alone, together):
                settled(partial(_renewed, scene))
            for number in range(SCATTER * rounds):
                of_one = alone.apply()
                of_many = together.apply()
                cpu = of_many.cpu - of_one.cpu
                ours.append(Taken(of_many.wall - of_one.wall, cpu, of_many.memory))
                few.renew()
                routers.renew()
                floor.append(_floor(routers.ports[0], count))
                routers.renew()
                if number == 0:
                    command = [PYTHON, "-m", "benchmarks.peers", "add"]
                    singly.append(process([*command, str(routers.ports[0]), str(count)]))
                    routers.renew()
            taken, least = median(ours), median(floor)
            our, text = taken.wall, seconds(taken)
            what = f"{count:,} adds at {ROUND_TRIP * 1000:.0f} ms, over what one add costs"
            beside = f"floor: bytes, 2 round trips, the emulator's time: {seconds(least)}"
            yield Line(what, text, beside, our / least.wall, 2.0, taken.memory, our)
            one_by_one = singly[0]
            beside = f"librouteros one by one: {seconds(one_by_one)}"
            yield Line("the same", text, beside, our / one_by_one.wall)
            if with_ansible:
                yield _ansible(folder, routers.ports[0], count, our)


def _renewed(scene: Scene) -> None:
    scene.apply()
    scene.routers.renew()


def _add(place: int) -> list[str]:
    """A row such as an apply of this many clients adds: a secret and a queue by turns."""
    comment = f"=comment=Cliente Número {place} [rc:cliente-{place:06d}/internet]"
    if place % 2:
        return [
            "/queue/simple/add",
            f"=name=floor-{place:06d}",
            f"=target=172.20.{place >> 8}.{place & 255}/32",
            "=max-limit=2000000/10000000",
            "=limit-at=0/0",
            "=priority=8/8",
            comment,
            f".tag={place}",
        ]
    return [
        "/ppp/secret/add",
        f"=name=floor-{place:06d}",
        "=password=sixteen-letters-",
        "=service=pppoe",
        "=profile=default",
        f"=remote-address=172.20.{place >> 8}.{place & 255}",
        "=local-address=192.168.255.1",
        f"=caller-id=02:00:00:00:{place >> 8:02X}:{place & 255:02X}",
        comment,
        f".tag={place}",
    ]


def _floor(port: int, count: int) -> Taken:
    """All sentences at once, and their answers; a round trip before it for what must be read."""
    floor = Floor(port)
    sentences = [_add(place) for place in range(count)]

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
    """Round trips of many suspensions above those of one: counted, so no clock is in it."""
    turns: dict[int, list[int]] = {1: [], count: []}
    memory = 0.0
    with TemporaryDirectory() as name:
        folder = Path(name)
        world = World(folder / "repository", 1, count)
        with emulated(world.root) as routers:
            world.set_ports(routers.ports)
            scene = Scene(folder, world, routers)
            for _ in range(rounds):
                for number, found in turns.items():
                    for place in range(number):
                        world.put(place, suspended=True)
                    taken, held = scene.turns()
                    found.append(taken)
                    memory = max(memory, held)
                    for place in range(number):
                        world.put(place)
                    routers.renew()
    many, one = statistics.median(turns[count]), statistics.median(turns[1])
    what = f"{count} clients suspended: round trips more than one, counted"
    yield Line(what, f"{many:g} round trips", f"one suspension: {one:g}", many - one, 3.0, memory)


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
