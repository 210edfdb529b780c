# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services have an invoice of a day in the ledger: all that edits of clients need of it."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path


def issued_by_day(root: Path) -> Callable[[date], frozenset[tuple[str, date]]]:
    """`issued_on` of one day, for many services: the ledger is read once for each day."""
    return cache(lambda day: issued_on(root, {day}))


def issued_on(root: Path, days: set[date]) -> frozenset[tuple[str, date]]:
    """`client/service` and day of each invoice issued on one of the days.

    An invoice stands in the file of the month in which it was recorded, which is never an earlier
    one. Lines that cannot be read are left to the commands of billing, which report them.
    """
    if not days:
        return frozenset()
    first = min(days).strftime("%Y-%m")
    wanted = {day.isoformat(): day for day in days}
    found = set()
    for file in sorted((root / "ledger" / "invoices").glob("*.jsonl")):
        if file.stem < first:
            continue
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if not any(day in line for day in wanted):
                continue
            try:
                invoice = json.loads(line)
                day = wanted.get(invoice["issued_on"])
                if day is not None and invoice["service"] is not None:
                    found.add((f"{invoice['client']}/{invoice['service']}", day))
            except (ValueError, KeyError, TypeError):
                continue
    return frozenset(found)
