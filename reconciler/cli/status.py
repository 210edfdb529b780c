# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile status`: how the routers are right now, or one client on them."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import click
from rich.live import Live
from rich.text import Text

from reconciler import git
from reconciler.cli.console import STYLES
from reconciler.cli.context import Repo, first_code, is_interactive, out, print_data, print_lines
from reconciler.cli.noticed import noticed
from reconciler.cli.options import format_option, scope_options
from reconciler.cli.surveying import known_clients
from reconciler.errors import UsageError
from reconciler.fleet import Fleet
from reconciler.inventory import Subscription
from reconciler.planning import RouterPlan
from reconciler.render import Line
from reconciler.run import Scope, make_targets
from reconciler.status.clients import service_status
from reconciler.status.lines import status_data, status_lines
from reconciler.status.look import look, owners_of, status_codes
from reconciler.status.model import RouterStatus, ServiceStatus
from reconciler.survey import Actual
from reconciler.suspension import waiting
from reconciler.work import Target, Work, planner


@click.command()
@scope_options
@click.option("--sessions", is_flag=True, help="Each live session, and not their number alone.")
@format_option()
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option(
    "--every",
    type=click.IntRange(1, 3600),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks.",
)
@click.pass_obj
def status(
    repo: Repo,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    sessions: bool,
    form: str,
    watch: bool,
    every: int,
) -> None:
    """Tell how the routers are: reachable, applied, what waits, who is logged in.

    \b
    Examples:  reconcile status --watch
               reconcile status --client ana-lopez
    """
    if watch and (form != "text" or not is_interactive()):
        raise UsageError("--watch needs a terminal, and text.")
    look = _Look(repo, Scope(routers, zones, clients), sessions)
    if watch:
        _watch(look, every)
        return
    seen, services = look()
    if form == "json":
        print_data(json.dumps(status_data(seen, services), ensure_ascii=False, indent=1))
    else:
        print_lines(status_lines(seen, services, datetime.now(UTC)))
    raise SystemExit(first_code(status_codes(seen)))


class _Look:
    """One look at all routers in scope; each call asks them anew."""

    def __init__(self, repo: Repo, scope: Scope, sessions: bool) -> None:
        self._repo, self._scope = repo, scope
        self._logins = sessions or bool(scope.clients)
        self._targets = make_targets(repo.loaded, scope, noticed=noticed(repo))
        self._actual: dict[str, Actual] = {}

    def __call__(self) -> tuple[list[RouterStatus], list[ServiceStatus]]:
        seen: dict[str, RouterStatus] = {}
        self._actual = {}

        def ask(work: Work) -> None:
            router = work.target.router.id
            owners = owners_of(self._repo.loaded.inventory.subscriptions, router)
            seen[router] = look(
                work, owners, self._behind, self._repo.today(None), logins=self._logins
            )

        with Fleet(self._targets, plan=self._plan) as fleet:
            works = fleet.survey(ask)
            known_clients(self._repo, self._scope, works)
        plans = {work.target.router.id: work.plan for work in works}
        subs = self._in_scope()
        for router, plan in plans.items():
            found = tuple(waiting(subs, plan))
            seen[router] = replace(seen[router], waiting=found)
        return [seen[router] for router in plans], self._services(seen, plans)

    def _plan(self, target: Target, actual: Actual) -> RouterPlan:
        self._actual[target.router.id] = actual
        return planner(target, actual)

    def _behind(self, commit: str) -> int | None:
        return git.commits_since(self._repo.root, commit)

    def _services(
        self, seen: dict[str, RouterStatus], plans: dict[str, RouterPlan]
    ) -> list[ServiceStatus]:
        return [
            service_status(sub, seen[router], plans[router], self._actual.get(router))
            for sub in self._asked_for()
            if (router := sub.router.id) in seen
        ]

    def _in_scope(self) -> Sequence[Subscription]:
        """The services whose changes the plans hold."""
        subs = self._repo.loaded.inventory.subscriptions
        clients, zones = self._scope.clients, self._scope.zones
        if not clients and not zones:
            return subs
        return [sub for sub in subs if sub.client.id in clients or sub.client.zone in zones]

    def _asked_for(self) -> Sequence[Subscription]:
        subs = self._repo.loaded.inventory.subscriptions
        return [sub for sub in subs if sub.client.id in self._scope.clients]


def _watch(look: _Look, every: int) -> None:
    """Until somebody presses Ctrl-C, which is how it is meant to end."""
    try:
        with Live(console=out(), auto_refresh=False, screen=False) as live:
            while True:
                now = datetime.now(UTC)
                title = f"{now.astimezone():%H:%M:%S}, again every {every} s. Ctrl-C ends."
                lines = [*status_lines(*look(), now), Line("source", title)]
                live.update(_as_text(lines), refresh=True)
                time.sleep(every)
    except KeyboardInterrupt:
        return


def _as_text(lines: Sequence[Line]) -> Text:
    return Text("\n").join(Text(line.text, style=STYLES[line.kind]) for line in lines)
