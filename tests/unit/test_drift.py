# SPDX-License-Identifier: GPL-3.0-or-later
"""Pending or hand-made: last applied, now wanted and actual, each in every combination."""

from dataclasses import replace

import pytest

from reconciler.desired import Desired, Source
from reconciler.diff import diff
from reconciler.drift import only_drift, with_causes
from reconciler.kinds import ADDRESS_LIST, FILTER, QUEUE_SIMPLE, Kind
from reconciler.making import Terms
from reconciler.planning import RouterPlan

MARK = "ana/internet"
COMMENT = f"[rc:{MARK}]"


def plan(kind: Kind, wanted: list[dict[str, str]], rows: list[dict[str, str]]) -> RouterPlan:
    desired = [
        Desired(kind, one["comment"].removeprefix("[rc:").rstrip("]"), one, Source(MARK))
        for one in wanted
    ]
    return RouterPlan("rb", changes=tuple(diff(kind, desired, rows, Terms("rb")).changes))


def queue(rate: str | None, **more: str) -> list[dict[str, str]]:
    """The rows of a queue at this rate; none for None."""
    row = {"name": "ana", "target": "10.20.0.7/32", "comment": COMMENT}
    return [] if rate is None else [row | {"max-limit": rate} | more]


def causes(then: str | None, now: str | None, actual: str | None) -> list[str]:
    rows = [row | {".id": "*1"} for row in queue(actual)]
    result = with_causes(
        plan(QUEUE_SIMPLE, queue(now), rows), plan(QUEUE_SIMPLE, queue(then), rows)
    )
    return [f"{change.action} {change.cause}" for change in result.changes]


@pytest.mark.parametrize(
    ("then", "now", "actual", "expected"),
    [
        ("1M", "1M", "1M", []),
        ("1M", "2M", "2M", []),
        ("1M", "2M", "1M", ["set pending"]),
        ("1M", "1M", "2M", ["set drift"]),
        ("1M", "2M", "3M", ["set drift"]),
        (None, "1M", None, ["add pending"]),
        ("1M", "1M", None, ["add drift"]),
        ("1M", "2M", None, ["add drift"]),
        ("1M", None, "1M", ["remove pending"]),
        (None, None, "1M", ["remove drift"]),
        ("1M", None, "2M", ["remove pending"]),
        (None, "1M", "2M", ["set drift"]),
        ("1M", None, None, []),
    ],
)
def test_three_ways(then: str, now: str, actual: str, expected: list[str]) -> None:
    assert causes(then, now, actual) == expected


def test_a_field_changed_by_hand_does_not_make_another_one_drift() -> None:
    then, now = queue("1M"), queue("1M", parent="total")
    rows = [row | {".id": "*1", "priority": "3/3"} for row in queue("1M")]
    with_priority = with_causes(plan(QUEUE_SIMPLE, now, rows), plan(QUEUE_SIMPLE, then, rows))
    # One set carries both; somebody did change this row by hand, so it is drift as a whole.
    assert [change.cause for change in with_priority.changes] == ["drift"]
    plain = [row | {".id": "*1"} for row in queue("1M")]
    only_parent = with_causes(plan(QUEUE_SIMPLE, now, plain), plan(QUEUE_SIMPLE, then, plain))
    assert [change.cause for change in only_parent.changes] == ["pending"]


def test_without_a_state_all_is_pending() -> None:
    now = plan(QUEUE_SIMPLE, queue("1M"), [row | {".id": "*1"} for row in queue("9M")])
    assert [change.cause for change in with_causes(now, None).changes] == ["pending"]


def test_list_members_of_one_service_are_told_apart() -> None:
    member = {"address": "10.20.0.7", "comment": COMMENT}
    suspended, plan_list = member | {"list": "rc-suspended"}, member | {"list": "L"}
    then = plan(ADDRESS_LIST, [plan_list], [])
    now = plan(ADDRESS_LIST, [suspended, plan_list], [])
    found = {change.key["list"]: change.cause for change in with_causes(now, then).changes}
    assert found == {"rc-suspended": "pending", "L": "drift"}


def test_a_rule_moved_by_hand_is_drift() -> None:
    rules = [
        {"chain": "rc-forward", "action": "return", "comment": "[rc:router/allowed]"},
        {"chain": "rc-forward", "action": "reject", "comment": "[rc:router/rest]"},
    ]
    rows = [rule | {".id": f"*{at}"} for at, rule in enumerate(reversed(rules))]
    now = plan(FILTER, rules, rows)
    assert [str(change.action) for change in now.changes] == ["move"]
    assert [change.cause for change in with_causes(now, now).changes] == ["drift"]


def test_only_drift_leaves_what_is_pending_out() -> None:
    now = plan(QUEUE_SIMPLE, queue("1M"), [])
    (change,) = now.changes
    both = replace(now, changes=(replace(change, cause="drift"), replace(change, cause="pending")))
    assert [one.cause for one in only_drift(both).changes] == ["drift"]
