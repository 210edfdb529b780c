# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies asked of facts; what they deny is a problem like any other. Pure.

Imports of the project: errors, models and its neighbours.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.errors import Problem, Severity, Where
from reconciler.models.policy import PolicyAbout, PolicySeverity
from reconciler.policies.expressions import BadExpression, text_of, value_of
from reconciler.policies.loading import Loaded

_MOST = 20


def judge(
    policies: Iterable[Loaded], about: PolicyAbout, facts: Mapping[str, Any]
) -> list[Problem]:
    """What the policies about files, or about a plan, deny."""
    return [
        problem for one in policies if one.policy.about is about for problem in _asked(one, facts)
    ]


def _asked(one: Loaded, facts: Mapping[str, Any]) -> Iterator[Problem]:
    count = 0
    facts = {name: facts[name] for name in one.names if name in facts}
    try:
        for it in _entries(one, facts):
            names = facts if one.each is None else {**facts, "it": it}
            if value_of(one.deny, names):
                count += 1
                if count <= _MOST:
                    yield _broken(one, text_of(one.message, names), _place(it) or one.where)
        if count > _MOST:
            yield _broken(one, f"{count - _MOST} more of the same.", one.where)
    except BadExpression as error:
        yield Problem(
            "policy-broken",
            f"The policy {one.policy.id} cannot be asked: {error}.",
            "Correct its expressions: see docs/policies.md",
            one.where,
        )


def _entries(one: Loaded, facts: Mapping[str, Any]) -> Iterable[Any]:
    if one.each is None:
        return [None]
    entries = value_of(one.each, facts)
    if isinstance(entries, str | Mapping) or not isinstance(entries, Iterable):
        raise BadExpression("`each` is no list")
    return entries


def _place(it: Any) -> Where | None:
    """Where an entry of the data comes from, as the JSON of plans and the files have it."""
    if isinstance(it, Mapping):
        source = it.get("source", it)
        if isinstance(source, Mapping) and isinstance(file := source.get("file"), str):
            return Where(file, source.get("line"))
    return None


def _broken(one: Loaded, said: str, where: Where) -> Problem:
    is_error = one.policy.severity is PolicySeverity.ERROR
    return Problem(
        "policy",
        f"{one.policy.id}: {said}",
        one.policy.description,
        where,
        Severity.ERROR if is_error else Severity.WARNING,
    )
