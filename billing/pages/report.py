# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page with a chart of what was billed and collected.

Pure: figures in, text out; the same figures give the same bytes. Imports of the project: money,
locale, its neighbours.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from billing.locale import Formats
from billing.money import ZERO
from billing.pages.labels import labels_of
from billing.pages.templating import render

_HEIGHT, _WIDTH, _GAP, _MONTHS = 160, 14, 10, 24
_LEAST_WIDTH = 240
_KINDS = ("billed", "collected")
# The labels by which the rows of each table are named.
_TABLES = {"months": "month", "ages": "age", "zones": "zone", "plans": "plan"}
# Columns whose label is named otherwise.
_HEADS = {"open": "receivable", "credit": "in_favour_short", "overdue": "overdue_amount"}


class Bar(NamedTuple):
    """A bar of the chart; from `y` down."""

    kind: str
    x: int
    y: int
    height: int
    title: str


class Grid(NamedTuple):
    """A table with its headings, as text."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def report_page(data: Mapping[str, Any], formats: Formats) -> str:
    """The page of the figures that `report_data` gives; the chart shows the last 24 months."""
    labels = labels_of(formats.language)
    months = data["months"][-_MONTHS:]
    step = 2 * _WIDTH + _GAP
    return render(
        "report.html",
        {},
        language=formats.language,
        labels=labels,
        title=labels["report"].format(day=formats.day(data["on"])),
        summary=labels["open_now"].format(
            open=formats.money(data["open"]), credit=formats.money(data["credit"])
        ),
        kinds=_KINDS,
        bars=list(_bars(months, labels, formats)),
        ticks=[(index * step, f"{row['month'][5:]}/{row['month'][2:4]}")
               for index, row in enumerate(months)],
        width=max(len(months) * step, _LEAST_WIDTH),
        grids=[grid for name in _TABLES if (grid := _grid(name, data[name], labels, formats)).rows],
    )  # fmt: skip


def _bars(
    months: Sequence[Mapping[str, str]], labels: Mapping[str, str], formats: Formats
) -> Iterator[Bar]:
    most = max((Decimal(row[kind]) for row in months for kind in _KINDS), default=ZERO)
    for index, row in enumerate(months):
        for place, kind in enumerate(_KINDS):
            amount = max(Decimal(row[kind]), ZERO)
            height = int(amount * _HEIGHT // most) if most else 0
            x = index * (2 * _WIDTH + _GAP) + place * _WIDTH
            title = f"{formats.month(row['month'])}, {labels[kind]}: {formats.money(row[kind])}"
            yield Bar(kind, x, _HEIGHT - height, height, title)


def _grid(
    name: str, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], formats: Formats
) -> Grid:
    first = _TABLES[name]
    keys = [key for key in (rows[0] if rows else ()) if key != first]
    return Grid(
        labels[name],
        [labels[first], *(labels[_HEADS.get(key, key)] for key in keys)],
        [
            [_name(first, row[first], labels, formats), *(_cell(row[key], formats) for key in keys)]
            for row in rows
        ],
    )


def _name(kind: str, value: str, labels: Mapping[str, str], formats: Formats) -> str:
    if kind == "month":
        return formats.month(value)
    return labels.get(value, value) if kind == "age" else value


def _cell(value: str | int, formats: Formats) -> str:
    return str(value) if isinstance(value, int) else formats.amount(value)
