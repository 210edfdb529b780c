# SPDX-License-Identifier: GPL-3.0-or-later
"""What a menu is: its properties, their kinds and defaults, its keys, its built-in rows.

Plain data; the only behaviour is choosing what holds for a version. May import kinds, traps,
version. Arguments and commands per version come from arguments.json (MikroTik's /console/inspect
of 7.10.2 to 7.24, as published; conditions `>=` and `<` where they differ).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from reconciler.emulator.kinds.base import PLAIN, Bool, Kind, Text
from reconciler.emulator.version import Version

Fields = dict[str, str]


@dataclass(frozen=True)
class F:
    """A settable property. `default` is the printed text; None means absent until set.

    `v6` replaces the default on RouterOS 6; `clear` lets an empty value remove it.
    """

    kind: Kind = PLAIN
    default: str | None = None
    v6: str | None = None
    clear: bool = False

    def default_for(self, version: Version) -> str | None:
        return self.v6 if self.v6 is not None and version.major < 7 else self.default


@dataclass(frozen=True)
class Unique:
    """No two rows may agree in `fields`. `enabled`: rows that are disabled do not count.

    `clash` narrows it further: given both rows, whether they really collide.
    """

    fields: tuple[str, ...]
    message: str
    enabled: bool = False
    clash: Callable[[Fields, Fields], bool] | None = None


@dataclass(frozen=True)
class Menu:
    """One menu. `properties`: settable ones in print order; `live`: read-only ones, as printed
    by a fresh row. `single`: one nameless row. `open`: any argument is taken. `only_dynamic`:
    rows come from the router, clients may only remove them. `name_prefix`: RouterOS makes up
    names such as `queue1`. `volatile`: properties that change by themselves.
    """

    path: str
    properties: Mapping[str, F] = field(default_factory=dict)
    live: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    unique: tuple[Unique, ...] = ()
    builtin: tuple[tuple[int, Mapping[str, str]], ...] = ()
    first_id: int = 1
    single: bool = False
    open: bool = False
    only_dynamic: bool = False
    fixed: bool = False
    ordered: bool = False
    name_prefix: str = ""
    volatile: frozenset[str] = frozenset()
    complete: Callable[[Fields, Version], None] | None = None
    hidden: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    since: str = ""


STANDARD = frozenset(
    "add set remove enable disable comment unset move print get reset-counters".split()
)
CONDITION = re.compile(r"([^<>]+)((?:>=|<).+)?")


@cache
def inspected() -> Mapping[str, Mapping[str, str]]:
    text = resources.files(__package__).joinpath("arguments.json").read_text("utf-8")
    found: Mapping[str, Mapping[str, str]] = json.loads(text)
    return found


def _holding(text: str, version: Version) -> frozenset[str]:
    found = set()
    for item in text.split():
        match = CONDITION.fullmatch(item)
        if match and version.within(match[2] or ""):
            found.add(match[1])
    return frozenset(found)


def arguments(path: str, version: Version) -> frozenset[str] | None:
    """Names that add and set take in this version, or None where nothing is known."""
    known = inspected().get(path)
    return _holding(known["arguments"], version) if known else None


def commands(path: str, version: Version) -> frozenset[str] | None:
    known = inspected().get(path)
    return _holding(known["commands"], version) if known else None


BOOL = Bool()
DISABLED = F(BOOL, "false")
COMMENT = F(clear=True)
ENDS = {"disabled": DISABLED, "comment": COMMENT}
NAME = F(Text(required=True))
SAME_NAME = "item with such name already exists"


def named(message: str = SAME_NAME) -> tuple[Unique, ...]:
    return (Unique(("name",), message),)


def texts(names: str, *, clear: bool = True) -> dict[str, F]:
    """Properties of which nothing more is known: text, absent until set, cleared by empty."""
    return {name: F(clear=clear) for name in names.split()}


def drop_all(fields: Fields, _version: Version) -> None:
    """`server=all` is how no server is written; it is printed as absent."""
    if fields.get("server") == "all":
        del fields["server"]
