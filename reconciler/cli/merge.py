# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile merge`: the plan files of all shards as one plan."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.context import Repo
from reconciler.cli.forms import report, report_options
from reconciler.cli.options import A_FILE
from reconciler.cli.policies import judged
from reconciler.effects import effects_of
from reconciler.shards import merge as merge_parts


@click.command()
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=A_FILE,
)
@report_options
@click.pass_obj
def merge(
    repo: Repo,
    /,
    files: tuple[Path, ...],
    form: str,
    file: Path | None,
    detailed_exitcode: bool,
    **forms: Path | None,
) -> None:
    """Put the plan files of all shards together: one report, one plan file, one fingerprint.

    \b
    Example:  reconcile merge shard-*.plan --out change.plan
    """
    texts = [(str(path), path.read_text(encoding="utf-8", errors="replace")) for path in files]
    created = datetime.now(UTC).isoformat(timespec="seconds")
    changes = merge_parts(texts, repo.loaded.secrets.fingerprint, created)
    changes = replace(changes, effects=effects_of(changes.plans, repo.loaded.inventory))
    changes = judged(repo, changes, None)
    report(repo, changes, forms, form=form, file=file, detailed_exitcode=detailed_exitcode)
