# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply, then undo: a router is as it was, whatever its files and whoever had a hand in it."""

from collections.abc import Mapping
from typing import Any

from end_to_end.generated import (
    Files,
    Foreign,
    foreign_rows,
    new_device,
    repositories,
    router_fields,
)
from end_to_end.mess import Mess, make_mess, messes
from end_to_end.test_laws import a_world, few, rewrite, versions
from end_to_end.world import assert_applied
from hypothesis import assume, given
from hypothesis import strategies as st
from safety.valley import apply_kept, contents, differences, undo, without_copies

from reconciler.emulator import Device


def assert_as_before(device: Device, before: dict[str, Any]) -> None:
    left = differences(device, before)
    assert left == [], "\n".join(left)


def dangles(device: Device) -> bool:
    """Whether somebody removed what a row of ours names: no router takes such a row again."""
    return any(
        row.get(field, "").startswith("*")
        for path, field in (
            ("/queue/tree", "queue"),
            ("/queue/tree", "parent"),
            ("/queue/simple", "parent"),
            ("/ppp/secret", "profile"),
            ("/ip/hotspot/user", "profile"),
        )
        for row in device.rows(path)
    )


@few
@given(versions, repositories(), repositories(), router_fields(), foreign_rows(), messes())
def test_apply_then_undo_is_as_before(
    version: str,
    first: Files,
    second: Files,
    router: Mapping[str, Any],
    rows: list[Foreign],
    mess: Mess,
) -> None:
    device = new_device(version, rows)
    with a_world(first, router, device) as world:
        assert_applied(world.apply())
        make_mess(device, mess)
        without_copies(device)
        assume(not dangles(device))
        rewrite(world, second)
        before = contents(device)
        assert_applied(apply_kept(world, "one"))
        assert_applied(undo(world, "one"))
        assert_as_before(device, before)
        assert_applied(undo(world, "one"))
        assert_as_before(device, before)


@few
@given(
    versions,
    repositories(),
    repositories(),
    router_fields(),
    foreign_rows(),
    st.integers(1, 30),
    st.booleans(),
)
def test_an_apply_cut_anywhere_is_undone(
    version: str,
    first: Files,
    second: Files,
    router: Mapping[str, Any],
    rows: list[Foreign],
    cut_at: int,
    done: bool,
) -> None:
    device = new_device(version, rows)
    with a_world(first, router, device) as world:
        assert_applied(world.apply())
        rewrite(world, second)
        before = contents(device)
        faults = world.servers["r1"].faults
        (faults.drop_after_write if done else faults.drop_before_write)(cut_at)
        apply_kept(world, "one")
        faults.clear()
        assert_applied(undo(world, "one"))
        assert_as_before(device, before)
