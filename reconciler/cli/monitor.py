# SPDX-License-Identifier: GPL-3.0-or-later
"""After a run: metrics for Prometheus, and messages to people. May import anything.

Neither changes how the run ends: what could not be sent is said on stderr.
"""

import importlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.changeset import ChangeSet, fingerprint
from reconciler.cli.context import Repo, say
from reconciler.cli.options import Command, Option
from reconciler.drift import only_drift
from reconciler.errors import ReconcileError
from reconciler.metrics import Run, write_metrics
from reconciler.notify import Event, Seen, Told, events_of, messages
from reconciler.planning import RouterPlan, Status
from reconciler.render import describe
from reconciler.staging import write_whole
from reconciler.wording import counted, os_reason

_TOLD = Path(".reconcile/told.json")
_MOST_LINES = 20
_FAILED = (1, 4, 5, 6, 7)


def monitored(name: str) -> Option:
    """`--metrics`, and what is told of after the command; it gets the Repo first."""

    def decorate(command: Command) -> Command:
        @click.option(
            "--metrics",
            metavar="FILE|URL",
            help="Write Prometheus metrics to a file, or push them to a gateway.",
        )
        @wraps(command)
        def run(repo: Repo, *args: Any, metrics: str | None, **more: Any) -> None:
            began, code, why = time.monotonic(), 1, ""
            try:
                command(repo, *args, **more)
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
                raise
            except ReconcileError as error:
                code, why = error.exit_code, str(error)
                raise
            except OSError as error:
                why = os_reason(error)
                raise
            except (click.Abort, KeyboardInterrupt):
                code = 130
                raise
            finally:
                _after(repo, name, code, why, time.monotonic() - began, metrics)

        return run

    return decorate


def _after(repo: Repo, name: str, code: int, why: str, seconds: float, metrics: str | None) -> None:
    seen = repo.seen
    try:
        if metrics is not None:
            inventory = repo.loaded.inventory if seen.changes is not None else None
            run = Run(
                name,
                code,
                datetime.now(UTC).timestamp(),
                seconds,
                seen.changes,
                seen.works,
                inventory,
            )
            write_metrics(run, metrics)
        if seen.changes is not None and name in ("apply", "drift"):
            _tell_of_run(repo, name, code, why, seen.changes)
    except ReconcileError as error:
        say(f"warning: {error}", "yellow")


def _tell_of_run(repo: Repo, name: str, code: int, why: str, changes: ChangeSet) -> None:
    if not repo.loaded.inventory.settings.notifications:
        return
    plans = changes.plans
    failures: tuple[str, ...] = ()
    if name == "apply" and code in _FAILED:
        begun = any(work.was_begun for work in repo.seen.works)
        what = "was broken off" if begun else "stopped before its first write"
        reason = repo.loaded.secrets.redact(why) or f"it ended with {code}."
        failures = repo.seen.outcome[-_MOST_LINES:] or (f"An apply {what}: {reason}",)
    away = tuple(
        (plan.router, plan.error or "") for plan in plans if plan.status is Status.UNREACHABLE
    )
    seen = Seen(
        frozenset(plan.router for plan in plans if plan.status is not Status.UNREACHABLE),
        away,
        tuple(map(_drift, plans)) if name == "drift" else None,
        failures,
    )
    events, told = events_of(seen, _told(repo.root))
    if tell(repo, events):
        _remember(repo.root, told)


def _drift(plan: RouterPlan) -> tuple[str, str | None, str]:
    changes = only_drift(plan).changes
    if not changes:
        return plan.router, None, ""
    lines = [f"{plan.router}: {counted(len(changes), 'change')} by hand"]
    lines += [f"  {change.action.value} {describe(change)}" for change in changes[:_MOST_LINES]]
    print_ = fingerprint((plan.router, change) for change in changes)
    return plan.router, print_, "\n".join(lines)


def tell(repo: Repo, events: Sequence[Event]) -> bool:
    """Send what the rules say; whether all was sent: who is not told now is told next time."""
    settings = repo.loaded.inventory.settings
    company = settings.company.name if settings.company else repo.root.name
    done = True
    for rule, title, body in messages(settings.notifications, events, company):
        try:
            sent = _send(repo.loaded.secrets.resolve(rule.to), title, body)
        except ReconcileError as error:
            say(f"warning: nobody was told: {error}", "yellow")
            sent = False
        else:
            if not sent:
                say(f"warning: a message could not be sent: {title}", "yellow")
        done = done and sent
    return done


def _send(url: str, title: str, body: str) -> bool:
    try:
        apprise = importlib.import_module("apprise")
    except ImportError as error:
        raise ReconcileError(
            "notifications need the extra `notify`: pip install 'wisp-reconcile[notify]'"
        ) from error
    sender = apprise.Apprise()
    if not sender.add(url):
        raise ReconcileError("the address in `to` is none that apprise knows.")
    return bool(sender.notify(title=title, body=body, body_format="text"))


def _told(root: Path) -> Told:
    """What was told last; whoever finds no memory of it tells again."""
    try:
        data = json.loads((root / _TOLD).read_text(encoding="utf-8"))
        return Told(frozenset(data["away"]), tuple((key, value) for key, value in data["drift"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Told()


def _remember(root: Path, told: Told) -> None:
    path = root / _TOLD
    path.parent.mkdir(parents=True, exist_ok=True)
    data = asdict(told) | {"away": sorted(told.away)}
    write_whole(path, json.dumps(data).encode())
