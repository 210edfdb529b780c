# SPDX-License-Identifier: GPL-3.0-or-later
"""A command as it was sent and what it is answered. May import traps, facts.model."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.emulator import traps
from reconciler.emulator.facts.model import Fields


@dataclass(frozen=True)
class Answer:
    """`rows` are the `!re` sentences; `ret` the value of `!done`; `empty`: a print found none."""

    rows: Sequence[Sequence[tuple[str, str]]] = ()
    ret: str | None = None
    empty: bool = False


@dataclass(frozen=True)
class Command:
    """A parsed sentence. `name` is the last part of the path."""

    path: str
    name: str
    arguments: Fields
    queries: Sequence[str] = field(default=())

    @property
    def writes(self) -> bool:
        return self.name not in READING


READING = frozenset("print get getall listen cancel login quit monitor".split())


def parse(words: Sequence[str]) -> Command:
    """Raises Trap for a word that is neither argument nor query."""
    path, _, name = words[0].rpartition("/")
    arguments: Fields = {}
    queries: list[str] = []
    for word in words[1:]:
        if word[:1] == "=":
            key, _, value = word[1:].partition("=")
            arguments[key] = value
        elif word[:1] == "?":
            queries.append(word)
        elif not word.startswith(".tag="):
            raise traps.unknown_parameter(word)
    return Command(path, "print" if name == "getall" else name, arguments, queries)
