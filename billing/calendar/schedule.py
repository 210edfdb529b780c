# SPDX-License-Identifier: GPL-3.0-or-later
"""When a service's invoices are issued, noticed, due and cut.

Days of month are clamped in each month first and compared as dates afterwards. Only the cut moves
to another day, never the due date. Pure. Imports of the project: days, models.
"""

from abc import ABC, abstractmethod
from collections.abc import Container
from datetime import date, timedelta
from typing import NamedTuple

from billing.calendar.days import ONE_DAY, first_from, last_until
from reconciler.models import OwnDates, Timing, ZoneBilling

# A payment of a client who recharges moves the dates; these are days before and after the due date.
RECHARGE_ISSUE, RECHARGE_NOTICE, RECHARGE_CUT = 6, 4, 6
_ALL_WEEK = frozenset(range(7))


class Dates(NamedTuple):
    """The days of an invoice that is due on `due`; `unmoved`: the cut before weekdays moved it."""

    issue: date
    notice: date | None
    due: date
    cut: date
    unmoved: date


class Period(NamedTuple):
    """From one due date of a schedule to the next, and the days of its invoice."""

    start: date
    end: date
    issue: date
    due: date
    cut: date


class CutDays:
    """On which days somebody may be cut."""

    __slots__ = ("grace", "holidays", "weekdays")

    def __init__(
        self,
        grace: int = 0,
        weekdays: frozenset[int] = _ALL_WEEK,
        holidays: Container[date] = frozenset(),
    ) -> None:
        self.grace = timedelta(days=grace)
        self.weekdays = weekdays
        self.holidays = holidays

    def allow(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays

    def moved(self, day: date) -> date:
        """The first allowed day on or after this one."""
        while not self.allow(day):
            day += ONE_DAY
        return day


class Schedule(ABC):
    """Due dates every month on one day, and the other dates around each; remembers all."""

    __slots__ = ("_before", "_found", "_next", "_periods", "cut_days", "due_day", "timing")

    def __init__(self, timing: Timing, due_day: int, cut_days: CutDays) -> None:
        self.timing = timing
        self.due_day = due_day
        self.cut_days = cut_days
        self._found: dict[date, Dates] = {}
        self._next: dict[date, date] = {}
        self._before: dict[date, date | None] = {}
        self._periods: dict[date, Period] = {}

    def next_due(self, day: date) -> date:
        """The first due date after a day."""
        found = self._next.get(day)
        if found is None:
            found = self._next[day] = first_from(self.due_day, day + ONE_DAY)
        return found

    def last_due(self, day: date) -> date:
        """The last due date on or before a day."""
        return last_until(self.due_day, day)

    def due_before(self, due: date) -> date | None:
        """The due date before another; None where that is none."""
        if due not in self._before:
            before = self.last_due(due - ONE_DAY) if self.is_due(due) else None
            self._before[due] = before
        return self._before[due]

    def is_due(self, day: date) -> bool:
        return last_until(self.due_day, day) == day

    def dates(self, due: date) -> Dates:
        """All dates around a due date; it need not be one of this schedule."""
        found = self._found.get(due)
        if found is None:
            unmoved = max(self._first_cut(due), due + self.cut_days.grace)
            cut = self.cut_days.moved(unmoved)
            found = Dates(self._issue(due), self._notice(due), due, cut, unmoved)
            self._found[due] = found
        return found

    def period(self, begin: date) -> Period:
        """The period from a day to the next due date, at whose end it is due where postpaid."""
        found = self._periods.get(begin)
        if found is None:
            end = self.next_due(begin)
            days = self.dates(end if self.timing is Timing.POSTPAID else begin)
            found = Period(begin, end, days.issue, days.due, days.cut)
            self._periods[begin] = found
        return found

    @abstractmethod
    def _issue(self, due: date) -> date: ...

    @abstractmethod
    def _notice(self, due: date) -> date | None: ...

    @abstractmethod
    def _first_cut(self, due: date) -> date: ...


class MonthlySchedule(Schedule):
    """A zone's dates or a client's own: days of month."""

    __slots__ = ("_days",)

    def __init__(self, days: ZoneBilling | OwnDates, cut_days: CutDays) -> None:
        super().__init__(days.timing, days.due_day, cut_days)
        self._days = days

    def _issue(self, due: date) -> date:
        return last_until(self._days.issue_day, due)

    def _notice(self, due: date) -> date | None:
        day = self._days.notice_day
        return None if day is None else last_until(day, due)

    def _first_cut(self, due: date) -> date:
        return first_from(self._days.cut_day, due)


class RechargeSchedule(Schedule):
    """Dates that follow from a payment: due a month after it, and then every month on its day."""

    __slots__ = ()

    def __init__(self, anchor: int, cut_days: CutDays) -> None:
        super().__init__(Timing.PREPAID, anchor, cut_days)

    def _issue(self, due: date) -> date:
        return due - timedelta(days=RECHARGE_ISSUE)

    def _notice(self, due: date) -> date | None:
        return due - timedelta(days=RECHARGE_NOTICE)

    def _first_cut(self, due: date) -> date:
        return due + timedelta(days=RECHARGE_CUT)
