# SPDX-License-Identifier: GPL-3.0-or-later
"""A run as Prometheus metrics, in the text format or pushed. The extra `metrics`.

Names begin with `reconcile_`; nothing of a client is in a label. Imports changeset,
drift, errors, inventory, planning, router, work; and prometheus-client where it is used.
"""

import importlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.changeset import ChangeSet
from reconciler.drift import DRIFT
from reconciler.errors import ReconcileError
from reconciler.inventory import Inventory
from reconciler.planning import Status
from reconciler.router import AnswerState
from reconciler.work import Work


@dataclass(frozen=True)
class Run:
    """What is measured: `at` in seconds since 1970, `seconds` how long it took."""

    command: str
    code: int
    at: float
    seconds: float
    changes: ChangeSet | None = None
    works: Sequence[Work] = ()
    inventory: Inventory | None = None


def write_metrics(run: Run, target: str) -> None:
    """To a file of the text format, written as a whole, or to a push gateway's URL.

    Raises ReconcileError where the library is missing or the target cannot be had.
    """
    library = _library()
    registry = library.CollectorRegistry()
    _Metrics(library.Gauge, registry).add(run)
    try:
        if target.startswith(("http://", "https://")):
            key = {"command": run.command}
            library.push_to_gateway(target, job="reconcile", registry=registry, grouping_key=key)
        else:
            library.write_to_textfile(str(Path(target)), registry)
    except OSError as error:
        text = f"The metrics could not be given to {_shown(target)}: {error}"
        raise ReconcileError(text) from error


def _shown(target: str) -> str:
    """A URL without the password in it."""
    scheme, found, rest = target.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if found else target


def _library() -> Any:
    try:
        return importlib.import_module("prometheus_client")
    except ImportError as error:
        raise ReconcileError(
            "--metrics needs the extra `metrics`: pip install 'wisp-reconcile[metrics]'"
        ) from error


class _Metrics:
    def __init__(self, gauge: Any, registry: Any) -> None:
        self._gauge, self._registry = gauge, registry

    def add(self, run: Run) -> None:
        for name, text, value in (
            ("run_timestamp_seconds", "When the last run ended.", run.at),
            ("run_duration_seconds", "How long it took.", run.seconds),
            ("run_exit_code", "How it ended; 0 is well.", run.code),
        ):
            self._metric(name, text, "command").labels(run.command).set(value)
        if run.changes is not None:
            self._plans(run.changes)
        if run.inventory is not None:
            self._services(run.inventory)
        if run.works:
            self._writes(run.works)

    def _plans(self, changes: ChangeSet) -> None:
        up = self._metric("router_up", "Whether the router could be read.", "router")
        differing = self._metric(
            "router_changes", "Differences between files and router.", "router", "action"
        )
        drifted = self._metric(
            "router_drift", "Differences that somebody made by hand; of drift alone.", "router"
        )
        drops = self._metric("router_session_drops", "Live sessions that would drop.", "router")
        for plan in changes.plans:
            up.labels(plan.router).set(plan.status is not Status.UNREACHABLE)
            for action, count in Counter(change.action for change in plan.changes).items():
                differing.labels(plan.router, action.value).set(count)
            drifted.labels(plan.router).set(sum(change.cause == DRIFT for change in plan.changes))
            drops.labels(plan.router).set(sum(one.drops for one in plan.sessions))

    def _services(self, inventory: Inventory) -> None:
        services = self._metric("services", "Services in the files.", "zone", "status")
        counts = Counter((sub.zone.id, sub.service.status.value) for sub in inventory.subscriptions)
        for labels, count in counts.items():
            services.labels(*labels).set(count)

    def _writes(self, works: Sequence[Work]) -> None:
        writes = self._metric("router_writes", "Writes of an apply.", "router", "state")
        wanted = self._metric("router_as_wanted", "Whether it was read back as wanted.", "router")
        for work in works:
            for state in AnswerState:
                if count := work.count(state):
                    writes.labels(work.plan.router, state.value).set(count)
            wanted.labels(work.plan.router).set(work.is_as_wanted)

    def _metric(self, name: str, text: str, *labels: str) -> Any:
        return self._gauge(f"reconcile_{name}", text, labels, registry=self._registry)
