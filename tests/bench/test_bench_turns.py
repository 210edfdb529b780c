# SPDX-License-Identifier: GPL-3.0-or-later
"""Round trips of an apply, counted: many suspensions take hardly more of them than one."""

from benchmarks.writing import suspensions


def test_four_hundred_suspensions_take_two_round_trips_more_than_one() -> None:
    """16, 80 and 304 list entries at once, where one suspension sends its own at once."""
    (line,) = suspensions(400, 1)
    assert line.ratio == 2.0
    assert line.holds
