# SPDX-License-Identifier: GPL-3.0-or-later
"""`policies/<id>.yaml`: a rule of the house over the files, or over what a plan would do.

Imports of the project: its neighbours in models.
"""

from enum import StrEnum

from reconciler.models.base import Model
from reconciler.models.scalars import Id, Text


class PolicySeverity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class PolicyAbout(StrEnum):
    PLAN = "plan"
    FILES = "files"


class Policy(Model):
    """A rule of the house."""

    id: Id
    """The name of the file without `.yaml`."""
    description: Text | None = None
    """Why there is this rule; shown where it is broken."""
    severity: PolicySeverity = PolicySeverity.ERROR
    """error stops `validate`, `plan` and `apply`; a warning stops nothing."""
    about: PolicyAbout
    """plan: asked of every change set. files: asked of the files alone, by `validate` too."""
    each: Text | None = None
    """A list; the rule is asked for each of its entries, as `it`."""
    deny: Text
    """An expression; where it is true the rule is broken."""
    message: Text
    """What is said then; `{{ … }}` holds expressions."""
