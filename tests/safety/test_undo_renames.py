# SPDX-License-Identifier: GPL-3.0-or-later
"""An apply that renames a profile and is lost right then can be undone: who uses it follows."""

from pathlib import Path

import pytest
from end_to_end.world import World, assert_applied
from safety.valley import apply_kept, contents, differences, undo

from reconciler.emulator import Device


@pytest.mark.parametrize("cut_at", [1, 2, 3])
@pytest.mark.parametrize("done", [True, False])
def test_a_renamed_profile_is_undone_wherever_the_run_was_cut(
    tmp_path: Path, cut_at: int, done: bool
) -> None:
    with World(tmp_path) as world:
        device = Device(version="6.43.7", identity="r1")
        world.serve("r1", device)
        world.write(
            "reconcile.yaml",
            {"format": 1, "secrets": {"key": {"env": "RECONCILE_KEY"}}},
        )
        world.write(
            "inventory/zones/z.yaml",
            {
                "id": "z",
                "router": "r1",
                "addresses": ["10.20.0.0/16"],
                "local_address": "10.20.0.1",
            },
        )
        plan = {"id": "p", "mode": "pppoe", "upload": "1M", "download": "1M"}
        world.write("plans/p.yaml", {**plan, "profile": "p yes"})
        service = {
            "plan": "p",
            "since": "2026-01-01",
            "address": "10.20.0.21",
            "ppp_service": "any",
        }
        world.write(
            "inventory/clients/c.yaml",
            {"id": "c", "name": "c", "zone": "z", "services": [service]},
        )
        assert_applied(world.apply())
        world.write("plans/p.yaml", {**plan, "profile": "p no"})
        before = contents(device)
        faults = world.servers["r1"].faults
        (faults.drop_after_write if done else faults.drop_before_write)(cut_at)
        apply_kept(world, "one")
        faults.clear()
        assert_applied(undo(world, "one"))
        assert differences(device, before) == []
