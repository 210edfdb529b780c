# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand for a served device. May import session and traps.

Counting of writes begins anew with each call: 1 is the next write.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.emulator import traps
from reconciler.emulator.answers import Command
from reconciler.emulator.session import Verdict


@dataclass
class Faults:
    """`latency`: seconds one way; requests under way overlap. `refuse_login`: no user gets in.

    `write_seconds`: how long each write takes the router, one after the other. `shuffle`: a seed;
    the replies to commands under way then come mixed, each command's own in order.
    """

    latency: float = 0.0
    write_seconds: float = 0.0
    refuse_login: bool = False
    shuffle: int | None = None
    writes: int = 0
    frozen: bool = False
    _pending: dict[int, Callable[[], Verdict]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def drop_before_write(self, count: int) -> None:
        """The connection goes when the n-th write from now arrives; it has no effect."""
        self.at_write(count, lambda: Verdict.DROP_BEFORE)

    def drop_after_write(self, count: int) -> None:
        """The n-th write from now takes effect, and the connection goes without an answer."""
        self.at_write(count, lambda: Verdict.DROP_AFTER)

    def trap_at_write(self, count: int, message: str, category: int | None = None) -> None:
        """The n-th write from now is refused with this text."""

        def refuse() -> Verdict:
            raise traps.Trap(message, category)

        self.at_write(count, refuse)

    def at_write(self, count: int, act: Callable[[], Verdict]) -> None:
        """What `act` says befalls the n-th write from now.

        It runs before the write has its effect and in the thread that serves all devices, so it may
        wait for nothing that they do.
        """
        if count < 1:
            raise ValueError("writes count from 1")
        with self._lock:
            self._pending[self.writes + count] = act

    def clear(self) -> None:
        """No fault from now on, but for a device that went away."""
        with self._lock:
            self._pending.clear()
            self.latency = self.write_seconds = 0.0
            self.refuse_login = False
            self.shuffle = None

    def gate(self, command: Command) -> Verdict:
        """Asked by the session before each command."""
        if not command.writes:
            return Verdict.PASS
        with self._lock:
            self.writes += 1
            action = self._pending.pop(self.writes, None)
        return action() if action else Verdict.PASS
