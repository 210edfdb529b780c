# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of lines: each names the SHA-256 of the one before and of itself, so that no edit goes
unseen, not even of the last one.

Pure. Imports of the project: errors, the ledger's files.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from billing.ledger.files import LedgerFile
from reconciler.errors import Problem, Where

_SEAL = re.compile(r'.*,"hash":"[0-9a-f]{64}"\}')
_SEAL_LENGTH = len(',"hash":""}') + 64


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


def sealed(line: str) -> str:
    """A JSON object with one more key at its end: the hash of the text that it was."""
    return f'{line[:-1]},"hash":"{digest(line)}"}}'


def is_sealed(line: str | None) -> bool:
    """Whether a line has a hash of its own; ledgers from before there were any have not."""
    return line is not None and _SEAL.fullmatch(line) is not None


def broken_seal(line: RawLine, previous: str | None, has_hash: bool) -> Problem | None:
    """The problem where a line is not what was written, or lost the hash that would tell."""
    if sealed(f"{line.text[:-_SEAL_LENGTH]}}}") == line.text:
        return None
    if has_hash:
        what = "The line was changed after it was written: its hash is that of other content."
    elif is_sealed(previous):
        what = "The line has no hash, and the one before it has: it was changed or added by hand."
    else:
        return None
    hint = "Restore it from git: what was issued is corrected by a void or a credit note"
    return Problem("ledger-chain", what, hint, line.where)


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
