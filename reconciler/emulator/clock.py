# SPDX-License-Identifier: GPL-3.0-or-later
"""The router's clock: it runs with real time unless frozen, and tests can move it.

Imports nothing of the project.
"""

import time
from collections.abc import Callable
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

    @classmethod
    def frozen(cls, start: datetime | None = None) -> "Clock":
        return cls(start or datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), frozen=True)

    def advance(self, seconds: float) -> None:
        self._moved += seconds

    def now(self) -> float:
        return self._source() - self._zero + self._moved

    def moment(self) -> datetime:
        return self.start + timedelta(seconds=int(self.now()))
