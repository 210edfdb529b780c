# SPDX-License-Identifier: GPL-3.0-or-later
"""dask as the engine: orders out to whichever worker is free, reports back as they come.

Only this module imports dask, and only when it is asked for. A worker that is lost over an order is
dask's to replace; that the order may be carried out again is what units promise. Imports errors
and its neighbours.
"""

import importlib
import logging
from collections.abc import Callable, Iterator, Sequence
from threading import Event
from time import monotonic
from typing import Any

from reconciler.errors import ReconcileError
from reconciler.executor.order import Data, Order, Report

SECONDS_TO_CONNECT = 10
SECONDS_FOR_A_WORKER = 30
SECONDS_OF_A_TICK = 0.02
URGENT = 10

Carry = Callable[[Data, bytes], Data]
"""What a worker calls with an order and the parcel; found there by its name."""


class ClusterError(ReconcileError):
    """The cluster cannot be used, or was lost."""


class Cluster:
    """A connection to a scheduler; a context manager. Nothing of it survives the run.

    `files` gives back the bytes it is given: its result is what orders take the parcel from, and
    dask makes it anew where the workers that held it are lost.
    """

    def __init__(self, address: str, carry: Carry, files: Callable[[bytes], bytes]) -> None:
        """Raises ClusterError where dask, the scheduler or every worker is missing."""
        self._dask = _imported()
        self._carry = carry
        self._files = files
        self._parcel: Any = None
        self._count = 0
        # What it logs of lost workers and connections is told by reports and errors.
        for name in ("distributed", *logging.root.manager.loggerDict):
            if name.partition(".")[0] == "distributed":
                logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            self._client = self._dask.Client(
                address, timeout=SECONDS_TO_CONNECT, set_as_default=False, name="reconcile"
            )
        except (OSError, ValueError, TypeError) as error:
            raise ClusterError(
                f"The scheduler {address} cannot be reached: {_text(error)}."
                " Is it running (`dask scheduler`), and is the address right?"
            ) from error
        self._wait_for_a_worker(address)

    def _wait_for_a_worker(self, address: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=SECONDS_FOR_A_WORKER)
        except TimeoutError as error:
            self.close()
            raise ClusterError(
                f"The scheduler {address} has no worker. Start some: `dask worker {address}`."
            ) from error

    def close(self) -> None:
        """Take back what is not begun yet, and leave."""
        self._parcel = None
        self._client.close(timeout=SECONDS_TO_CONNECT)

    def workers(self) -> frozenset[str]:
        """The addresses of the workers that there are. Raises ClusterError as `run` does."""
        try:
            return frozenset(self._client.nthreads())
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"The scheduler was lost: {_text(error)}.") from error

    def send(self, parcel: bytes, digest: str) -> None:
        """The parcel that the orders of this run go with."""
        self._parcel = self._client.submit(
            self._files, parcel, key=f"reconcile-files-{digest}", pure=False
        )

    def run(
        self, orders: Sequence[Order], *, urgent: bool = False
    ) -> Iterator[tuple[Order, Report | str]]:
        """Each order with its report, as they come, or why none came: also where for a while no
        worker is there.

        Raises ClusterError where the scheduler is lost.
        """
        futures = {}
        for order in orders:
            self._count += 1
            future = self._client.submit(
                self._carry,
                order.data(),
                self._parcel,
                key=f"reconcile-{order.unit}-{order.router}-{order.of_run.token}-{self._count}",
                priority=URGENT if urgent else 0,
                pure=False,
            )
            futures[future] = order
        try:
            for future in self._as_they_come(list(futures)):
                yield futures.pop(future), self._report_of(future)
            for order in futures.values():
                yield order, "no worker is left"
        finally:
            self._client.cancel(list(futures))

    def _as_they_come(self, futures: Sequence[Any]) -> Iterator[Any]:
        """Futures that are done; it ends early where no worker is left and none comes."""
        done = self._dask.as_completed(futures, loop=self._client.loop)
        tick, since = Event(), monotonic()
        while not done.is_empty():
            if done.has_ready():
                yield from done.next_batch(block=False)
                since = monotonic()
            elif monotonic() - since < SECONDS_FOR_A_WORKER:
                tick.wait(SECONDS_OF_A_TICK)
            elif self.workers():
                since = monotonic()
            else:
                return

    def _report_of(self, future: Any) -> Report | str:
        if future.status == "finished":
            return Report.of(future.result())
        if future.status != "error":
            return "the scheduler was lost, or took the work back"
        error = future.exception()
        if isinstance(error, self._dask.scheduler.KilledWorker):
            return "one worker after the other was lost over it"
        raise ClusterError(
            f"A worker could not do its work ({error!r}). Is the same version of wisp-reconcile,"
            " with the extra `dask`, installed on every worker?"
        ) from error


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__


def _imported() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise ClusterError(
            "--executor dask needs the extra `dask`: pip install 'wisp-reconcile[dask]'."
        ) from error
