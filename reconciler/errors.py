# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is to blame: your files, the router, the way a command was called, or us.

Problems of the files are values that are collected and shown all at once; exceptions are only
for what ends a piece of work. Imports nothing of the project.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Where(NamedTuple):
    """A place in the state repository: a path relative to its root, and a line from 1 on."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """Something wrong: what (`message`), where, and what to do about it (`hint`).

    `code` is a stable word for machines, such as `duplicate-address`.
    """

    code: str
    message: str
    hint: str | None = None
    where: Where | None = None
    severity: Severity = Severity.ERROR
    router: str | None = None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = str(self.where) if self.where else self.router
        prefix = f"{place}: " if place else ""
        kind = "" if self.is_error else "warning: "
        hint = f" {self.hint}" if self.hint else ""
        return f"{prefix}{kind}{self.message}{hint}"

    @property
    def sort_key(self) -> tuple[str, str, int, str]:
        where = self.where or Where("")
        return (self.router or "", where.file, where.line or 0, self.message)


class ReconcileError(Exception):
    """Base of every error that a user may see; `exit_code` is that of the command."""

    exit_code = 1


class ProblemsError(ReconcileError):
    """Ends a piece of work for the sake of `problems`, and says all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FilesError(ProblemsError):
    """Your files: they hold at least one problem of severity error."""


class UsageError(ReconcileError):
    """The command was called wrongly."""

    exit_code = 64


class RouterError(ReconcileError):
    """The router's side: it said no, or said nothing."""


class Unreachable(RouterError):
    """No session could be had, or it was lost: refused, timed out, TLS failed, dropped."""

    exit_code = 3


class LoginRefused(RouterError):
    """The router was reached and does not accept the user name or password."""


class Refused(RouterError):
    """The router answered a command with a trap; the text is the router's own."""

    def __init__(self, message: str, category: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.category = category


class Bug(ReconcileError):
    """Our fault: a promise of this program does not hold. Please report it."""


@contextmanager
def naming(file: object) -> Iterator[None]:
    """What the system refuses inside is told with this file, which a full disk does not name."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from error
