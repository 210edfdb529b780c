# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing backtest`: months of the past computed again from git, and what differs."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import click

from billing.backtest import Difference, before_deeds, cuts, deeds, issues
from billing.calendar.days import add_months
from billing.cli.common import open_ledger, rows_format_option, show_rows, today_of
from billing.ledger.loading import load_ledger
from billing.ledger.model import Ledger
from reconciler.cli.context import Repo, say
from reconciler.cli.options import on_option
from reconciler.errors import FilesError
from reconciler.git import Commit, PastTrees, commits_of, own_line
from reconciler.inventory import Inventory, load
from reconciler.wording import counted

FOUND = 2
_COLUMNS = ("day", "commit", "what", "name", "field", "then", "now")
_INVOICES, _CLIENTS = "ledger/invoices", "inventory/clients"
# A changed line that begins or ends a suspension for debt.
_SUSPENSION = "cause: *[\"']?debt"


@click.command()
@click.option(
    "--months",
    type=click.IntRange(1, 240),
    default=3,
    show_default=True,
    metavar="N",
    help="How many months, the present one among them.",
)
@on_option
@rows_format_option
@click.pass_context
def backtest(context: click.Context, months: int, on: date | None, form: str) -> None:
    """Compute past months again, with the files as they were, and list what differs.

    Exit code 2 where something differs.

    \b
    Example:  reconcile billing backtest --months 12
    """
    repo: Repo = context.obj
    session = open_ledger(repo)
    zones = session.inventory.zones.values()
    last = on or max((today_of(session.inventory, zone) for zone in zones), default=date.max)
    window = (add_months(last.replace(day=1), 1 - months), last)
    ever = {one.id for one in session.ledger.invoices}
    with _past(repo) as past:
        found, looked = _run(past, window, ever)
    rows = [{"commit": commit, **_row(one)} for commit, one in found]
    show_rows(rows, _COLUMNS, form, session.formats)
    say(
        f"{window[0]} to {window[1]}: {counted(looked['invoice'], 'invoice')},"
        f" {counted(looked['cut'], 'cut')} and {counted(looked['restore'], 'restore')} computed"
        f" again, {counted(len(rows), 'difference')}"
    )
    if rows:
        context.exit(FOUND)


def _row(one: Difference) -> dict[str, Any]:
    return {**one._asdict(), "day": str(one.day)}


Place = tuple[str, int]
Window = tuple[date, date]
Found = tuple[str, Difference]


@dataclass(frozen=True)
class _Batch:
    """What one commit added of what was recorded on one day: lines by file and row."""

    hash: str
    before: str | None
    day: date
    places: frozenset[Place]
    is_last: bool = False


class _Past:
    """Commits of a repository and what it held at each."""

    def __init__(self, root: Path, trees: PastTrees, cache: Path) -> None:
        self._trees = trees
        self._cache = cache
        self.issues = commits_of(root, [_INVOICES])
        self.cuts = commits_of(root, [_CLIENTS], _SUSPENSION)
        self.order = {commit: place for place, commit in enumerate(own_line(root))}
        # A commit often both issues and cuts, and follows the one before it.
        self.inventory = lru_cache(3)(self._inventory)
        self.ledger = lru_cache(2)(self._ledger)

    def lines(self, commit: str) -> dict[str, Place]:
        """The lines of issued invoices and where each stands."""
        found: dict[str, Place] = {}
        root = self._trees.at(commit)
        for path in sorted((root / _INVOICES).glob("*.jsonl")):
            rows = path.read_text(encoding="utf-8").splitlines()
            found |= {text: (f"{_INVOICES}/{path.name}", row) for row, text in enumerate(rows, 1)}
        return found

    def _inventory(self, commit: str) -> Inventory:
        """Raises FilesError where the installed version finds an error in it."""
        inventory, problems = load(self._trees.at(commit), self._cache)
        if inventory is None or any(problem.is_error for problem in problems):
            raise FilesError(problems)
        return inventory

    def _ledger(self, commit: str) -> Ledger:
        """Raises FilesError likewise."""
        ledger, problems = load_ledger(self._trees.at(commit), self.inventory(commit))
        if any(problem.is_error for problem in problems):
            raise FilesError(problems)
        return ledger


