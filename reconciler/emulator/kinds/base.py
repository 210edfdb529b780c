# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind of value is, and the plain ones: text, booleans, words, whole numbers.

A kind reads what a client wrote into the text that the API prints, or refuses it with a Trap,
and writes that text as an export would. May import traps only.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.emulator import traps


class Lookup(Protocol):
    """What kinds may ask the device."""

    def has_name(self, path: str, name: str) -> bool: ...

    def name_of(self, path: str, identifier: str) -> str | None: ...


@dataclass(frozen=True)
class Kind:
    """Any text. `argument` is the name that a trap states."""

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        return text

    def export(self, value: str) -> str:
        return value

    def references(self, value: str) -> Iterator[tuple[str, str]]:
        """(menu, name) of every row that the value points to."""
        return iter(())

    def rename(self, value: str, path: str, old: str, new: str) -> str:
        """The value after the row `old` of the menu `path` was renamed."""
        return value


@dataclass(frozen=True)
class Text(Kind):
    """Free text; `required` refuses the empty one."""

    required: bool = False

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        if self.required and not text:
            raise traps.invalid(argument)
        return text


BOOLEANS = {"yes": "true", "true": "true", "no": "false", "false": "false"}


PLAIN = Text()


@dataclass(frozen=True)
class Bool(Kind):
    """Written yes/no or true/false, printed true/false, exported yes/no."""

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        try:
            return BOOLEANS[text]
        except KeyError:
            raise traps.no_match(argument) from None

    def export(self, value: str) -> str:
        return {"true": "yes", "false": "no"}.get(value, value)


@dataclass(frozen=True)
class Word(Kind):
    """One of a set of words; `yes` and `no` among them stay words."""

    words: frozenset[str]

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        if text in self.words:
            return text
        word = {"true": "yes", "false": "no"}.get(text)
        if word in self.words:
            return word
        raise traps.no_match(argument)


@dataclass(frozen=True)
class Int(Kind):
    """A whole number within a range, printed without sign or leading zeros."""

    low: int = 0
    high: int = 2**32 - 1

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        if not re.fullmatch(r"-?[0-9]{1,20}", text):
            raise traps.invalid(argument)
        number = int(text)
        if not self.low <= number <= self.high:
            raise traps.out_of_range(argument, self.low, self.high)
        return str(number)


@dataclass(frozen=True)
class Shaped(Kind):
    """Text that must have a shape; `shape` turns it into the printed form or gives None."""

    shape: Callable[[str], str | None]
    exported: Callable[[str], str] = field(default=str)

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        value = self.shape(text)
        if value is None:
            raise traps.invalid(argument)
        return value

    def export(self, value: str) -> str:
        return self.exported(value)


def words(text: str) -> Word:
    return Word(frozenset(text.split()))
