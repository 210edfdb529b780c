# SPDX-License-Identifier: GPL-3.0-or-later
"""One plan made in parts on several machines, and its parts put together again. Pure.

A router belongs to the shard that its id alone decides, whatever other routers there are. Imports
changeset, errors and plandata.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reconciler.changeset import ChangeSet, PlanFile, Sign, Stale
from reconciler.errors import Problem, ReconcileError, UsageError
from reconciler.plandata import plan_data, plan_of, problem_of


class Unmergeable(ReconcileError):
    """Plan files that are not all the parts of one plan."""


@dataclass(frozen=True)
class Shard:
    """The `index`-th of `of` parts, from 1 on."""

    index: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """`3/8`. Raises UsageError for anything else."""
        index, _, of = text.partition("/")
        if not (_is_number(index) and _is_number(of) and 1 <= int(index) <= int(of)):
            raise UsageError(f"--shard {text} is not like 3/8: which part, of how many.")
        return cls(int(index), int(of))

    def holds(self, router: str) -> bool:
        """Whether a router's plan is made in this part."""
        number = int.from_bytes(sha256(router.encode()).digest()[:8])
        return number % self.of + 1 == self.index

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


@dataclass(frozen=True)
class Part:
    """What a plan file of a shard says beyond its changes.

    `routers`: of the whole plan, in its order; `asked`: a hash of what the plan was asked for.
    """

    shard: Shard
    routers: tuple[str, ...]
    asked: str


def hash_of(asked: Any) -> str:
    """A hash of what a plan was asked for, plain data: its narrowing, date and options."""
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def part_data(changes: ChangeSet, part: Part) -> dict[str, Any]:
    """What the plan file of a shard holds beside what any does, for `merge`."""
    return {
        "shard": {
            "index": part.shard.index,
            "of": part.shard.of,
            "routers": list(part.routers),
            "asked": part.asked,
            "plans": [plan_data(plan) for plan in changes.plans],
        }
    }


@dataclass(frozen=True)
class _Read:
    """A part as it was read: the name of its file, and what is in that."""

    name: str
    part: Part
    changes: ChangeSet


def merge(files: Iterable[tuple[str, str]], sign: Sign, created: str) -> ChangeSet:
    """The plan of which `files`, each its name and text, are all the parts.

    Raises Stale for a damaged file or another signature, Unmergeable where parts are missing,
    there twice, or not of one plan.
    """
    parts = [_read(name, text, sign) for name, text in files]
    _check(parts)
    plans = {plan.router: plan for part in parts for plan in part.changes.plans}
    problems: dict[Problem, None] = {}
    for part in parts:
        problems |= dict.fromkeys(part.changes.problems)
    first = parts[0]
    return ChangeSet(
        tuple(plans[router] for router in first.part.routers),
        first.changes.commit,
        created,
        tuple(problems),
    )


def _read(name: str, text: str, sign: Sign) -> _Read:
    try:
        stated = PlanFile.parse(text, sign)
    except Stale as error:
        raise Stale(f"{name}: {error}") from error
    data = json.loads(text)
    shard = data.get("shard")
    if shard is None:
        raise Unmergeable(f"{name} is a whole plan: `merge` takes files of `plan --shard`.")
    try:
        problems = [problem_of(one) for one in data["problems"] if one["router"] is None]
        part = Part(
            Shard(shard["index"], shard["of"]), tuple(shard["routers"]), str(shard["asked"])
        )
        plans = tuple(plan_of(one) for one in shard["plans"])
        changes = ChangeSet(plans, stated.commit, data["created"], tuple(problems))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Stale(f"{name} is damaged. Make it anew with plan --shard.") from error
    if changes.fingerprint != stated.fingerprint:
        raise Stale(f"{name} was changed after it was made. Make it anew with plan --shard.")
    return _Read(name, part, changes)


def _check(parts: Sequence[_Read]) -> None:
    """Raises Unmergeable unless these are all the parts of one plan."""
    first, *others = parts
    for other in others:
        for what, this, that in (
            ("commit", first.changes.commit, other.changes.commit),
            ("number of shards", first.part.shard.of, other.part.shard.of),
            ("set of routers", first.part.routers, other.part.routers),
            ("narrowing, date or option", first.part.asked, other.part.asked),
        ):
            if this != that:
                told = what in ("commit", "number of shards")
                shown = f" ({this or 'none'} and {that or 'none'})" if told else ""
                raise Unmergeable(
                    f"{first.name} and {other.name} are not of one plan: another {what}{shown}."
                    " Plan all shards of one commit, with nothing uncommitted and the same options."
                )
    of = first.part.shard.of
    names = defaultdict(list)
    for part in parts:
        names[part.part.shard.index].append(part.name)
    for index, files in names.items():
        if len(files) > 1:
            raise Unmergeable(f"The shard {index}/{of} is there twice: {', '.join(files)}.")
    missing = [f"{index}/{of}" for index in range(1, of + 1) if index not in names]
    if missing:
        words = "shard is" if len(missing) == 1 else "shards are"
        raise Unmergeable(
            f"{len(missing)} {words} missing: {', '.join(missing)}. Give the files of all {of}."
        )
    for part in parts:
        due = {router for router in part.part.routers if part.part.shard.holds(router)}
        if due != {plan.router for plan in part.changes.plans}:
            raise Unmergeable(f"{part.name} does not hold the routers of its shard.")
