# SPDX-License-Identifier: GPL-3.0-or-later
"""The router's clock: it runs with real time unless frozen, and tests can move it.

Imports nothing of the project.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    """`start` is the local date and time at creation (default: now, whole seconds).

    A frozen clock moves by `advance` alone. `now()` counts seconds since creation.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self.start = start or datetime.now(UTC).replace(microsecond=0)
        self._source: Callable[[], float] = (lambda: 0.0) if frozen else time.monotonic
        self._zero = self._source()
        self._moved = 0.0
        self._held: float | None = None

    @classmethod
    def frozen(cls, start: datetime | None = None) -> "Clock":
        return cls(start or datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), frozen=True)

    def advance(self, seconds: float) -> None:
        self._moved += seconds

    def now(self) -> float:
        if self._held is not None:
            return self._held
        return self._source() - self._zero + self._moved

    @contextmanager
    def held(self, when: float) -> Iterator[None]:
        """Within, it is `when`: for what was due earlier and is played only now."""
        before, self._held = self._held, when
        try:
            yield
        finally:
            self._held = before

    def moment(self) -> datetime:
        return self.moment_at(self.now())

    def moment_at(self, when: float) -> datetime:
        """The date and time at a second of this clock; what lies beyond the calendar is its end."""
        try:
            return self.start + timedelta(seconds=int(when))
        except OverflowError:
            return datetime.max.replace(microsecond=0, tzinfo=self.start.tzinfo)
