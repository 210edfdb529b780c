# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of one router -> waves in which nothing depends on anything else of the same wave.

What is named comes before what names it: profiles and queue types, lists and marks, secrets and
queues, rules with the jumps last; removals the other way round and last of all, but for rows
that hold a key which another change needs. Imports change and kinds only.
"""

from collections.abc import Callable, Iterable, Sequence

from reconciler.change import Action, Change
from reconciler.kinds import REFERENCES

_WRITES_KEY = (Action.ADD, Action.SET, Action.ADOPT)
_TOP_RANK = 3


def make_waves(changes: Sequence[Change]) -> list[list[Change]]:
    """Adds, sets and moves in waves; without removals that may wait."""
    removals = [c for c in changes if _is_removal(c)]
    wanted_keys = {_key_after(c) for c in changes} - {None} if removals else set()
    waves = [[c for c in removals if _key_before(c) in wanted_keys]]
    for rank in range(_TOP_RANK):
        ranked = [c for c in changes if c.kind.rank == rank and not _is_removal(c)]
        # Sets go first: they may vacate the key that an add of the same menu takes.
        waves.append([c for c in ranked if c.action is not Action.ADD])
        waves.append([c for c in ranked if c.action is Action.ADD])
    # Rules keep the order in which they were placed: each stands before one that is there already.
    rules = [c for c in changes if c.kind.ordered and not _is_removal(c)]
    waves.append([c for c in rules if not _is_jump(c)])
    waves.append([c for c in rules if _is_jump(c)])
    return [wave for wave in waves if wave]


def break_waves(changes: Sequence[Change]) -> list[list[Change]]:
    """Removals that nothing was waiting for, users before what they use, jumps first."""
    early = {id(change) for wave in make_waves(changes) for change in wave}
    late = [c for c in changes if _is_removal(c) and id(c) not in early]
    jumps = [c for c in late if _is_jump(c)]
    rest = [c for c in late if not _is_jump(c)]
    ranked = [[c for c in rest if c.kind.rank == rank] for rank in range(_TOP_RANK, -1, -1)]
    return [wave for wave in (jumps, *ranked) if wave]


def held_back(changes: Sequence[Change], waits: Callable[[Change], bool]) -> list[Change]:
    """Removals that must wait, and every change that cannot be made before them.

    What a row names that stays, such as its profile or the rules of its list, stays too. Whoever
    takes the key of a row that stays waits, and so does who takes theirs.
    """
    held: list[Change] = []
    more = [c for c in changes if _is_removal(c) and waits(c)]
    while more:
        held += more
        known = {id(change) for change in held}
        keys = {_key_before(c) for c in held}
        names = {name for c in held if _is_removal(c) for name in _named_by(c)}
        more = [
            c
            for c in changes
            if id(c) not in known and (_key_after(c) in keys or names & _names_of(c))
        ]
    return held


def _is_removal(change: Change) -> bool:
    return change.action is Action.REMOVE


def _is_jump(change: Change) -> bool:
    return change.mark.startswith("router/jump-")


Name = tuple[str, str, str | None]
"""A menu, a field of it and its value, by which a row of another menu may call a row of this."""


def _named_by(change: Change) -> set[Name]:
    return {
        (used.path, used_field, change.before.get(namer_field))
        for (namer, namer_field), (used, used_field) in REFERENCES
        if change.kind is namer and change.before.get(namer_field)
    }


def _names_of(change: Change) -> set[Name]:
    """The names by which others may call a row that is to go."""
    if not _is_removal(change):
        return set()
    return {
        (used.path, used_field, change.before.get(used_field))
        for _, (used, used_field) in REFERENCES
        if change.kind is used
    }


Key = tuple[str, tuple[str | None, ...]]


def _key_after(change: Change) -> Key | None:
    """The key that a change takes."""
    takes = change.action in _WRITES_KEY and change.kind.key
    return (change.kind.path, tuple(change.key.values())) if takes else None


def _key_before(change: Change) -> Key:
    """The key that a removal or a set leaves; that of an add is its own."""
    key = (change.before.get(name, value) for name, value in change.key.items())
    return (change.kind.path, tuple(key))


def group(changes: Iterable[Change], by: Callable[[Change], object]) -> list[list[Change]]:
    """Changes with equal `by`, groups in order of their first change."""
    groups: dict[object, list[Change]] = {}
    for change in changes:
        groups.setdefault(by(change), []).append(change)
    return list(groups.values())
