# SPDX-License-Identifier: GPL-3.0-or-later
"""Days on which nobody is cut: a country's public holidays, or a list of dates.

Countries are those of the `holidays` library, observed days included. Pure. Imports nothing of the
project.
"""

from collections.abc import Container
from datetime import date
from functools import cache

import holidays


class NoSuchCalendar(ValueError):
    """A country or region that the library does not have."""


@cache
def country(code: str) -> Container[date]:
    """The public holidays of `MX`, or of a region such as `ES-MD`. Raises NoSuchCalendar."""
    name, _, region = code.partition("-")
    try:
        return holidays.country_holidays(name, subdiv=region or None, observed=True)
    except NotImplementedError as error:
        raise NoSuchCalendar(str(error)) from error


def calendar(given: str | tuple[date, ...]) -> Container[date]:
    """What a zone's `holidays` stands for."""
    return country(given) if isinstance(given, str) else frozenset(given)


def named(given: str | tuple[date, ...], first: date, last: date) -> list[tuple[date, str]]:
    """The holidays from `first` to `last`, both included, with the names they have."""
    if not isinstance(given, str):
        return [(day, "listed") for day in sorted(given) if first <= day <= last]
    found = country(given)
    assert isinstance(found, holidays.HolidayBase)
    years = range(first.year, last.year + 1)
    known = {day: found.get(day) for year in years for day in _of_year(found, year)}
    return [(day, str(name)) for day, name in sorted(known.items()) if first <= day <= last]


def _of_year(found: holidays.HolidayBase, year: int) -> list[date]:
    found.get(date(year, 1, 1))  # the library fills a year when it is first asked for
    return [day for day in found if day.year == year]
