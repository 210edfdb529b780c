# SPDX-License-Identifier: GPL-3.0-or-later
"""The notice list on a router: computed at plan time, shown apart, never drift."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import World

from reconciler.emulator import Device

ZONE = {
    "id": "norte",
    "router": "tower",
    "addresses": ["10.60.0.0/16"],
    "billing": {
        "start": "2026-06-20",
        "issue_day": 25,
        "notice_day": 28,
        "due_day": 1,
        "cut_day": 5,
    },
}
PLAN = {"id": "p10", "mode": "simple-queue", "download": "10M", "upload": "2M", "price": "350.00"}
SETTINGS = {
    "format": 1,
    "currency": "MXN",
    "timezone": "UTC",
    "secrets": {"key": {"env": "RECONCILE_KEY"}},
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two clients on a router, with the invoices of July in the ledger."""
    with World(tmp_path / "repo") as one:
        one.serve("tower", Device(version="7.22.3", identity="tower"))
        one.write("reconcile.yaml", SETTINGS)
        one.write("inventory/zones/norte.yaml", ZONE)
        one.write("plans/p10.yaml", PLAN)
        for host, name in ((2, "ana"), (3, "bea")):
            service = {"plan": "p10", "since": "2026-01-01", "address": f"10.60.0.{host}"}
            client = {"id": name, "name": name, "zone": "norte", "services": [service]}
            one.write(f"inventory/clients/{name}.yaml", client)
        assert one.run("billing", "issue", "--on", "2026-06-25", "--allow-branch").code == 0
        assert one.run("apply", "--yes", "--on", "2026-06-27").code == 0
        yield one


def plan_on(world: World, day: str) -> Any:
    return json.loads(world.run("plan", "--on", day, "--format", "json").out)


def noticed(world: World) -> list[str]:
    rows = world.device("tower").snapshot().get("/ip/firewall/address-list", [])
    return sorted(row["address"] for row in rows if row["list"] == "rc-notice")


def test_the_list_follows_the_date_and_the_payments(world: World) -> None:
    assert noticed(world) == []
    before, after = plan_on(world, "2026-06-27"), plan_on(world, "2026-06-28")
    assert (before["notices"], before["changes"]) == ([], [])
    assert [one["key"]["address"] for one in after["notices"]] == ["10.60.0.2", "10.60.0.3"]
    assert after["changes"] == []
    assert after["fingerprint"] == before["fingerprint"]
    assert world.run("apply", "--yes", "--on", "2026-06-28").code == 0
    assert noticed(world) == ["10.60.0.2", "10.60.0.3"]
    paid = world.run("billing", "pay", "ana", "350.00", "--on", "2026-06-29")
    assert paid.code == 0, paid.text
    (gone,) = plan_on(world, "2026-06-29")["notices"]
    assert (gone["action"], gone["key"]["address"]) == ("remove", "10.60.0.2")
    assert world.run("apply", "--yes", "--on", "2026-06-29").code == 0
    assert noticed(world) == ["10.60.0.3"]


def test_who_is_reminded_is_never_drift(world: World) -> None:
    assert world.run("apply", "--yes", "--on", "2026-06-28").code == 0
    assert world.run("drift", "--on", "2026-06-28").code == 0
    assert world.run("drift", "--on", "2026-06-27").code == 0


def test_a_broken_ledger_stops_a_plan_that_needs_it(world: World) -> None:
    (world.root / "ledger/payments").mkdir()
    (world.root / "ledger/payments/2026-06.csv").write_text("date;client\n", encoding="utf-8")
    done = world.run("plan")
    assert done.code == 1
    assert "Columns are separated by commas here, not by semicolons" in done.text
