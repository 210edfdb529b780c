# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty repository, a router that somebody ran by hand, and what import makes of it."""

import json
import re
from pathlib import Path
from typing import Any

from end_to_end.world import Ran, Snapshot, World, is_ours

from reconciler.emulator import Device
from reconciler.yamlfile import parse

SETTINGS = "format: 1\nsecrets: {key: {env: RECONCILE_KEY}, allow_plain: true}\n"


def new_repository(root: Path, settings: str = SETTINGS) -> World:
    (root / "reconcile.yaml").write_text(settings, encoding="utf-8")
    return World(root)


def import_all(world: World, *options: str, router: str = "rb") -> Ran:
    ran = world.run("import", router, "--write", "--on", "2026-11-05", *options)
    assert ran.code == 0, ran.text
    checked = world.run("validate")
    assert checked.code == 0, checked.text
    return ran


def plan_json(world: World, *options: str) -> dict[str, Any]:
    ran = world.run("plan", "--format", "json", *options)
    assert ran.code == 0, ran.text
    result: dict[str, Any] = json.loads(ran.out)
    return result


def assert_marks_only(plan: dict[str, Any]) -> None:
    logins = {one["source"]["id"] for one in plan["changes"] if one["path"] == "/ppp/secret"}
    for change in plan["changes"]:
        assert change["action"] == "adopt", change
        assert set(change["after"]) == {"comment"}, change
        before, after = change["before"]["comment"], change["after"]["comment"]
        assert re.search(r"\[rc:[^\[\]]+\]$", after), change
        assert (
            before in ("", None) or after.startswith(f"{before} [rc:") or _is_second(change, logins)
        )
    assert plan["summary"]["sessions"] == 0
    assert plan["sessions"] == []


def _is_second(change: dict[str, Any], logins: set[str]) -> bool:
    """A client has one label: list entries, bindings and the queue of a login give way to it."""
    if change["path"] == "/queue/simple":
        return change["source"]["id"] in logins
    return change["path"] in ("/ip/firewall/address-list", "/ip/arp")


def adopt(world: World) -> None:
    """Import has been; now the marks, and then nothing is left to do."""
    assert_marks_only(plan_json(world, "--adopt"))
    applied = world.run("apply", "--adopt", "--yes")
    assert applied.code == 0, applied.text
    assert plan_json(world)["changes"] == []


def without_marks(snapshot: Snapshot) -> Snapshot:
    """All that decides what a router does: comments and our state row aside."""
    left: Snapshot = {}
    for path, rows in snapshot.items():
        kept = [row for row in rows if row.get("list") not in ("rc-state", "rc-lease")]
        left[path] = [{k: v for k, v in row.items() if k != "comment"} for row in kept]
    return {path: rows for path, rows in left.items() if rows}


def files(world: World) -> dict[str, dict[str, Any]]:
    """Every client's file by id."""
    found = {}
    for path in (world.root / "inventory/clients").rglob("*.yaml"):
        found[path.stem] = content(path)
    return found


def plans(world: World) -> dict[str, dict[str, Any]]:
    return {path.stem: content(path) for path in (world.root / "plans").glob("*.yaml")}


def content(path: Path) -> dict[str, Any]:
    document, problems = parse(path.read_bytes(), str(path))
    assert document is not None, problems
    return document.value


def service(world: World, client: str) -> dict[str, Any]:
    found: dict[str, Any] = files(world)[client]["services"][0]
    return found


def marks(device: Device) -> set[str]:
    """The comments of all rows that are ours now."""
    return {
        row["comment"]
        for path, rows in device.snapshot().items()
        for row in rows
        if is_ours(path, row) and "comment" in row
    }
