# SPDX-License-Identifier: GPL-3.0-or-later
"""Which share of a month's price a period is.

The same answer for a draft and for the ledger's line of it, since it follows from the period alone.
Pure. Imports of the project: the calendar, models.
"""

from datetime import date
from typing import NamedTuple

from billing.calendar.days import add_months, is_month
from billing.calendar.schedule import Schedule
from reconciler.models import Proration

THIRTY = 30


class Share(NamedTuple):
    """`days` of `base`."""

    days: int
    base: int


WHOLE = Share(1, 1)


def share_of(start: date, end: date, schedule: Schedule | None, proration: Proration) -> Share:
    """A whole period is the price; a part its days by those of the period it lies in, or by 30."""
    first, last = _around(start, end, schedule)
    if (first, last) == (start, end) or first > start:
        return WHOLE
    days = (end - start).days
    if proration is Proration.THIRTY:
        return Share(min(days, THIRTY), THIRTY)
    return Share(days, (last - first).days)


def _around(start: date, end: date, schedule: Schedule | None) -> tuple[date, date]:
    """The whole period that a period is, or is a part of."""
    if schedule is not None:
        before = schedule.due_before(end)
        if before is not None:
            return before, end
    if is_month(start, end):
        return start, end
    if schedule is not None and schedule.is_due(start):
        return start, schedule.next_due(start)
    return add_months(end, -1), end
