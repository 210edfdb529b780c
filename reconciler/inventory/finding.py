# SPDX-License-Identifier: GPL-3.0-or-later
"""A broken rule at a key of a model, before it has a file and a line.

Imports of the project: errors, yamlfile.
"""

from dataclasses import dataclass

from reconciler.errors import Problem, Severity, Where
from reconciler.yamlfile import Loc


@dataclass(frozen=True)
class Finding:
    """What is wrong at `loc`, the path of keys and indexes in the file.

    `needs_all`: it says that something is absent, so it means nothing where a part of the file
    could not be read.
    """

    code: str
    loc: Loc
    message: str
    hint: str | None = None
    warning: bool = False
    needs_all: bool = False

    def at(self, where: Where) -> Problem:
        severity = Severity.WARNING if self.warning else Severity.ERROR
        return Problem(self.code, self.message, self.hint, where, severity)
