# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of lists whose packets are marked for a PCQ queue, as clients of PCQ plans.

The lists, types, marks and trees stay the operator's (`shaping: external`). Imports kinds, normal
and its neighbours.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

from reconciler.adopt.found import Found
from reconciler.adopt.scene import Scene
from reconciler.adopt.shapes import NotSaid, pcq_rates
from reconciler.kinds import ADDRESS_LIST, MANGLE, QUEUE_TREE, QUEUE_TYPE
from reconciler.marks import Row, is_disabled
from reconciler.normal import format_rate

PATH = ADDRESS_LIST.path


def plan_lists(scene: Scene) -> dict[str, dict[str, Any]]:
    """List -> what its plan says, for every list whose members' packets end in a PCQ queue."""
    trees = {
        row["packet-mark"]: row
        for row in scene.facts.rows(QUEUE_TREE.path)
        if row.get("packet-mark") and not is_disabled(row)
    }
    types = {row["name"]: row for row in scene.facts.rows(QUEUE_TYPE.path) if "name" in row}
    lists: dict[str, dict[str, Any]] = {}
    for rule in scene.facts.rows(MANGLE.path):
        mark = rule.get("new-packet-mark", "")
        if rule.get("action") != "mark-packet" or is_disabled(rule):
            continue
        queue_type = types.get(trees.get(mark, {}).get("queue", ""), {})
        if queue_type.get("kind") != "pcq":
            continue
        for field, way in (("dst-address-list", "download"), ("src-address-list", "upload")):
            name = rule.get(field, "")
            if name and not name.startswith("!"):
                ways = lists.setdefault(name, {})
                ways[way] = queue_type
    return {name: _plan(name, ways) for name, ways in lists.items()}


def _plan(name: str, ways: dict[str, Row]) -> dict[str, Any]:
    plan: dict[str, Any] = {"mode": "pcq", "shaping": "external", "list": name}
    found = {way: pcq_rates(row) for way, row in ways.items()}
    if set(found) != {"download", "upload"} or "0" in {one["rate"] for one in found.values()}:
        return plan
    plan |= {way: format_rate(int(rates["rate"])) for way, rates in found.items()}
    down, up = found["download"], found["upload"]
    if "burst" in down and "burst" in up and down["time"] == up["time"]:
        plan["burst"] = {
            **{way: format_rate(int(one["burst"])) for way, one in found.items()},
            "threshold": {way: format_rate(int(one["threshold"])) for way, one in found.items()},
            "time": down["time"],
        }
    return plan


def find_members(scene: Scene) -> Iterator[Found]:
    """Host addresses in the plans' lists."""
    lists = plan_lists(scene)

    def recognise(row: Row) -> Found:
        text = row.get("address", "")
        try:
            address = IPv4Address(text)
        except ValueError:
            raise NotSaid("a member of a plan's list that is no host address") from None
        scene.claim(f"{row['list']} {text}", [address])
        service: dict[str, Any] = {"address": address, **scene.binding_of(address)}
        return scene.found(row, PATH, row.get("comment") or text, dict(lists[row["list"]]), service)

    return scene.recognised(ADDRESS_LIST, recognise, lists)