@contextmanager
def _past(repo: Repo) -> Iterator[_Past]:
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        tree, cache = Path(folder, "tree"), Path(folder, "cache")
        tree.mkdir()
        yield _Past(repo.root, PastTrees(repo.root, tree), cache)


def _issued(past: _Past, window: Window) -> list[_Batch]:
    """The runs of `issue` in the window, the last one of each month marked."""
    found: list[_Batch] = []
    before: dict[str, Place] = {}
    for commit in past.issues:
        lines = past.lines(commit.hash)
        days: dict[date, set[Place]] = {}
        for text in lines.keys() - before.keys():
            day = _recorded_on(text)
            if day is not None and window[0] <= day <= window[1]:
                days.setdefault(day, set()).add(lines[text])
        found += [_Batch(*commit, day, frozenset(days[day])) for day in sorted(days)]
        before = lines
    last = {f"{one.day:%Y-%m}": index for index, one in enumerate(found)}
    return [replace(one, is_last=index in last.values()) for index, one in enumerate(found)]


def _recorded_on(text: str) -> date | None:
    try:
        return date.fromisoformat(json.loads(text)["recorded_on"])
    except (ValueError, KeyError, TypeError):
        return None


def _run(past: _Past, window: Window, ever: set[str]) -> tuple[list[Found], Counter[str]]:
    """All differences with their commits, by day; and how much was looked at."""
    found: list[Found] = []
    looked: Counter[str] = Counter()
    work: list[_Batch | Commit] = [*_issued(past, window), *past.cuts]
    for one in sorted(work, key=lambda one: past.order[one.hash]):
        if isinstance(one, _Batch):
            looked["invoice"] += len(one.places)
            found += _found(one.hash, one.day, _issues_of(past, one, ever))
        elif one.before is not None:
            found += _found(one.hash, window[1], _cuts_of(past, one, window, looked))
    return sorted(found, key=lambda one: (one[1].day, one[1].what)), looked


def _found(commit: str, day: date, differences: Iterator[Difference]) -> Iterator[Found]:
    """With the commit; files that the installed version finds wrong are a difference too."""
    try:
        for one in differences:
            yield commit[:12], one
    except FilesError as error:
        first = next(problem for problem in error.problems if problem.is_error)
        what = f"{first} ({counted(len(error.problems), 'problem')})"
        yield commit[:12], Difference(day, "files", commit[:12], "problems", None, what)


def _issues_of(past: _Past, batch: _Batch, ever: set[str]) -> Iterator[Difference]:
    inventory, ledger = past.inventory(batch.hash), past.ledger(batch.hash)
    new = [one for one in ledger.invoices if (one.file, one.row) in batch.places]
    found = list(issues(inventory, ledger, new, ever, batch.is_last))
    if found and batch.before is not None:
        # What the commit cut or restored it may have done after it issued.
        before = past.inventory(batch.before).clients
        done = [one for one in deeds(before, inventory.clients) if one.day >= batch.day]
        earlier = before_deeds(before, inventory, done)
        kept = {one.name for one in issues(earlier, ledger, new, ever, batch.is_last)}
        found = [one for one in found if one.name in kept]
    yield from found


def _cuts_of(
    past: _Past, commit: Commit, window: Window, looked: Counter[str]
) -> Iterator[Difference]:
    before = past.inventory(str(commit.before)).clients
    inventory = past.inventory(commit.hash)
    done = [one for one in deeds(before, inventory.clients) if window[0] <= one.day <= window[1]]
    if done:
        looked.update(one.what for one in done)
        yield from cuts(before, inventory, past.ledger(commit.hash), done)
