# SPDX-License-Identifier: GPL-3.0-or-later
"""Work shared out to copies of this process, where that is safe: results in order, problems raised.

Imports nothing of the project.
"""

import concurrent.futures
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

# A process was killed or could not be had: then this one does it alone.
FAILURES = (concurrent.futures.BrokenExecutor, OSError)


def cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def may_fork() -> bool:
    """A copy of a process with other threads may wait for ever for what one of these held."""
    is_daemon = multiprocessing.current_process().daemon  # which may not have children
    return sys.platform == "linux" and threading.active_count() == 1 and not is_daemon


def copies(
    count: int, work: Callable[..., object] | None = None, given: Sequence[Any] = ()
) -> concurrent.futures.ProcessPoolExecutor:
    """A pool of copies of this process, in which `by_number` does `work`."""
    # Named in full, since Python imports what it needs for that with the first use of the name.
    context = multiprocessing.get_context("fork")
    return concurrent.futures.ProcessPoolExecutor(count, context, _begin, (work, given))


def shared_out(work: Callable[[Given], Made], given: Sequence[Given]) -> Iterator[Made]:
    """`work` for each in order, on all cores; the results alone are sent, and must be picklable.

    What `work` raises is raised here. It must not depend on what it did before.
    """
    done = 0
    count = min(cores(), len(given))
    if count > 1 and may_fork():
        with suppress(*FAILURES), copies(count, work, given) as pool:
            for made in pool.map(by_number, range(len(given))):
                done += 1
                yield made
    for one in given[done:]:
        yield work(one)


_mine: list[tuple[Callable[..., Any], Sequence[Any]]] = []
"""In a copy: what it was made to do, which came to it with the fork."""


def _begin(work: Callable[..., object] | None, given: Sequence[Any]) -> None:
    """An interrupt reaches the whole group; the first process alone has something to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()
    if work is not None:
        _mine[:] = [(work, given)]


def by_number(number: int) -> Any:
    """In a copy: the work with that number."""
    work, given = _mine[0]
    return work(given[number])
