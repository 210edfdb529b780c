# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client commands share: choosing clients, today, showing and writing changes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.text import Text

from reconciler.cli.context import Repo, is_interactive, out, say
from reconciler.cli.options import Command, Option, complete_clients, ids_option, together
from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.select import Chosen, Filters, choose
from reconciler.edit import Edit
from reconciler.inventory import Inventory
from reconciler.models import Status, Zone
from reconciler.staging import Act, EditFile, Staged, check, diff_lines, stage, write
from reconciler.wording import counted

STATUSES = [status.value for status in Status]
_STYLES = {"+": "green", "-": "red", "@": "cyan", "r": "bold"}


ids_argument = click.argument("ids", metavar="[ID]...", nargs=-1, shell_complete=complete_clients)


@dataclass(frozen=True)
class Selection:
    """Whom a command is about, as it was called: ids or filters, and one service of each."""

    ids: tuple[str, ...]
    filters: Filters
    service: str | None = None

    def services(self, inventory: Inventory) -> list[Chosen]:
        """See `choose`."""
        return choose(inventory, self.ids, self.filters, self.service)


def selection_options(*, prefix: str = "", plan: str = "plan", ids: bool = True) -> Option:
    """Ids, `--zone`, `--plan`, `--status`, `--file` and `--service`, given as `selection`.

    With a prefix, or another name for `--plan`, where these words set values. Without `ids` only
    the filters.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def selecting(
            *args: Any,
            zones: Sequence[str],
            plans: Sequence[str],
            statuses: Sequence[str],
            id_file: Path | None,
            ids: Sequence[str] = (),
            service: str | None = None,
            **others: Any,
        ) -> None:
            named = None if id_file is None else _read_ids(id_file)
            filters = Filters(tuple(zones), tuple(plans), tuple(statuses), ids=named)
            command(*args, selection=Selection(tuple(ids), filters, service), **others)

        decorated = _filter_options(prefix, plan)(service_option(selecting) if ids else selecting)
        return ids_argument(decorated) if ids else decorated

    return decorate


def _filter_options(prefix: str, plan: str) -> Option:
    return together(
        ids_option("zone", "Clients of this zone", f"{prefix}zone"),
        ids_option("plan", "Services of this plan", f"{prefix}{plan}"),
        click.option(
            f"--{prefix}status",
            "statuses",
            multiple=True,
            type=click.Choice(STATUSES),
            help="Services in this state; may be given several times.",
        ),
        click.option(
            "--file",
            "id_file",
            type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
            help="A file of client ids, one a line; - for standard input.",
        ),
    )


service_option = click.option(
    "--service", metavar="ID", help="Only this service of clients that have several."
)


def _read_ids(file: Path) -> tuple[str, ...]:
    """Ids of a file, one a line or the first cell of it; `#` begins a comment."""
    with click.open_file(str(file), encoding="utf-8-sig") as lines:
        words = [line.partition("#")[0].replace(";", ",").partition(",")[0] for line in lines]
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def today_in(repo: Repo, zone: Zone | None, on: date | None) -> date:
    """The date given, else the local date of the zone."""
    if on is not None:
        return on
    name = (zone and zone.timezone) or repo.loaded.inventory.settings.timezone
    return datetime.now(ZoneInfo(name)).date()


def gather(
    chosen: Iterable[Chosen], act: Callable[[Chosen], Outcome], *, skip: bool
) -> tuple[list[EditFile], list[str]]:
    """The edits of all services by file, and notes; `skip`: what is impossible is a note."""
    edits: dict[str, list[Edit]] = {}
    notes: list[str] = []
    for one in chosen:
        try:
            outcome = act(one)
        except Impossible as error:
            if not skip:
                raise
            notes.append(f"left out: {error}")
            continue
        edits.setdefault(one.file, []).extend(outcome.edits)
        notes += outcome.notes
    acts = [EditFile(file, tuple(some)) for file, some in edits.items() if some]
    return acts, list(dict.fromkeys(notes))


def finish(
    repo: Repo,
    acts: Sequence[Act],
    notes: Iterable[str] = (),
    *,
    dry_run: bool,
    yes: bool,
    ask: bool = False,
    ledger: Sequence[Staged] = (),
) -> None:
    """Show the diff, check the repository, ask where that is due, write, and name the files.

    `ledger`: files of the ledger that are written with them.
    """
    staged = [*stage(repo.root, acts), *ledger]
    if notes := list(notes):
        say("\n".join(notes), "yellow")
    if not staged:
        say("Nothing to change.")
        return
    print_diff(staged)
    for problem in check(repo.root, staged, repo.loaded.problems):
        say(str(problem), "yellow")
    count = counted(len(staged), "file")
    if dry_run:
        say(f"Dry run: {count} would change, nothing was written.")
        return
    if ask and not yes and is_interactive() and not click.confirm(f"Write {count}?"):
        raise click.Abort
    write(repo.root, staged)
    say("\n".join(f"{_deed(one)} {one.file}" for one in staged))
    say(f"{count} written. See `reconcile plan`, then commit.")


def print_diff(staged: Iterable[Staged]) -> None:
    lines = list(diff_lines(staged))
    console = out()
    if not console.is_terminal:
        click.echo("\n".join(lines))
        return
    styled = (Text(line, style=_style(line)) for line in lines)
    console.print(Text("\n").join(styled))


def _style(line: str) -> str:
    return "bold" if line.startswith(("+++", "---")) else _STYLES.get(line[:1], "")


def _deed(one: Staged) -> str:
    if one.before is None:
        return "made"
    if one.after is None:
        return "deleted"
    return f"moved {one.moved_from} to" if one.moved_from else "changed"


def given(values: dict[str, Any]) -> dict[str, str]:
    """The options that were used."""
    return {name: value for name, value in values.items() if value is not None}
