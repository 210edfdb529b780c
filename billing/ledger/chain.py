# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of lines: each names the SHA-256 of the one before, so that no edit goes unseen.

Pure. Imports of the project: errors, the ledger's files.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from billing.ledger.files import LedgerFile
from reconciler.errors import Problem, Where


class RawLine(NamedTuple):
    """A line as it stands in a file, without its end."""

    file: LedgerFile
    row: int
    text: str

    @property
    def where(self) -> Where:
        return Where(self.file.file, self.row)


def digest(line: str | None) -> str | None:
    """What the next line names of this one."""
    return None if line is None else sha256(line.encode()).hexdigest()


def lines_of(files: Iterable[LedgerFile]) -> Iterator[RawLine]:
    """All lines in the order of the files' names; line ends are LF alone."""
    for file in files:
        for row, text in enumerate(file.text.removesuffix("\n").split("\n"), 1):
            if text or file.text:
                yield RawLine(file, row, text)


def broken_link(line: RawLine, previous: str | None, said: object) -> Problem | None:
    """The problem where a line does not name the one before it."""
    expected = digest(previous)
    if said == expected:
        return None
    what = (
        "the first line of the ledger, but names another before it"
        if expected is None
        else "not written after the line before it, which was changed, removed or moved"
    )
    hint = "Restore the files from git: lines are only ever added at the end"
    return Problem("ledger-chain", f"This is {what}.", hint, line.where)
