# SPDX-License-Identifier: GPL-3.0-or-later
"""How far something long is, on stderr: a line that renews itself, or one for each tenth.

May import anything of the command line.
"""

import sys
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reconciler.cli.context import err, say
from reconciler.cli.streams import may_colour

if TYPE_CHECKING:
    from rich.status import Status

_LINES = 10


class Ticker(ABC):
    """A context manager around the work; whoever counts holds `lock` and calls `tick`.

    `total`: how much there is to do. `is_long`: whether it is worth a line without a terminal.
    """

    def __init__(self, total: int, *, is_long: bool) -> None:
        self.lock = Lock()
        self._total, self._is_long = total, is_long
        self._said = 0
        self._began = time.monotonic()
        self._stack = ExitStack()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if self._total and may_colour(sys.stderr) and (console := err()).is_terminal:
            self._status = self._stack.enter_context(console.status(self.text()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def tick(self, done: int) -> None:
        """Show how far it is."""
        step = done * _LINES // max(1, self._total)
        is_new, self._said = step > self._said, max(step, self._said)
        if self._status is not None:
            self._status.update(self.text())
        elif self._is_long and is_new:
            say(self.text())

    @property
    def seconds(self) -> str:
        """`12 s`, since the beginning."""
        return f"{time.monotonic() - self._began:.0f} s"

    @abstractmethod
    def text(self) -> str:
        """The line."""
