# SPDX-License-Identifier: GPL-3.0-or-later
"""The example company on two emulated routers, edits to its files, and what a router says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from end_to_end.world import NAMED, World, copy_example

from reconciler.data import demo_export
from reconciler.emulator import Clock, Device
from reconciler.executor import Local
from reconciler.executor.questions import Inverse
from reconciler.fleet import Fleet
from reconciler.planning import RouterPlan
from reconciler.run import Scope, make_targets
from reconciler.survey import Actual
from reconciler.undo import Keeper, Seal, UndoFile, read_undo, undo_plan
from reconciler.work import Target, Work

ROUTERS = ("rb-norte", "rb-sur")
LOOSE = tuple("--allow-removals 99 --allow-changes 99 --allow-cuts 99 --allow-sessions 99".split())
_CONNECTION = ("host", "port", "tls", "username", "password", "id")
# Where the first row that fits counts.
_IN_ORDER = ("/queue/simple",)
_CHAINS = (
    "/ip/firewall/mangle",
    "/ip/firewall/filter",
    "/ip/firewall/nat",
    "/ipv6/firewall/filter",
)
# What says the same as nothing, and stands there once it was written.
_UNSET = {"", "none", "0.0.0.0", "00:00:00:00:00:00"}
_OWN = {".id", "creation-time", "next-run", "run-count", "owner"}


class Text(yaml.SafeLoader):
    """Every scalar is text."""


Text.yaml_implicit_resolvers = {}


def build(root: Path) -> World:
    """Both routers as they were before reconcile came, with clocks that tests move."""
    copy_example(root)
    world = World(root)
    for name in ROUTERS:
        device = Device(version=None, identity=name, clock=Clock.frozen())
        device.load_rsc(demo_export(name).read_bytes())
        fields = read(world, f"inventory/routers/{name}.yaml")
        world.serve(name, device, **{k: v for k, v in fields.items() if k not in _CONNECTION})
    return world


def read(world: World, file: str) -> dict[str, Any]:
    data = yaml.load((world.root / file).read_text(encoding="utf-8"), Text)
    assert isinstance(data, dict)
    return data


def edit(world: World, file: str, **fields: object) -> None:
    """Set keys of a file; of a client, keys of its first service."""
    data = read(world, file)
    (data["services"][0] if "services" in data else data).update(fields)
    world.write(file, data)


def client(zone: str, name: str) -> str:
    return f"inventory/clients/{zone}/{name}.yaml"


def change_everything(world: World) -> None:
    """Edits that set, move, remove and add, secrets and rules among them."""
    edit(world, client("norte", "luis-mora"), plan="hogar-10")
    edit(world, client("norte", "ana-lopez"), password={"derived": "2"})
    edit(
        world,
        client("norte", "maria-nunez"),
        status="suspended",
        suspended={"since": "2026-11-05", "cause": "debt"},
    )
    edit(world, client("centro", "lucia-munoz"), password={"derived": "2"})
    for zone, name in (("norte", "itzel-xool"), ("centro", "rosa-angeles")):
        (world.root / client(zone, name)).unlink()
    edit(world, "plans/rural-6.yaml", download="7M")
    edit(world, "inventory/routers/rb-norte.yaml", allowed=["203.0.113.7"], binding="none")
    norte = world.device("rb-norte")
    rules = [row for row in norte.rows("/ip/firewall/filter") if row["chain"] == "rc-forward"]
    norte.move("/ip/firewall/filter", rules[0][".id"])
    jump = marked(norte, "/ip/firewall/filter", "router/jump-forward")
    norte.move("/ip/firewall/filter", jump[".id"])
    norte.remove("/ip/firewall/filter", rules[2][".id"])
    norte.set("/ip/firewall/filter", rules[3][".id"], protocol="udp", dst_port="5353")


def marked(device: Device, path: str, mark: str) -> dict[str, str]:
    (row,) = (row for row in device.rows(path) if row.get("comment", "").endswith(f"[rc:{mark}]"))
    return row


def contents(device: Device) -> dict[str, Any]:
    """What people put on a router, in its order where order counts, without `.id`s."""
    found: dict[str, Any] = {}
    for path, rows in device.snapshot().items():
        plain = [
            {name: text for name, text in row.items() if name not in _OWN and text not in _UNSET}
            for row in rows
            if row.get("list") not in ("rc-lease", "rc-state") and row.get("dynamic") != "true"
        ]
        if path in _CHAINS:
            chains: dict[str, list[dict[str, str]]] = {}
            for row in plain:
                chains.setdefault(row["chain"], []).append(row)
            found[path] = chains
        elif path in _IN_ORDER:
            found[path] = plain
        else:
            found[path] = sorted(plain, key=lambda row: json.dumps(row, sort_keys=True))
    return {path: rows for path, rows in found.items() if rows}


def differences(device: Device, before: dict[str, Any]) -> list[str]:
    """What a router holds otherwise than before, menu by menu, for an assertion that shows it."""
    now, found = contents(device), []
    for path in sorted({*now, *before}):
        if now.get(path) != before.get(path):
            old, new = _flat(before.get(path)), _flat(now.get(path))
            found += [f"{path} lost {row}" for row in old if row not in new]
            found += [f"{path} won {row}" for row in new if row not in old]
            found += [f"{path} has another order"] * (sorted(old) == sorted(new))
    return found


def _flat(rows: Any) -> list[str]:
    if isinstance(rows, dict):
        return [str(row) for chain in rows.values() for row in chain]
    return [str(row) for row in rows or []]


def without_copies(device: Device) -> None:
    """Take extra copies of our rules off, which no undo brings back."""
    for path in _CHAINS:
        seen: set[str] = set()
        for row in device.rows(path):
            mark = row.get("comment", "").partition("[rc:")[2]
            if mark and mark in seen:
                device.remove(path, row[".id"])
            seen.add(mark)


def secrets_on(device: Device) -> set[str]:
    paths = ("/ppp/secret", "/ip/hotspot/user")
    return {row["password"] for path in paths for row in device.rows(path) if row.get("password")}


# -- in process ------------------------------------------------------------------


def seal_of(world: World) -> Seal:
    return Seal(world.load().secrets.key)


def apply_kept(world: World, run: str, adopt: bool = False) -> list[Work]:
    """An apply that keeps its inverse, as the command makes it."""
    with Local(make_targets(world.load(), Scope(), adopt=adopt), seal_of(world)) as fleet:
        fleet.survey()
        inverse = fleet.ask(Inverse(run, None))
        Keeper(world.root, run, "2026-11-21T00:00:00+00:00", None).keep(inverse)
        fleet.apply()
        return fleet.works


def undo(world: World, run: str) -> list[Work]:
    """Take a run back; one that changed nothing kept nothing."""
    if not (world.root / f".reconcile/undo/{run}.json").exists():
        return []
    kept = read_undo(world.root, run, seal_of(world))
    with Fleet(_targets(world, kept), plan=_planner(kept)) as fleet:
        fleet.survey()
        fleet.apply()
        return fleet.works


def _targets(world: World, kept: UndoFile) -> list[Target]:
    return make_targets(world.load(), Scope(tuple(kept.routers)))


class _planner:
    def __init__(self, kept: UndoFile) -> None:
        self._kept = kept

    def __call__(self, target: Target, actual: Actual) -> RouterPlan:
        return undo_plan(target, actual, self._kept.routers[target.router.id])


def undo_files(world: World) -> list[Path]:
    return sorted((world.root / ".reconcile/undo").glob("*.json"))


def names_of(rows: list[Mapping[str, str]]) -> list[str]:
    return [row["name"] for row in rows]


__all__ = [
    "LOOSE",
    "NAMED",
    "ROUTERS",
    "apply_kept",
    "build",
    "change_everything",
    "client",
    "contents",
    "differences",
    "edit",
    "marked",
    "secrets_on",
    "undo",
    "undo_files",
    "without_copies",
]
