# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that several kinds of files share. Imports of the project: wording, yamlfile, findings."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from reconciler.inventory.finding import Finding
from reconciler.wording import show
from reconciler.yamlfile import Loc


class Days(Protocol):
    """The days of month of a billing calendar."""

    @property
    def issue_day(self) -> int: ...
    @property
    def notice_day(self) -> int | None: ...
    @property
    def due_day(self) -> int: ...
    @property
    def cut_day(self) -> int: ...


class Span(Protocol):
    """A half-open interval of days."""

    @property
    def from_(self) -> date: ...
    @property
    def to(self) -> date: ...


def days_that_meet(days: Days, loc: Loc) -> Iterator[Finding]:
    """Two different days of month that become one where a month is short."""
    named = {
        "issue_day": days.issue_day,
        "notice_day": days.notice_day,
        "due_day": days.due_day,
        "cut_day": days.cut_day,
    }
    late = sorted((day, key) for key, day in named.items() if day is not None and day >= 28)
    for (first, one), (second, other) in itertools.pairwise(late):
        if first != second:
            yield Finding(
                "days-meet",
                (*loc, other),
                f"{one} {first} and {other} {second} are one day in February.",
                "Days from 29 on are clamped to the month; choose days up to 28",
                warning=True,
            )


def spans(of: Sequence[tuple[int, Span]], loc: Loc, what: str) -> Iterator[Finding]:
    """Each span, given with its index, ends after it begins, and no two of them overlap."""
    sound = []
    for index, span in of:
        if span.to <= span.from_:
            yield Finding(
                "span",
                (*loc, index, "to"),
                f"The {what} from {span.from_} to {span.to} has no day.",
                "`to` is the first day after it",
            )
        else:
            sound.append((span.from_, span.to, index))
    latest: date | None = None
    for start, end, index in sorted(sound):
        if latest is not None and start < latest:
            yield Finding(
                "overlap",
                (*loc, index, "from"),
                f"The {what} from {start} begins before another has ended, on {latest}.",
                "Both count the days in between: correct one of them",
            )
        latest = end if latest is None else max(latest, end)


def repeated(words: Iterable[tuple[Loc, str]], what: str) -> Iterator[Finding]:
    """No word twice."""
    seen: set[str] = set()
    for loc, word in words:
        if word in seen:
            yield Finding("repeated", loc, f"The {what} {show(word)} is given twice.", "Keep one")
        seen.add(word)
