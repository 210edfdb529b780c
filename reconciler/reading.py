# SPDX-License-Identifier: GPL-3.0-or-later
"""A router's plan in the groups and the order in which people read it, values as they write them.

What text, comments and pages share. Pure. Imports change, desired, effects, marks, normal,
planning, sessions, telling and wording.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from reconciler.change import Action, Change
from reconciler.desired import TIDY
from reconciler.effects import Effect
from reconciler.marks import without_mark
from reconciler.normal import format_rate
from reconciler.planning import RouterPlan
from reconciler.sessions import Session, SessionKind
from reconciler.telling import told
from reconciler.wording import printable

SYMBOL = {Action.ADD: "+", Action.SET: "~", Action.MOVE: "^", Action.REMOVE: "-", Action.ADOPT: "="}
SUMMARY = {
    Action.ADD: "to add",
    Action.SET: "to change",
    Action.MOVE: "to move",
    Action.REMOVE: "to remove",
    Action.ADOPT: "to adopt",
}
NOTICES = "on-screen notices, from today's date and not from a file"
_RATE_FIELDS = re.compile(r".*(limit|rate|threshold)$|limit-at")
_BITS = re.compile(r"\d+(/\d+)?( |$)")


class FieldValues(NamedTuple):
    """A field of a row as people write it; `before` is None for what is added or removed."""

    name: str
    before: str | None
    after: str


class Group(NamedTuple):
    """Changes under one heading: of a service, a plan, all rules of a router, or the notices.

    `label`: whose it is and what happens there; `place`: where in the files, or why nowhere.
    """

    name: str
    changes: Sequence[Change]
    label: str = ""
    place: str = ""
    effect: Effect | None = None

    def __str__(self) -> str:
        label = f"({self.label})" if self.label else ""
        return printable("  ".join(part for part in (self.name, label, self.place) if part))


@lru_cache(maxsize=4096)
def human(name: str, value: str | None) -> str:
    """A value as people write it: rates with k, M and G, nothing as `-`."""
    if value is None or value == "":
        return "-"
    if _RATE_FIELDS.fullmatch(name) and _BITS.match(value):
        value = " ".join(
            "/".join(_rate(part) for part in word.split("/")) for word in value.split()
        )
    return printable(value)


def _rate(part: str) -> str:
    return format_rate(int(part)) if part.isdigit() else part


def key_text(change: Change) -> str:
    """What names the row: `ana-lopez pppoe`."""
    return " ".join(printable(part) for part in change.key.values() if part)


def fields_of(change: Change) -> Iterator[FieldValues]:
    """The fields that differ; of what is added or removed, those that have not the default."""
    if change.action in (Action.ADD, Action.REMOVE):
        unset = change.kind.unset
        for name, value in (change.after or change.before).items():
            if value and value != unset[name] and name not in change.key and name != "comment":
                yield FieldValues(name, None, human(name, value))
    else:
        for name, value in change.after.items():
            yield FieldValues(name, human(name, change.before[name]), human(name, value))


def groups(plan: RouterPlan, effects: Mapping[str, Effect]) -> Iterator[Group]:
    """All changes of a router: plans and rules, services, notices. `effects` by mark."""
    for name, changes in groupby(_in_reading_order(plan.changes), key=_name):
        yield _group(plan, name, list(changes), effects)
    if notices := [change for change in plan.changes if change.notice]:
        yield Group(NOTICES, notices)


def _group(
    plan: RouterPlan, name: str, changes: Sequence[Change], effects: Mapping[str, Effect]
) -> Group:
    change = changes[0]
    values = change.before if change.action is Action.REMOVE else change.after
    label = change.source.label or without_mark(values.get("comment") or "")
    effect = effects.get(change.source.id)
    if effect and (said := told(effect)):
        label = f"{label or effect.name}: {said}"
    place = str(change.source.where or _reason(plan, change))
    return Group(name, changes, label if change.is_service else "", place, effect)


def _name(change: Change) -> str:
    source = change.source.id
    if source == TIDY:
        return f"left by others: {change.source.label.lower()}"
    return "block rules" if source.startswith("router/") else source


def _reason(plan: RouterPlan, change: Change) -> str:
    """Why a row is not wanted that no place in the files asks for."""
    home = plan.moves_to(change)
    if home:
        return f"lives on {home} now"
    is_known = change.mark in plan.census.known or change.source.id.startswith("plan/")
    return "needed here no more" if is_known else "in no file"


def _in_reading_order(changes: Iterable[Change]) -> list[Change]:
    """Plans and rules before services; rules, written from the last to the first, turned round."""
    plain = [change for change in changes if not change.notice]
    spot = {id(change): at for at, change in enumerate(plain)}
    return sorted(
        plain,
        key=lambda c: (c.is_service, _name(c), -spot[id(c)] if c.kind.ordered else spot[id(c)]),
    )


def endings(sessions: Sequence[Session]) -> dict[int, str]:
    """What each change ends, in words, by the identity of the Change object."""
    counts: dict[int, Counter[str]] = {}
    for session in sessions:
        counts.setdefault(id(session.cause), Counter())[session.fate] += 1
    return {
        key: ", ".join(ending(*item) for item in fates.items()) for key, fates in counts.items()
    }


def ending(kind: str, count: int) -> str:
    """What ends, or with the kind `waits` goes on until the next login."""
    if kind == "waits":
        return f"applies at the next login of {count}"
    if kind == SessionKind.CONNECTIONS:
        return "open connections end"
    return "1 session drops" if count == 1 else f"{count} sessions drop"
