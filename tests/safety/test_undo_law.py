# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply, then undo: a router is as it was, whatever its files and whoever had a hand in it."""

from typing import Any

from end_to_end.case import Case, cases, few, rewrite
from end_to_end.generated import Files, repositories
from end_to_end.mess import Mess, make_mess, messes
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
@given(cases, repositories(), messes())
def test_apply_then_undo_is_as_before(case: Case, second: Files, mess: Mess) -> None:
    with case.served() as (world, device):
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
@given(cases, repositories(), st.integers(1, 30), st.booleans())
def test_an_apply_cut_anywhere_is_undone(
    case: Case, second: Files, cut_at: int, done: bool
) -> None:
    with case.served() as (world, device):
        assert_applied(world.apply())
        rewrite(world, second)
        before = contents(device)
        faults = world.servers["r1"].faults
        (faults.drop_after_write if done else faults.drop_before_write)(cut_at)
        apply_kept(world, "one")
        faults.clear()
        assert_applied(undo(world, "one"))
        assert_as_before(device, before)
