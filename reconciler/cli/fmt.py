# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile fmt`: the files in canonical form."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import click

from reconciler.cli.client.common import print_diff
from reconciler.cli.context import Repo, print_data, say
from reconciler.cli.options import A_FILE
from reconciler.errors import FilesError, Problem, ReconcileError, UsageError
from reconciler.formatting import formatted
from reconciler.inventory.files import Found, contents, find_files
from reconciler.inventory.kinds import SETTINGS, SETTINGS_FILE
from reconciler.policies import KIND
from reconciler.staging import Staged, write
from reconciler.wording import counted


@click.command()
@click.argument("files", nargs=-1, type=A_FILE)
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where a file would change.")
@click.option("--diff", is_flag=True, help="Show what changes.")
@click.pass_obj
@click.pass_context
def fmt(context: click.Context, repo: Repo, files: Sequence[Path], check: bool, diff: bool) -> None:
    """Put YAML files in canonical form: order of keys, quotes, blanks. Comments are kept.

    All files of the repository unless FILES are named; of those, what is no file of the
    repository's own kinds is passed over. A file that cannot be read is left and said.

    \b
    Examples:  reconcile fmt
               reconcile fmt --check --diff
    """
    chosen, broken = _chosen(repo.root, files), False
    changed: list[Staged] = []
    for one in chosen:
        try:
            before = contents(repo.root, one.file)
            if isinstance(before, Problem):
                raise FilesError([before])
            after = formatted(before, one.file, one.kind.model)
        except FilesError as error:
            say("\n".join(str(problem) for problem in error.problems))
            broken = True
        except ReconcileError as error:
            say(f"error: {error}")
            broken = True
        else:
            if after != before:
                changed.append(Staged(one.file, before, after))
    if diff and changed:
        print_diff(changed)
    if not check:
        write(repo.root, changed)
    if changed and not diff:
        print_data("\n".join(one.file for one in changed))
    verb = "would change" if check else "changed"
    say(f"{len(changed)} of {counted(len(chosen), 'file')} {verb}.")
    context.exit(int(broken or (check and bool(changed))))


def _chosen(root: Path, files: Iterable[Path]) -> list[Found]:
    """The files that have a canonical form: all, or those of the ones named."""
    rules = sorted((root / KIND.folder).glob("*.yaml"))
    found = [
        Found(SETTINGS, SETTINGS_FILE),
        *find_files(root)[0],
        *(Found(KIND, f"{KIND.folder}/{file.name}") for file in rules),
    ]
    wanted = {_inside(root, file) for file in files}
    return [one for one in found if not wanted or one.file in wanted]


def _inside(root: Path, file: Path) -> str:
    path = Path(os.path.abspath(file))  # noqa: PTH100 - a link is named by its own place
    try:
        return str(PurePosixPath(path.relative_to(root)))
    except ValueError as error:
        raise UsageError(f"{file} is not in the state repository {root}.") from error
