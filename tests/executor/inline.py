# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of one worker in this process: messages go as JSON, and the worker may be lost."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from end_to_end.world import World

from reconciler import __version__
from reconciler.cli import worker
from reconciler.executor.cluster import ClusterError
from reconciler.executor.distant import Distant
from reconciler.executor.order import Order, Report, Run
from reconciler.executor.parcel import digest, pack
from reconciler.run import Scope, routers_in
from reconciler.secrets import derive


@dataclass
class Inline:
    """`lost`: units whose first worker is lost after it did its work, so that it is done again.
    `is_gone`: every worker; `is_dead`: the scheduler.
    `between`: called when a worker was lost, before the next one goes on.
    """

    parcel: bytes
    environ: dict[str, str]
    lost: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    is_gone: bool = False
    is_dead: bool = False
    between: Callable[[], None] = lambda: None

    def run(
        self, orders: Sequence[Order], *, urgent: bool = False
    ) -> Iterator[tuple[Order, Report | str]]:
        self.workers()
        for order in orders:
            if self.is_gone:
                yield order, "one worker after the other was lost over it"
                continue
            text = json.dumps(order.data())
            if order.unit in self.lost:
                self.lost.discard(order.unit)
                self._work(text)
                self.between()
            answer = self._work(text)
            self.sent += [text, answer]
            yield order, Report.of(json.loads(answer))

    def _work(self, text: str) -> str:
        with (
            # Not its content: the environment of a process may not change under its threads.
            mock.patch.object(os, "environ", self.environ),
            mock.patch.object(worker, "SECONDS_BETWEEN_LOOKS", 0),
        ):
            done: dict[str, Any] = worker.work(json.loads(text), self.parcel)
        return json.dumps(done)

    def workers(self) -> frozenset[str]:
        if self.is_dead:
            raise ClusterError("The scheduler was lost: no answer.")
        return frozenset() if self.is_gone else frozenset({"inline"})

    def close(self) -> None:
        """There is nothing to close."""


def inline(world: World, *lost: str, environ: dict[str, str] | None = None) -> Inline:
    given = world.environ if environ is None else environ
    return Inline(pack(world.load().inventory), dict(given), set(lost))


def distant(world: World, cluster: Inline, token: str = "token") -> Distant:
    inventory = world.load().inventory
    message = Run(__version__, digest(cluster.parcel), token)
    return Distant(routers_in(Scope(), inventory), message, cluster)  # type: ignore[arg-type]


def secrets_of(world: World) -> set[str]:
    """Every secret that a run over the world has to do with."""
    clients = [path.stem for path in (world.root / "inventory/clients").glob("*.yaml")]
    key = world.environ["RECONCILE_KEY"]
    derived = {derive(key.encode(), client, "internet", 1) for client in clients}
    return derived | set(world.environ.values())
