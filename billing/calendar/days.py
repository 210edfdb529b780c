# SPDX-License-Identifier: GPL-3.0-or-later
"""Days of the month, clamped to each month: always from the anchor, so 31, 28, 31 and never 28.

Pure. Imports nothing of the project.
"""

from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


def month_length(year: int, month: int) -> int:
    """Days of a month."""
    if month == _FEBRUARY and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _LENGTHS[month - 1]


def on_day(year: int, month: int, day: int) -> date:
    """That day of the month, or the last one where the month is shorter."""
    return date(year, month, day if day <= 28 else min(day, month_length(year, month)))


def add_months(start: date, months: int, anchor: int | None = None) -> date:
    """The same day of a later month, clamped; `anchor`: the day of month that is meant."""
    index = start.year * 12 + start.month - 1 + months
    return on_day(index // 12, index % 12 + 1, start.day if anchor is None else anchor)


def first_from(day: int, start: date) -> date:
    """The first such day of a month on or after `start`."""
    found = on_day(start.year, start.month, day)
    return found if found >= start else add_months(start, 1, day)


def last_until(day: int, end: date) -> date:
    """The last such day of a month on or before `end`."""
    found = on_day(end.year, end.month, day)
    return found if found <= end else add_months(end, -1, day)


def is_month(start: date, end: date) -> bool:
    """Whether `[start, end)` is one month from an anchor day, clamped or not."""
    if (end.year * 12 + end.month) - (start.year * 12 + start.month) != 1:
        return False
    ends_month = end.day == month_length(end.year, end.month)
    starts_at_end = start.day == month_length(start.year, start.month)
    if start.day == end.day:
        return True
    return (ends_month and start.day > end.day) or (starts_at_end and end.day > start.day)
