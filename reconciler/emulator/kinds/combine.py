# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds made of kinds, and references to rows of other menus. May import kinds.base, kinds.net."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.emulator import traps
from reconciler.emulator.kinds.base import Kind, Lookup
from reconciler.emulator.kinds.net import ip_prefix

IDENTIFIER = re.compile(r"\*[0-9A-Fa-f]{1,16}")


@dataclass(frozen=True)
class Ref(Kind):
    """The name of a row of one of `paths`, or one of the words `extra`.

    A hard reference: a name that does not exist is refused. `*ID` of an existing row is taken too.
    """

    paths: tuple[str, ...]
    extra: frozenset[str] = frozenset()

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        if text in self.extra:
            return text
        for path in self.paths:
            if lookup.has_name(path, text):
                return text
            if IDENTIFIER.fullmatch(text) and (name := lookup.name_of(path, text)) is not None:
                return name
        raise traps.MissingReference(argument, self.paths[0], text)

    def references(self, value: str) -> Iterator[tuple[str, str]]:
        if value and value not in self.extra:
            for path in self.paths:
                yield path, value

    def rename(self, value: str, path: str, old: str, new: str) -> str:
        return new if value == old and path in self.paths and value not in self.extra else value


@dataclass(frozen=True)
class Parts(Kind):
    """Values of one kind with a separator between them."""

    inner: Kind
    separator = ","

    def export(self, value: str) -> str:
        return self.separator.join(map(self.inner.export, value.split(self.separator)))

    def references(self, value: str) -> Iterator[tuple[str, str]]:
        for part in value.split(self.separator):
            yield from self.inner.references(part)

    def rename(self, value: str, path: str, old: str, new: str) -> str:
        parts = value.split(self.separator)
        return self.separator.join(self.inner.rename(part, path, old, new) for part in parts)


@dataclass(frozen=True)
class Pair(Parts):
    """`upload/download`; a single value counts for both."""

    separator = "/"

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        parts = text.split("/")
        if len(parts) > 2:
            raise traps.invalid(argument)
        read = [self.inner.read(part, argument, lookup) for part in parts]
        return f"{read[0]}/{read[-1]}"


@dataclass(frozen=True)
class PairOrOne(Pair):
    """A pair that keeps a single value single, such as a profile's queue-type."""

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        if "/" not in text:
            return self.inner.read(text, argument, lookup)
        return super().read(text, argument, lookup)


@dataclass(frozen=True)
class Many(Parts):
    """Values between commas, in the order given; empty is allowed."""

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        if not text:
            return ""
        return ",".join(self.inner.read(part, argument, lookup) for part in text.split(","))


@dataclass(frozen=True)
class Either(Kind):
    """The first kind that takes the value; the last one's refusal stands."""

    choices: tuple[Kind, ...]

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        for kind in self.choices[:-1]:
            try:
                return kind.read(text, argument, lookup)
            except traps.Trap:
                continue
        return self.choices[-1].read(text, argument, lookup)

    def export(self, value: str) -> str:
        return self.choices[0].export(value)

    def references(self, value: str) -> Iterator[tuple[str, str]]:
        for kind in self.choices:
            yield from kind.references(value)

    def rename(self, value: str, path: str, old: str, new: str) -> str:
        for kind in self.choices:
            value = kind.rename(value, path, old, new)
        return value


@dataclass(frozen=True)
class Negatable(Kind):
    """A value that a leading `!` negates."""

    inner: Kind

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        plain = text.removeprefix("!")
        return text[: len(text) - len(plain)] + self.inner.read(plain, argument, lookup)

    def export(self, value: str) -> str:
        plain = value.removeprefix("!")
        return value[: len(value) - len(plain)] + self.inner.export(plain)

    def references(self, value: str) -> Iterator[tuple[str, str]]:
        return self.inner.references(value.removeprefix("!"))

    def rename(self, value: str, path: str, old: str, new: str) -> str:
        plain = value.removeprefix("!")
        return value[: len(value) - len(plain)] + self.inner.rename(plain, path, old, new)


@dataclass(frozen=True)
class Target(Kind):
    """A queue's target: addresses (a host gets /32 or /128) and names of interfaces."""

    interface: Ref

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        if not text:
            return ""
        return ",".join(
            ip_prefix(part, host_bits=True) or self.interface.read(part, argument, lookup)
            for part in text.split(",")
        )

    def references(self, value: str) -> Iterator[tuple[str, str]]:
        for part in value.split(","):
            if part and not part[0].isdigit() and ":" not in part:
                yield from self.interface.references(part)

    def rename(self, value: str, path: str, old: str, new: str) -> str:
        return ",".join(self.interface.rename(part, path, old, new) for part in value.split(","))


def ref(*paths: str, extra: str = "") -> Ref:
    return Ref(paths, frozenset(extra.split()))
