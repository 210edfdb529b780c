# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies from their folder, checked as every other file is; none of them is asked yet.

Imports of the project: errors, inventory, models, its neighbours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Template

from reconciler.errors import Problem, Where
from reconciler.inventory.files import contents
from reconciler.inventory.finding import Finding
from reconciler.inventory.kinds import Kind
from reconciler.inventory.reading import read
from reconciler.models.policy import Policy
from reconciler.policies.expressions import BadExpression, Expression, expression, message, names_in

FOLDER = "policies"


@dataclass(frozen=True)
class Loaded:
    """A policy that can be asked. `where`: its first line; `names`: the facts that it asks for."""

    policy: Policy
    where: Where
    each: Expression | None
    deny: Expression
    message: Template
    names: frozenset[str]


def load_policies(root: Path) -> tuple[tuple[Loaded, ...], tuple[Problem, ...]]:
    """All policies that can be asked, and all that is wrong with the others."""
    policies: list[Loaded] = []
    problems: list[Problem] = []
    folder = root / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        file = f"{FOLDER}/{path.name}"
        if path.suffix != ".yaml" or path.name.startswith("."):
            continue  # tests in Python, notes
        data = contents(root, file)
        if isinstance(data, Problem):
            problems.append(data)
            continue
        reading = read(KIND, file, data)
        problems += reading.problems
        if isinstance(reading.model, Policy) and not reading.problems:
            policies.append(_ready(reading.model, Where(file, reading.line)))
    return tuple(policies), tuple(problems)


def _ready(policy: Policy, where: Where) -> Loaded:
    each = expression(policy.each) if policy.each else None
    asked = f"{{{{ {policy.each or 'none'} }}}}{{{{ {policy.deny} }}}}{policy.message}"
    names = frozenset(names_in(asked))
    return Loaded(policy, where, each, expression(policy.deny), message(policy.message), names)


def _is_read(policy: Policy) -> Iterator[Finding]:
    """Every expression is one."""
    for key, text, reader in (
        ("each", policy.each, expression),
        ("deny", policy.deny, expression),
        ("message", policy.message, message),
    ):
        try:
            if text is not None:
                reader(text)
        except BadExpression as error:
            hint = 'Expressions are those of Jinja: it.what == "cut" and weekday == "fri"'
            yield Finding("policy-broken", (key,), f"This is no expression: {error}.", hint)


KIND = Kind("policy", FOLDER, Policy, (_is_read,))
