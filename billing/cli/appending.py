# SPDX-License-Identifier: GPL-3.0-or-later
"""New lines at the end of ledger files: all or none, and only where they read back soundly."""

from datetime import date

from billing.ledger.loading import load_ledger
from billing.ledger.model import Ledger
from billing.ledger.writing import with_lines
from reconciler.cli.context import Repo, say
from reconciler.errors import Bug, ReconcileError
from reconciler.staging import Staged, write


def never_back(ledger: Ledger, day: date) -> None:
    """Raises ReconcileError where the ledger has lines of a later day: numbers follow the days."""
    invoices = (one.recorded_on for one in ledger.invoices if one.recorded_on)
    last = max((*invoices, *(one.date for one in ledger.credits)), default=day)
    if day < last:
        raise ReconcileError(
            f"The ledger has lines that were recorded on {last}: lines of {day} cannot come after"
            " them. Take a later --on; drafts keep their own dates."
        )


def append_lines(repo: Repo, lines: dict[str, list[str]]) -> None:
    """Write lines by file. Raises Bug where the ledger would not be sound with them."""
    write(repo.root, sound_lines(repo, lines))


def append_and_tell(repo: Repo, lines: dict[str, list[str]], *, dry_run: bool) -> None:
    """The same with the files named; nothing is written on a dry run."""
    if dry_run:
        say("Dry run: nothing was written.")
        return
    append_lines(repo, lines)
    say("\n".join(f"changed {file}" for file in sorted(lines)))


def sound_lines(repo: Repo, lines: dict[str, list[str]]) -> list[Staged]:
    """Ledger files with new lines, not written yet; raises like `append_lines`."""
    staged: list[Staged] = []
    overlay: dict[str, str] = {}
    # Credits first: a run that is killed between two files leaves at worst a transfer into an
    # invoice that is not there, which every command refuses, and never a period billed twice.
    for file, some in sorted(lines.items()):
        path = repo.root / file
        before = path.read_bytes() if path.exists() else None
        overlay[file] = with_lines((before or b"").decode(), some)
        staged.append(Staged(file, before, overlay[file].encode()))
    _, problems = load_ledger(repo.root, repo.loaded.inventory, overlay)
    broken = [problem for problem in problems if problem.is_error]
    if broken:
        raise Bug(f"The new lines would not be sound: {broken[0]} Nothing was written.")
    return staged
