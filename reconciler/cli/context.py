# SPDX-License-Identifier: GPL-3.0-or-later
"""What every command knows: the state repository, the terminal, today. May import anything.

What takes long to import is imported where it is needed: `--help` and slips of the pen need none.
"""

# ruff: noqa: PLC0415 - see above

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from reconciler.cli.streams import may_colour, mute
from reconciler.errors import ReconcileError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from reconciler.changeset import ChangeSet
    from reconciler.render import Line
    from reconciler.run import Loaded
    from reconciler.work import Work

# When several hold, the first is the exit code of a command.
PRIORITY = (5, 6, 7, 4, 1, 3, 2)


def first_code(codes: Iterable[int]) -> int:
    held = set(codes)
    return next((code for code in PRIORITY if code in held), 0)


@dataclass
class Seen:
    """What a command found and did, for those who look at a run when it is over."""

    changes: "ChangeSet | None" = None
    works: "Sequence[Work]" = ()
    outcome: tuple[str, ...] = ()


@dataclass
class Repo:
    """The state repository a command works on, found when it is first asked for."""

    given: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    seen: Seen = field(default_factory=Seen)

    @cached_property
    def root(self) -> Path:
        from reconciler.inventory.files import find_root

        root = self.given or find_root(Path.cwd())
        if root is None:
            raise ReconcileError(
                f"Neither {Path.cwd()} nor a folder above it holds a reconcile.yaml."
                " Name the state repository with --repo DIR."
            )
        root = root.resolve()
        if not (root / "reconcile.yaml").exists():
            say(f"{root} is no state repository: it holds no reconcile.yaml.")
        return root

    @cached_property
    def loaded(self) -> "Loaded":
        from reconciler.run import load_repository

        return load_repository(self.root, self.environ, self.cache)

    @property
    def cache(self) -> Path | None:
        """Where is remembered what files were read as."""
        from reconciler.inventory import cache_folder

        return cache_folder(self.environ)

    def today(self, on: date | None) -> date:
        """The date given, else the local date of the company."""
        zone = ZoneInfo(self.loaded.inventory.settings.timezone)
        return on or datetime.now(zone).date()

    @cached_property
    def commit(self) -> str | None:
        """The commit that the files stand for; None outside git or where files differ from it."""
        from reconciler import git

        return git.head_commit(self.root) if git.is_clean(self.root) else None


def print_data(text: str) -> None:
    """Data for machines on stdout."""
    print_pieces([text])


def print_pieces(pieces: Iterable[str]) -> None:
    """The same of a text in pieces."""
    try:
        for piece in pieces:
            click.echo(piece, nl=False)
        click.echo()
    except BrokenPipeError:
        mute()


def out() -> "Console":
    from reconciler.cli import console

    return console.out()


def err() -> "Console":
    from reconciler.cli import console

    return console.err()


def print_lines(lines: "Iterable[Line]") -> None:
    """Lines for people on stdout, coloured on a terminal."""
    if may_colour(sys.stdout):
        from reconciler.cli.console import print_coloured

        print_coloured(lines)
    elif texts := [line.text for line in lines]:
        print_data("\n".join(texts))


@dataclass
class _Log:
    """How logs are written: as text for people, or a JSON object a line for a collector."""

    as_json: bool = False


LOG = _Log()
_LEVELS = {"bold red": "error", "yellow": "warning"}


def say(text: str, style: str = "") -> None:
    """Progress and logs: on stderr, so that stdout holds data alone."""
    if LOG.as_json:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = {"time": now, "level": _LEVELS.get(style, "info"), "message": text}
        click.echo(json.dumps(entry, ensure_ascii=False), err=True)
    elif may_colour(sys.stderr):
        from reconciler.cli.console import say_coloured

        say_coloured(text, style)
    else:
        click.echo(text, err=True)


def is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str, yes: bool) -> None:
    """Ask on a terminal; without one and without --yes nothing is done."""
    if yes:
        return
    if not is_interactive():
        raise UsageError("There is no terminal to ask on: add --yes to go on without asking.")
    if not click.confirm(question):
        raise ReconcileError("Nothing was written: the answer was no.")
