# SPDX-License-Identifier: GPL-3.0-or-later
"""`--executor` and `--scheduler`: who carries a run out. May import anything."""

import importlib
from collections.abc import Collection

import click

from reconciler.cli.context import Repo
from reconciler.cli.options import together
from reconciler.errors import UsageError
from reconciler.executor import Executor, Local
from reconciler.fleet import PARALLEL
from reconciler.run import Scope, make_targets
from reconciler.tidy import tidying
from reconciler.undo import Seal
from reconciler.work import planner

executor_options = together(
    click.option(
        "--executor",
        type=click.Choice(["local", "dask"]),
        default="local",
        show_default=True,
        help="In this process, or on the workers of a dask cluster.",
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="With dask: the scheduler, such as tcp://10.0.0.5:8786.",
    ),
)


def check_executor(executor: str, scheduler: str | None, asked: Collection[str] = ()) -> None:
    """Raises UsageError for what does not go together; `asked`: options that no cluster has."""
    if executor == "local" and scheduler:
        raise UsageError("--scheduler is for --executor dask: add it.")
    if executor == "dask" and not scheduler:
        raise UsageError("--executor dask needs --scheduler ADDRESS, such as tcp://10.0.0.5:8786.")
    if executor == "dask" and asked:
        raise UsageError(f"{' and '.join(asked)} cannot be had with --executor dask.")


def executor_for(
    repo: Repo,
    scope: Scope,
    scheduler: str | None,
    *,
    adopt: bool,
    tidy: bool,
    noticed: Collection[str],
    parallel: int = PARALLEL,
) -> Executor:
    """Who carries out a run over the routers in scope: workers where there is a scheduler."""
    if scheduler is None:
        targets = make_targets(repo.loaded, scope, adopt=adopt, noticed=noticed)
        plan = tidying if tidy else planner
        return Local(targets, seal_of(repo), parallel=parallel, plan=plan)
    # Who asks for no cluster does not wait for what only a cluster needs.
    cluster = importlib.import_module("reconciler.cli.cluster")
    found: Executor = cluster.distant(
        repo, scope, scheduler, adopt=adopt, tidy=tidy, noticed=noticed
    )
    return found


def seal_of(repo: Repo) -> Seal:
    """What seals the secrets of undo files in this process."""
    secrets = repo.loaded.secrets
    return Seal(secrets.key if secrets.has_key else None)
