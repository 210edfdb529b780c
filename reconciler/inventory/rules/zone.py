# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules within one zone file. Imports of the project: addresses, models, findings."""

from collections.abc import Iterator
from datetime import date

from reconciler.addresses import Intervals, interval
from reconciler.inventory.finding import Finding
from reconciler.inventory.rules.common import days_that_meet, repeated, spans
from reconciler.models import Zone


def pools_apart(zone: Zone) -> Iterator[Finding]:
    """No address in two pools of the zone."""
    for index, pool in enumerate(zone.addresses):
        for other in zone.addresses[:index]:
            if Intervals([interval(other)]).overlaps(interval(pool)):
                message = f"{pool} overlaps {other}."
                yield Finding("pools-overlap", ("addresses", index), message, "Keep one of them")


def reserved_inside(zone: Zone) -> Iterator[Finding]:
    """What is reserved is in the pools: else it is a slip, and nothing is reserved."""
    pools = Intervals(map(interval, zone.addresses))
    for index, reserved in enumerate(zone.reserved):
        if not pools.overlaps(interval(reserved)):
            message = f"{shown(reserved)} is reserved, but in no pool of the zone."
            hint = "Correct or remove it"
            loc = ("reserved", index)
            yield Finding("no-effect", loc, message, hint, warning=True, needs_all=True)


def shown(pool: object) -> str:
    """A pool as it is written: one address without /32."""
    return str(pool).removesuffix("/32")


def calendar(zone: Zone) -> Iterator[Finding]:
    """Days that meet, and at least one day of the week to cut on."""
    billing = zone.billing
    if billing is None:
        return
    yield from days_that_meet(billing, ("billing",))
    loc = ("billing", "cut_weekdays")
    if not billing.cut_weekdays:
        message = "cut_weekdays is empty, so nobody could ever be cut."
        yield Finding("value", loc, message, "Write at least one day, or leave it out")
    yield from repeated((((*loc, i), day) for i, day in enumerate(billing.cut_weekdays)), "day")
    if not isinstance(billing.holidays, str):
        listed: list[tuple[int, date]] = list(enumerate(billing.holidays))
        yield from repeated(
            ((("billing", "holidays", i), str(day)) for i, day in listed), "holiday"
        )


def change_calendar(zone: Zone) -> Iterator[Finding]:
    """A window has days, each once; freezes have days of their own."""
    for index, window in enumerate(zone.windows):
        loc = ("windows", index, "days")
        if not window.days:
            message = "days is empty, so the window never opens."
            yield Finding("value", loc, message, "Write at least one day, or leave it out")
        yield from repeated((((*loc, i), day) for i, day in enumerate(window.days)), "day")
    yield from spans(list(enumerate(zone.freezes)), ("freezes",), "freeze")


RULES = (pools_apart, reserved_inside, calendar, change_calendar)
