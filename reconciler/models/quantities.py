# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of quantities: rates, durations, money, dates. See scalars.

Imports of the project: scalars.
"""

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from reconciler.models.scalars import loose_schema, must_be_text, text_schema, wrong

_RATE = re.compile(r"(\d{1,15})(?:\.(\d{1,9}))?([kMG]?)", re.ASCII)
_DURATION = re.compile(r"(?:\d{1,9}(?:ms|s|m|h|d|w))+", re.ASCII)
_DURATION_PART = re.compile(r"(\d+)(ms|s|m|h|d|w)", re.ASCII)
_MONEY = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_HOURS = re.compile(r"(\d{1,2})h-(\d{1,2})h", re.ASCII)
_FACTOR = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def _rate(value: object, *, zero: bool = False) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        bits = Decimal(value)
    else:
        found = _RATE.fullmatch(must_be_text(value))
        if not found:
            raise wrong("is not a rate", "Write bits per second as 512k, 10M, 2.5M, 1G or 2500000")
        number, fraction, unit = found.groups()
        bits = Decimal(f"{number}.{fraction or 0}") * _FACTOR[unit]
    if bits != bits.to_integral_value():
        raise wrong("is not a whole number of bits per second")
    if bits <= 0 and not zero:
        raise wrong("is not above zero")
    if bits > 1_000_000_000_000:
        raise wrong("is above 1000G", "Is the unit right?")
    return int(bits)


def _rate_or_zero(value: object) -> int:
    return _rate(value, zero=True)


def _milliseconds(value: object) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        total = round(value * 1000)
    elif _DURATION.fullmatch(must_be_text(value)):
        total = sum(int(n) * _MILLISECONDS[unit] for n, unit in _DURATION_PART.findall(str(value)))
    else:
        raise wrong("is not a duration", "Write it as 10s, 5m, 2h or 1d")
    if not 0 < total <= 366 * 86_400_000:
        raise wrong("is out of range", "A duration is above zero and at most 366d")
    return total


def _timeout(value: object) -> float:
    return _milliseconds(value) / 1000


def _seconds(value: object) -> int:
    total = _milliseconds(value)
    if total % 1000:
        raise wrong("is not a whole number of seconds")
    return total // 1000


def _money(value: object) -> Decimal:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        value = str(value)
    if not _MONEY.fullmatch(must_be_text(value)):
        raise wrong("is not an amount", "Write a decimal such as 350.00, without sign or commas")
    return Decimal(str(value))


def _percent(value: object) -> Decimal:
    amount = _money(value)
    if amount > 100:
        raise wrong("is above 100 percent")
    return amount


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        if _DATE.fullmatch(must_be_text(value)):
            return date.fromisoformat(str(value))
    except ValueError as error:
        raise wrong("is no day of the calendar", "Write a day as 2026-06-20") from error
    raise wrong("is not a date", "Write it as 2026-06-20")


def _month(value: object) -> str:
    value = must_be_text(value)
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value):
        raise wrong("is not a month", "Write it as 2026-07")
    return value


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(must_be_text(value))
    if not found:
        raise wrong("is not a time of day", 'Write it as "10:00"')
    return time(int(found[1]), int(found[2]))


def _hours(value: object) -> tuple[int, int]:
    if isinstance(value, tuple):
        value = "{}h-{}h".format(*value)
    found = _HOURS.fullmatch(must_be_text(value))
    if not found or not 0 <= int(found[1]) < int(found[2]) <= 24:
        raise wrong("is not a span of hours", "Write it as 18h-21h, within one day")
    return int(found[1]), int(found[2])


Rate = Annotated[int, BeforeValidator(_rate), loose_schema(r"^[0-9]+(\.[0-9]+)?[kMG]?$")]
RateOrZero = Annotated[
    int, BeforeValidator(_rate_or_zero), loose_schema(r"^[0-9]+(\.[0-9]+)?[kMG]?$")
]
Seconds = Annotated[int, BeforeValidator(_seconds), text_schema(r"^([0-9]+(ms|s|m|h|d|w))+$")]
Timeout = Annotated[float, BeforeValidator(_timeout), text_schema(r"^([0-9]+(ms|s|m|h|d|w))+$")]
Money = Annotated[Decimal, BeforeValidator(_money), loose_schema(r"^[0-9]+(\.[0-9]+)?$", minimum=0)]
Percent = Annotated[
    Decimal, BeforeValidator(_percent), loose_schema(r"^[0-9]+(\.[0-9]+)?$", minimum=0, maximum=100)
]
Date = Annotated[date, BeforeValidator(_date), text_schema(r"^\d{4}-\d\d-\d\d$", format="date")]
Month = Annotated[str, BeforeValidator(_month), text_schema(r"^\d{4}-(0[1-9]|1[0-2])$")]
TimeOfDay = Annotated[time, BeforeValidator(_time), text_schema(r"^([01]?\d|2[0-3]):[0-5]\d$")]
Hours = Annotated[tuple[int, int], BeforeValidator(_hours), text_schema(r"^\d{1,2}h-\d{1,2}h$")]
