# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens by itself when time passes: list entries that expire, schedulers, delayed scripts.

`Schedule.tick` plays everything that is due, in order of its time, with the clock held there.
May import state, script, clock, kinds.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime

from reconciler.emulator import hooks, traps
from reconciler.emulator.kinds.units import milliseconds
from reconciler.emulator.script import ScriptError, run
from reconciler.emulator.state import State
from reconciler.emulator.table import Row
from reconciler.emulator.version import read_date

PATH = "/system/scheduler"
MOST_JOBS = 1000


class Schedule:
    def __init__(self, device: State) -> None:
        self.device = device
        self._jobs: list[tuple[float, int, Iterator[float]]] = []
        self._alarms: list[tuple[float, int, int]] = []
        self._count = itertools.count()
        device.created[PATH] = self._arm
        device.changed[PATH] = self._arm

    # -- time ----------------------------------------------------------------

    def tick(self) -> None:
        """Plays what is due by now."""
        now = self.device.clock.now()
        while (due := self._next()) is not None and due[0] <= now:
            when, action = due
            with self.device.clock.held(when):
                action()
                self.device.settle_reboot()

    def _next(self) -> tuple[float, Callable[[], None]] | None:
        found: list[tuple[float, Callable[[], None]]] = []
        for path in hooks.LISTS:
            when = self.device.tables[path].next_expiry()
            if when is not None:
                found.append((when, self._expire))
        if self._alarms:
            found.append((self._alarms[0][0], self._ring))
        if self._jobs:
            found.append((self._jobs[0][0], self._resume))
        return min(found, key=lambda item: item[0], default=None)

    def _expire(self) -> None:
        for path in hooks.LISTS:
            table = self.device.tables[path]
            for number in table.expired(self.device.clock.now()):
                self.device.delete(path, table.rows[number])

    # -- schedulers ----------------------------------------------------------

    def _arm(self, store: object, row: Row) -> None:
        """Works out when a scheduler that was added or changed fires next."""
        fields = row.fields
        date, time = self.device.clock_fields().values()
        fields.setdefault("start-date", date)
        fields.setdefault("start-time", time)
        before, row.due = row.due, self._first(row)
        if row.due is not None and row.due != before:
            heapq.heappush(self._alarms, (row.due, next(self._count), row.number))
            self._sweep()
        self._show(row)

    def _first(self, row: Row) -> float | None:
        """The first moment from now on; None for one that is over or disabled."""
        if row.fields.get("disabled") == "true":
            return None
        now = self.device.clock.now()
        interval = self._interval(row)
        start = self._start(row, now)
        if start > now:
            return start
        if not interval:
            return None
        return start + interval * (int((now - start) / interval) + 1)

    def _start(self, row: Row, now: float) -> float:
        time = row.fields["start-time"]
        if time == "startup":
            return self.device.booted
        zero = self.device.clock.start
        day = read_date(row.fields["start-date"]) or zero.date()
        midnight = datetime(day.year, day.month, day.day, tzinfo=zero.tzinfo)
        seconds = (milliseconds(time) or 0) / 1000
        start = (midnight - zero).total_seconds() + seconds
        # A start of this very second is now: the interval counts from when it was written.
        return now if now - 1 < start <= now else start

    def _interval(self, row: Row) -> float:
        return (milliseconds(row.fields.get("interval", "0s")) or 0) / 1000

    def _sweep(self) -> None:
        """Alarms of rows that were changed or removed since; they must not pile up."""
        if len(self._alarms) > 2 * len(self.device.tables[PATH]) + 1000:
            rows = self.device.tables[PATH].rows
            self._alarms = [a for a in self._alarms if a[2] in rows and rows[a[2]].due == a[0]]
            heapq.heapify(self._alarms)

    def _show(self, row: Row) -> None:
        row.fields.pop("next-run", None)
        if row.due is not None:
            moment = self.device.clock.moment_at(row.due)
            row.fields["next-run"] = self.device.version.date(moment)

    def _ring(self) -> None:
        when, _, number = heapq.heappop(self._alarms)
        row = self.device.tables[PATH].rows.get(number)
        if row is None or row.due != when:
            return
        interval = self._interval(row)
        row.due = when + interval if interval else None
        if row.due is not None:
            heapq.heappush(self._alarms, (row.due, next(self._count), number))
        row.fields["run-count"] = str(int(row.fields["run-count"]) + 1)
        self._show(row)
        self.start(self.source(row.fields.get("on-event", "")))

    # -- scripts -------------------------------------------------------------

    def source(self, text: str) -> str:
        """What an event does: the script of that name, or the text itself."""
        row = self.device.tables["/system/script"].by_name(text.strip())
        return row.fields.get("source", "") if row else text

    def start(self, source: str) -> None:
        """Begins a script; what it does after a delay comes with the time."""
        if len(self._jobs) < MOST_JOBS:
            self._advance(run(self.device, source))

    def run_now(self, source: str) -> None:
        """A script to its end, without its delays. Raises Trap with the script's error."""
        try:
            for _ in run(self.device, source):
                pass
        except ScriptError as problem:
            raise traps.Trap(str(problem)) from problem

    def _resume(self) -> None:
        _, _, job = heapq.heappop(self._jobs)
        self._advance(job)

    def _advance(self, job: Iterator[float]) -> None:
        try:
            wait = next(job)
        except StopIteration:
            return
        except ScriptError as problem:
            self.device.log("script,error", str(problem))
            return
        when = self.device.clock.now() + wait
        heapq.heappush(self._jobs, (when, next(self._count), job))

    def rearm(self) -> None:
        """After schedulers were put back as they were: each fires when it would have."""
        self._alarms.clear()
        for row in self.device.tables[PATH]:
            row.due = None
            self._arm(self.device, row)

    def reboot(self) -> None:
        """Running scripts end; schedulers are set anew, those of `startup` fire."""
        self._jobs.clear()
        self.rearm()
        for row in self.device.tables[PATH]:
            if row.fields["start-time"] == "startup" and row.fields.get("disabled") != "true":
                self.start(self.source(row.fields.get("on-event", "")))
