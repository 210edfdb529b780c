# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on a cluster, from a repository and a scheduler's address. May import anything."""

from collections.abc import Collection
from secrets import token_hex

from reconciler import __version__
from reconciler.cli.context import Repo
from reconciler.cli.worker import files, work
from reconciler.executor.cluster import Cluster
from reconciler.executor.distant import Distant
from reconciler.executor.order import Run
from reconciler.executor.parcel import digest, pack
from reconciler.run import Scope, check_scope, routers_in


def distant(
    repo: Repo,
    scope: Scope,
    scheduler: str,
    *,
    adopt: bool,
    tidy: bool,
    noticed: Collection[str],
) -> Distant:
    """Raises FilesError for a secret in clear, ClusterError where there is no cluster to be had."""
    inventory = repo.loaded.inventory
    check_scope(scope, inventory)
    parcel = pack(inventory)
    run = Run(
        __version__,
        digest(parcel),
        token_hex(8),
        zones=scope.zones,
        clients=scope.clients,
        adopt=adopt,
        tidy=tidy,
        noticed=tuple(sorted(noticed)),
    )
    cluster = Cluster(scheduler, work, files)
    cluster.send(parcel, run.files)
    return Distant(routers_in(scope, inventory), run, cluster)
