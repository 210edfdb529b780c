# SPDX-License-Identifier: GPL-3.0-or-later
"""The succession of a service's periods: where billing starts, goes on and ends.

Periods neither overlap nor leave gaps, but where a payment moves the dates of who recharges.
Pure. Imports of the project: the calendar, terms, shares, the invoice's model, models.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from billing.calendar.days import ONE_DAY, add_months
from billing.calendar.schedule import Period, Schedule
from billing.invoices.model import Invoice
from billing.invoices.shares import THIRTY, WHOLE, Share, share_of
from billing.terms import Terms, TermsBook
from reconciler.models import Client, FirstCharge, Proration, Service, Status, Timing

# No due date lies further than this after the issue of its invoice.
_LONGEST = timedelta(days=62)


class Upcoming(NamedTuple):
    """A service's next invoice, before its lines; `carries`: the period of a with-next line."""

    start: date
    end: date
    issue: date
    due: date
    cut: date
    share: Share
    is_free: bool
    carries: tuple[date, date] | None


class Shift(NamedTuple):
    """A payment moved the dates: the next period starts on `start`, not on `expected`."""

    start: date
    expected: date


class Course:
    """A service's periods one after the other, beginning after those that were `issued`."""

    def __init__(
        self,
        client: Client,
        service: Service,
        book: TermsBook,
        issued: Sequence[Invoice],
    ) -> None:
        self._client = client
        self._book = book
        self._terms: Terms = book.of(client.zone)
        self.schedule: Schedule | None = book.schedule(client)
        self._since = service.since
        self._ended = service.cancelled.on if service.cancelled else None
        self._recharges = client.billing.recharge
        self._is_over = service.status is Status.FREE or self._since is None or not self.schedule
        self._remaining = len(issued)
        self._forced: date | None = None
        self._first: tuple[date, date] | None = None
        self._carried: tuple[date, date] | None = None
        self._peeked: Upcoming | None = None
        self._position = self._since or date.max
        self._at_start = True
        if not self._is_over:
            self._begin(issued)

    def _begin(self, issued: Sequence[Invoice]) -> None:
        schedule, since = self.schedule, self._since
        assert schedule is not None
        assert since is not None
        end = schedule.next_due(since)
        self._first = (since, end)
        carries = (
            schedule.timing is Timing.PREPAID and self._terms.first.charge is FirstCharge.WITH_NEXT
        )
        present = [one for one in issued if one.end > since]
        if present:
            self._at_start = False
            self._position = max(present, key=lambda one: (one.start, one.end)).end
            if (
                carries
                and min(one.start for one in present) == end
                and all(one.is_free for one in present)
            ):
                self._carry()
            return
        start = self._terms.start
        if start is not None and since + _LONGEST < start - _LONGEST:
            self._at_start = False
            self._position = schedule.last_due(start - _LONGEST)
        elif carries:
            self._at_start = False
            self._position = end
            self._carry()

    def _carry(self) -> None:
        """The first days wait for the next invoice, where they are not given away."""
        if self._first is not None and not self.is_given_away(self._first[0]):
            self._carried = self._first

    @property
    def first_period(self) -> tuple[date, date] | None:
        """The partial period at the start, by the present schedule."""
        return self._first

    def share(self, start: date, end: date) -> Share:
        """Which share of a month's price a period of this service is."""
        if start == self._since and self._charges_full():
            return WHOLE
        return share_of(start, end, self.schedule, self._terms.proration)

    def _charges_full(self) -> bool:
        return (
            self._terms.first.charge is FirstCharge.FULL
            and self.schedule is not None
            and self.schedule.timing is Timing.PREPAID
        )

    def upcoming(self) -> Upcoming | None:
        """The next invoice, or None where none follows or one of the ledger comes first."""
        if self._peeked is None and not self._is_over:
            if self._recharges and self._remaining:
                return None
            self._peeked = self._next()
        return self._peeked

    def advance(self) -> None:
        """The next invoice was issued."""
        one = self._peeked
        assert one is not None
        self._position, self._at_start = one.end, False
        self._forced = self._peeked = None
        if one.carries and not one.is_free:
            self._carried = None

    def entered(self) -> None:
        """One of those that were issued took its place."""
        self._remaining -= 1
        if self._recharges:  # else the next one was known all the time
            self._forced = self._peeked = None

    def paid(self, invoice: Invoice, day: date) -> Shift | None:
        """A payment brought the newest invoice to zero: the dates of who recharges move."""
        if not self._recharges or self._is_over:
            return None
        if self.share(invoice.start, invoice.end) != WHOLE or self._is_partial(invoice):
            return None
        due = add_months(day, 1)
        if due <= invoice.start:
            return None
        self.schedule = self._book.recharge(self._client.zone, day.day)
        self._forced, self._peeked = due, None
        return None if due == invoice.end else Shift(due, invoice.end)

    def _is_partial(self, invoice: Invoice) -> bool:
        """Whether it is a first period charged in full though it is none."""
        plain = share_of(invoice.start, invoice.end, self.schedule, self._terms.proration)
        return plain != WHOLE

    def _next(self) -> Upcoming | None:
        """The next period whose invoice may be issued; those before the takeover are passed by."""
        start = self._terms.start
        while True:
            one = self._candidate()
            share = None
            if one is not None and self._ended is not None and one.issue > self._ended:
                one, share = self._last(one)
            if one is None:
                self._is_over = True
                return None
            if start is None or one.issue >= start:
                share = share or self.share(one.start, one.end)
                return Upcoming(*one, share, self.is_given_away(one.start), self._carried)
            self._position, self._at_start = one.end, False
            self._forced = self._carried = None

    def _candidate(self) -> Period | None:
        """The next period, which may be passed by."""
        schedule, since = self.schedule, self._since
        assert schedule is not None
        assert since is not None
        begin = self._forced or self._position
        if self._ended is not None and begin >= self._ended + _LONGEST:
            return None
        one = schedule.period(begin)
        if self._at_start and schedule.timing is Timing.PREPAID:
            due = since + timedelta(days=self._terms.first.due_days)
            return one._replace(issue=since, due=due, cut=schedule.dates(due).cut)
        return one if one.issue >= since else one._replace(issue=since)

    def is_given_away(self, start: date) -> bool:
        """Whether the period that begins there is a free one."""
        free_periods = self._client.billing.free_periods
        if free_periods and start.isoformat()[:7] in free_periods:
            return True
        return (
            start == self._since
            and self._terms.first.charge is FirstCharge.FREE
            and self.schedule is not None
            and self.schedule.timing is Timing.PREPAID
        )

    def _last(self, one: Period) -> tuple[Period | None, Share | None]:
        """Postpaid: what a cancelled service used since its last invoice, up to its last day."""
        ended, schedule = self._ended, self.schedule
        assert ended is not None
        assert schedule is not None
        if schedule.timing is Timing.PREPAID or not one.start < ended <= one.end:
            return None, None
        days = (ended - one.start).days
        if self._terms.proration is Proration.THIRTY:
            share = Share(min(days, THIRTY), THIRTY)
        else:
            share = Share(days, (one.end - schedule.last_due(one.end - ONE_DAY)).days)
        return one._replace(end=ended, issue=ended), share
