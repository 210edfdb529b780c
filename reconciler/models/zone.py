# SPDX-License-Identifier: GPL-3.0-or-later
"""`inventory/zones/<id>.yaml`: who is on which router with which addresses, and when they pay.

Imports of the project: its neighbours in models.
"""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from reconciler.models.base import Model
from reconciler.models.network import AddressPool, Ipv4
from reconciler.models.quantities import Date, Money, Percent, TimeOfDay
from reconciler.models.scalars import (
    Bool,
    Day,
    GraceDays,
    Id,
    Label,
    RouterName,
    Text,
    TimeZone,
    shape,
    wrong,
)
from reconciler.models.settings import OwnLimits


class Sessions(StrEnum):
    DROP = "drop"
    WAIT = "wait"


class Timing(StrEnum):
    PREPAID = "prepaid"
    POSTPAID = "postpaid"


class FirstCharge(StrEnum):
    PRORATED = "prorated"
    FULL = "full"
    FREE = "free"
    WITH_NEXT = "with_next"


class Proration(StrEnum):
    ACTUAL = "actual"
    THIRTY = "30"


class SuspendedTime(StrEnum):
    BILL_FULL = "bill_full"
    CREDIT_DAYS = "credit_days"


class Weekday(StrEnum):
    """In the order of `datetime.date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class FirstInvoice(Model):
    """The invoice of the partial period at the start of a prepaid service."""

    charge: FirstCharge = FirstCharge.PRORATED
    """prorated, full, free or with_next."""
    due_days: GraceDays = 5
    """Days from the start of the service to its due date."""


class LateFee(Model):
    """What late payment costs: an amount or a percentage."""

    amount: Money | None = None
    """A fixed amount."""
    percent: Percent | None = None
    """Percent of what is owed without fees."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "LateFee":
        if (self.amount is None) == (self.percent is None):
            raise wrong("needs either amount or percent")
        return self


class ReconnectionFee(Model):
    """What the end of a suspension for debt costs."""

    amount: Money
    """A fixed amount."""


def _holidays_kind(value: object) -> str:
    return "<days>" if isinstance(value, list | tuple) else "<country>"


Country = Annotated[
    str,
    BeforeValidator(
        shape(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "a country code", "MX, or a list of dates")
    ),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]{1,3})?$"}),
]
Holidays = Annotated[
    Annotated[Country, Tag("<country>")] | Annotated[tuple[Date, ...], Tag("<days>")],
    Discriminator(_holidays_kind),
]


class ZoneBilling(Model):
    """When a zone's clients are invoiced, noticed and cut; days of month are clamped to it."""

    start: Date | None = None
    """When this system takes over: nothing with an earlier issue date is invoiced."""
    timing: Timing = Timing.PREPAID
    """prepaid: the period begins on the due date; postpaid: it ends there."""
    issue_day: Day
    """Day of the month on which invoices are issued."""
    notice_day: Day | None = None
    """Day of the on-screen notice."""
    due_day: Day
    """Last day to pay without being late."""
    cut_day: Day
    """Day on which who has not paid is cut."""
    grace_days: GraceDays = 0
    """Days from the due date before which nobody is cut."""
    cut_time: TimeOfDay = time(10)
    """When in the day, local time of the zone."""
    cut_weekdays: tuple[Weekday, ...] = tuple(Weekday)
    """Days of the week on which cutting is allowed."""
    holidays: Holidays = ()
    """A country's public holidays or a list of dates on which nobody is cut."""
    min_debt: Money = Decimal(0)
    """Nobody is cut for this much or less."""
    first_invoice: FirstInvoice = FirstInvoice()
    """The partial period at the start of a prepaid service."""
    proration: Proration = Proration.ACTUAL
    """Days of the period itself, or 30 for every month."""
    suspended_time: SuspendedTime = SuspendedTime.BILL_FULL
    """Whether suspended days are billed or credited."""
    late_fee: LateFee | None = None
    """What late payment costs."""
    reconnection_fee: ReconnectionFee | None = None
    """What the end of a suspension for debt costs."""


class Taxes(Model):
    """The tax on all lines of an invoice."""

    name: Text
    """As it is printed: IVA."""
    rate: Percent
    """Percent."""
    included: Bool = False
    """Whether prices include it."""


class Window(Model):
    """When routers may be changed, in local time of the zone; `to` not after `from`: overnight."""

    days: tuple[Weekday, ...] = tuple(Weekday)
    """Days of the week on which it begins."""
    from_: TimeOfDay = Field(alias="from")
    """When it begins."""
    to: TimeOfDay
    """When it ends, on the next day where that is not later than `from`."""


class Freeze(Model):
    """Days on which routers are not to be changed: from `from` until the day before `to`."""

    from_: Date = Field(alias="from")
    """First day."""
    to: Date
    """The day after the last one."""
    reason: Text | None = None
    """Why, for who is stopped by it."""


class Zone(Model):
    """A group of clients with one router, one address plan and one calendar."""

    id: Id
    """The name of the file without `.yaml`."""
    name: Label | None = None
    """For people."""
    router: Id
    """The router of its services, unless a service says otherwise."""
    addresses: tuple[AddressPool, ...] = ()
    """Pools from which services get their addresses: networks and ranges."""
    reserved: tuple[AddressPool, ...] = ()
    """Addresses of the pools that no service may have."""
    local_address: Ipv4 | None = None
    """The router's end of PPPoE sessions, unless plan or service says."""
    interface: RouterName | None = None
    """Where ARP bindings go, instead of the router's lan_interface."""
    sessions: Sessions = Sessions.DROP
    """Whether a change that RouterOS applies only at the next login drops the live session."""
    timezone: TimeZone | None = None
    """Instead of the settings'."""
    billing: ZoneBilling | None = None
    """Without it only clients with dates of their own are invoiced."""
    taxes: Taxes | None = None
    """The tax on invoices."""
    limits: OwnLimits = OwnLimits()
    """Limits of this zone's cuts, instead of the settings'."""
    windows: tuple[Window, ...] = ()
    """When its clients' service may be disturbed; without any: always."""
    freezes: tuple[Freeze, ...] = ()
    """Days on which it may not."""
