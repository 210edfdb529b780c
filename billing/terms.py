# SPDX-License-Identifier: GPL-3.0-or-later
"""What a zone says of billing, with the defaults of one that says nothing, ready for use.

Pure. Imports of the project: money, the calendar, models, words.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from billing.calendar.holidays import calendar
from billing.calendar.schedule import CutDays, MonthlySchedule, RechargeSchedule, Schedule
from billing.money import ZERO, Rounding
from billing.words import Words, words_of
from reconciler.inventory import Inventory
from reconciler.models import (
    Client,
    FirstInvoice,
    LateFee,
    OwnDates,
    Proration,
    Settings,
    SuspendedTime,
    Weekday,
    Zone,
)

_WEEKDAYS = list(Weekday)
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Terms:
    """A zone's rules. `tax`: percent; `tax_included`: whether prices hold it already."""

    zone: str
    start: date | None
    cut_days: CutDays
    min_debt: Decimal
    first: FirstInvoice
    proration: Proration
    credits_suspension: bool
    late_fee: LateFee | None
    reconnection_fee: Decimal | None
    tax: Decimal
    tax_included: bool
    rounding: Rounding
    currency: str
    words: Words


class TermsBook:
    """The terms of all zones and the schedules of all clients, each made once."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._rounding = Rounding(inventory.settings.minor_digits)
        self._terms: dict[str, Terms] = {}
        self._schedules: dict[tuple[str, tuple[object, ...] | None], Schedule | None] = {}
        self._recharges: dict[tuple[str, int], RechargeSchedule] = {}
        self._made: dict[Hashable, Any] = {}

    def of(self, zone_id: str) -> Terms:
        """A zone's terms. Raises NoSuchCalendar."""
        found = self._terms.get(zone_id)
        if found is None:
            zone = self._inventory.zones[zone_id]
            found = _terms(zone, self._inventory.settings, self._rounding)
            self._terms[zone_id] = found
        return found

    def schedule(self, client: Client) -> Schedule | None:
        """The client's own dates, else the zone's; None where neither has any."""
        own = client.billing.own
        key = (client.zone, None if own is None else _days_of(own))
        if key not in self._schedules:
            days = own or self._inventory.zones[client.zone].billing
            cut_days = self.of(client.zone).cut_days
            self._schedules[key] = None if days is None else MonthlySchedule(days, cut_days)
        return self._schedules[key]

    def recharge(self, zone_id: str, anchor: int) -> RechargeSchedule:
        """The dates of a client who paid on that day of the month."""
        key = (zone_id, anchor)
        if key not in self._recharges:
            self._recharges[key] = RechargeSchedule(anchor, self.of(zone_id).cut_days)
        return self._recharges[key]

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What follows from the key and the terms alone, made for the first who asks."""
        found: Made | None = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
        return found


def _days_of(own: OwnDates) -> tuple[object, ...]:
    return (own.timing, own.issue_day, own.notice_day, own.due_day, own.cut_day)


def _terms(zone: Zone, settings: Settings, rounding: Rounding) -> Terms:
    billing, taxes = zone.billing, zone.taxes
    if billing is None:
        cut_days = CutDays()
    else:
        weekdays = frozenset(_WEEKDAYS.index(day) for day in billing.cut_weekdays)
        cut_days = CutDays(billing.grace_days, weekdays, calendar(billing.holidays))
    fee = billing.reconnection_fee if billing else None
    return Terms(
        zone=zone.id,
        start=billing.start if billing else None,
        cut_days=cut_days,
        min_debt=billing.min_debt if billing else ZERO,
        first=billing.first_invoice if billing else FirstInvoice(),
        proration=billing.proration if billing else Proration.ACTUAL,
        credits_suspension=billing is not None
        and billing.suspended_time is SuspendedTime.CREDIT_DAYS,
        late_fee=billing.late_fee if billing else None,
        reconnection_fee=fee.amount if fee else None,
        tax=taxes.rate if taxes else ZERO,
        tax_included=taxes is not None and taxes.included,
        rounding=rounding,
        currency=settings.currency,
        words=words_of(settings.locale),
    )
