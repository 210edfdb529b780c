# SPDX-License-Identifier: GPL-3.0-or-later
"""(a) A plan that changes nothing: the whole process beside a plain read, the floor, api_modify."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import peers
from benchmarks.measure import RECONCILE, Line, Taken, in_turn, process, seconds, settled
from benchmarks.routers import emulated
from benchmarks.world import ENVIRONMENT, World, address, client_id
from reconciler.kinds import KINDS

PYTHON = RECONCILE[0]
MENUS = ("/queue/simple", "/ppp/secret")


def measure(rows: int, rounds: int, *, with_ansible: bool) -> Iterator[Line]:
    with TemporaryDirectory() as folder:
        world = World(Path(folder, "repository"), 1, rows)
        environment = ENVIRONMENT | {"XDG_CACHE_HOME": str(Path(folder, "cache"))}
        plan = [*RECONCILE, "--repo", str(world.root), "plan", "--detailed-exitcode"]
        with emulated(world.root) as routers:
            world.set_ports(routers.ports)
            (port,) = map(str, routers.ports)
            settled(partial(process, plan, environment=environment))
            taken = in_turn(
                rounds,
                ours=partial(process, plan, environment=environment),
                plain=partial(process, [PYTHON, "-m", "benchmarks.peers", "read", port, *MENUS]),
                floor=partial(process, [PYTHON, "-m", "benchmarks.floor", port], text=_prints()),
            )
            ours = taken["ours"]
            yield _line(f"no-change plan of {rows:,} rows, whole process", ours,
                        "librouteros reads the same menus", taken["plain"], 1.0)  # fmt: skip
            yield _line("the same", ours, "floor: the same bytes, split", taken["floor"], None)
            if with_ansible:
                yield _ansible(Path(folder), routers.ports[0], rows, ours)


def _prints() -> str:
    """What a plan asks for: the menus and fields that are compared."""
    prints = [
        "\t".join([f"{kind.path}/print", f"=.proplist={','.join(kind.print_fields)}", *kind.where])
        for kind in KINDS
    ]
    return "\n".join(prints) + "\n"


def _line(what: str, ours: Taken, beside: str, other: Taken, bound: float | None) -> Line:
    ratio = ours.wall / other.wall
    grows = ours.wall if bound == 1.0 else None
    text = f"{beside}: {seconds(other)}"
    return Line(what, seconds(ours), text, ratio, bound, ours.memory, grows)


def _ansible(folder: Path, port: int, rows: int, ours: Taken) -> Line:
    what = "the same, beside api_modify"
    menus: dict[str, list[dict[str, str]]] = {menu: [] for menu in MENUS}
    for number in range(rows):
        name = client_id(number)
        if number % 2:
            menus[MENUS[0]].append(
                {
                    "name": name,
                    "target": f"{address(number + 2)}/32",
                    "max-limit": "2000000/10000000",
                    "comment": f"Cliente Número {number} [rc:{name}/internet]",
                }
            )
        else:  # it knows no comment of secrets
            menus[MENUS[1]].append({"name": name, "remote-address": address(number + 2)})
    command = peers.ansible(folder, port, menus)
    if command is None:
        return Line(what, seconds(ours), "not measured: `make foreign` installs Ansible")
    taken = process(command, environment=peers.ansible_environment(folder))
    return _line(what, ours, "api_modify, once", taken, 0.2)
