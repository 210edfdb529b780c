# SPDX-License-Identifier: GPL-3.0-or-later
"""From a state repository to the targets of a run: load, check, narrow, compile, find secrets.

Everything the commands share between the files and the routers. Imports change, compile, errors,
guards, inventory, models, planning, router, secrets, shards, wording and work.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reconciler.change import Action, Change
from reconciler.compile import check_passwords, compile_router
from reconciler.errors import FilesError, Problem, UsageError, Where
from reconciler.guards import limits_of
from reconciler.inventory import Inventory, load
from reconciler.models import Limits, Router, TlsAnonymous, TlsFingerprint
from reconciler.planning import Keep
from reconciler.router import Endpoint, TlsMode
from reconciler.secrets import Secrets
from reconciler.shards import Shard
from reconciler.wording import unknown
from reconciler.work import Target


@dataclass(frozen=True)
class Scope:
    """What a run is narrowed to; empty means everything."""

    routers: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    shard: Shard | None = None

    @property
    def is_whole(self) -> bool:
        """Whether routers are looked at whole, though perhaps not all of them."""
        return not (self.zones or self.clients)


@dataclass(frozen=True)
class Loaded:
    """A state repository without errors; `problems` are its warnings."""

    inventory: Inventory
    secrets: Secrets
    problems: tuple[Problem, ...]


def load_repository(root: Path, environ: Mapping[str, str], cache: Path | None = None) -> Loaded:
    """Raises FilesError with every problem where there is any error. `cache`: see `load`."""
    inventory, problems = load(root, cache)
    if inventory is None or any(problem.is_error for problem in problems):
        raise FilesError(problems)
    secrets = Secrets(inventory.settings, environ, root)
    return Loaded(inventory, secrets, tuple(problems))


def make_targets(
    loaded: Loaded, scope: Scope, *, adopt: bool = False, noticed: Collection[str] = ()
) -> list[Target]:
    """One target a router in scope. Raises UsageError for unknown ids, FilesError for secrets."""
    inventory, secrets = loaded.inventory, loaded.secrets
    check_scope(scope, inventory)
    keep = narrowing(scope, inventory)
    targets: list[Target] = []
    problems: list[Problem] = []
    for router in routers_in(scope, inventory):
        try:
            check_passwords(inventory, router, secrets)
            endpoint = endpoint_of(router, secrets, inventory.where(router))
        except FilesError as error:
            problems += error.problems
            continue
        wanted = partial(compile_router, inventory, router, secrets, noticed)
        targets.append(Target(router, endpoint, wanted, secrets.fingerprint, adopt, keep))
    if problems:
        raise FilesError(list(dict.fromkeys(problems)))
    return targets


def endpoint_of(router: Router, secrets: Secrets, where: Where) -> Endpoint:
    """How to reach a router, its password in clear."""
    return Endpoint(
        host=router.host,
        port=router.port,
        username=router.username,
        password=secrets.resolve(router.password, where=where),
        tls=_tls_mode(router),
        timeout=router.timeout,
        charset=router.charset,
        name=router.id,
    )


def _tls_mode(router: Router) -> TlsMode:
    if isinstance(router.tls, TlsFingerprint):
        return TlsMode.pinned(router.tls.fingerprint)
    if isinstance(router.tls, TlsAnonymous):
        return TlsMode.anonymous()
    return TlsMode.verified() if router.tls else TlsMode.off()


def check_scope(scope: Scope, inventory: Inventory) -> None:
    """Raises UsageError for a router or zone that no file knows."""
    for noun, asked, known in (
        ("router", scope.routers, inventory.routers),
        ("zone", scope.zones, inventory.zones),
    ):
        for name in asked:
            if name not in known:
                raise UsageError(unknown(noun, name, known))


def check_clients(scope: Scope, inventory: Inventory, changes: Iterable[Change]) -> None:
    """Raises UsageError for a client of the scope that neither a file nor a change knows.

    A client whose file was just deleted is known by the marks that are still on the routers.
    """
    missing = [name for name in scope.clients if name not in inventory.clients]
    marked = {change.mark.partition("/")[0] for change in changes} if missing else set()
    for name in missing:
        if name not in marked:
            raise UsageError(unknown("client", name, inventory.clients))


def limits_of_routers(inventory: Inventory) -> dict[str, Limits]:
    """Each router's limits: its own where it has them, else the settings'."""
    settings = inventory.settings.limits
    return {router.id: limits_of(settings, router.limits) for router in inventory.routers.values()}


def routers_in(scope: Scope, inventory: Inventory) -> Iterable[Router]:
    """The routers to look at: those named, else those on which what is asked for lives; of a shard
    its own.
    """
    shard = scope.shard
    return [router for router in _asked(scope, inventory) if not shard or shard.holds(router.id)]


def _asked(scope: Scope, inventory: Inventory) -> Iterable[Router]:
    ids = set(scope.routers)
    if not ids and not scope.is_whole:
        clients = _clients_of(scope, inventory)
        ids = {sub.router.id for sub in inventory.subscriptions if sub.client.id in clients}
        if not clients <= set(inventory.clients):
            ids = set(inventory.routers)
        ids |= {inventory.zones[zone].router for zone in scope.zones}
    return [router for router in inventory.routers.values() if not ids or router.id in ids]


def _clients_of(scope: Scope, inventory: Inventory) -> set[str]:
    in_zones = {c.id for c in inventory.clients.values() if c.zone in scope.zones}
    return set(scope.clients) | in_zones


def narrowing(scope: Scope, inventory: Inventory) -> Keep | None:
    """Which changes belong to the zones and clients asked for: their rows, and what these name."""
    if scope.is_whole:
        return None
    clients = _clients_of(scope, inventory)
    former = {
        old for id_ in clients & set(inventory.clients) for old in inventory.clients[id_].former_ids
    }
    plans = {f"plan/{sub.plan.id}" for sub in inventory.subscriptions if sub.client.id in clients}

    def keep(change: Change) -> bool:
        if change.is_service:
            return change.mark.partition("/")[0] in clients | former
        return change.action is Action.ADD and change.source.id in plans

    return keep
