# SPDX-License-Identifier: GPL-3.0-or-later
"""Payments of two branches as one file: all lines of both, each once, by date and reference.

What one branch added, corrected or took out since the common base holds; only what cannot both be
true is a contradiction. The result is the same whichever branch is ours. Pure. Imports of the
project: the payments' header, money's decimals.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from billing.ledger.payments import HEADER

_MARK = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?: .*)?$")


class Unmergeable(ValueError):
    """A side that is no file of payments: the message says what is wrong with it."""


class Line(NamedTuple):
    """A line as it stands, and its cells without outer spaces."""

    cells: tuple[str, ...]
    text: str

    @property
    def key(self) -> tuple[str, str, bool] | None:
        """What identifies it: method, reference, and whether it takes back; None for nothing."""
        method, reference = self.cells[3], self.cells[4]
        return (method, reference, self.cells[2].startswith("-")) if reference else None

    @property
    def order(self) -> tuple[object, ...]:
        day, client, amount, _, reference, _, _ = self.cells
        return day, reference, amount.startswith("-"), client, self.text

    @property
    def essence(self) -> tuple[str, Decimal | str]:
        """Who paid how much: what two lines of one payment agree in."""
        try:
            return self.cells[1], Decimal(self.cells[2])
        except InvalidOperation:
            return self.cells[1], self.cells[2]


class Contradiction(NamedTuple):
    """Lines that cannot both be true; None where a side took the line out."""

    ours: Line | None
    theirs: Line | None
    why: str

    @property
    def order(self) -> tuple[object, ...]:
        return next(one for one in (self.ours, self.theirs) if one is not None).order


@dataclass
class Merged:
    """`text` has the contradictions between a merge's marks; `notes` say what was dropped."""

    lines: list[Line] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ending: str = "\n"
    mark: str = ""

    @property
    def text(self) -> str:
        ordered: list[Line | Contradiction] = [*self.lines, *self.contradictions]
        texts = [self.mark + ",".join(HEADER)]
        for one in sorted(ordered, key=lambda one: one.order):
            texts += [one.text] if isinstance(one, Line) else _marked(one)
        return "".join(text + self.ending for text in texts)


def merge_payments(base: str, ours: str, theirs: str) -> Merged:
    """Three texts as one; an empty base where there was no such file. Raises Unmergeable."""
    sides = [
        _read(text, name)
        for name, text in (("the common base", base), ("our side", ours), ("their side", theirs))
    ]
    first = ours if ours.strip() else theirs
    done = Merged(
        ending="\r\n" if "\r\n" in first else "\n", mark="\ufeff" if first[:1] == "\ufeff" else ""
    )
    named: list[dict[tuple[str, str, bool], Line]] = []
    for lines in sides:
        known: dict[tuple[str, str, bool], Line] = {}
        for line in lines:
            if line.key is not None and known.setdefault(line.key, line) is not line:
                done.notes.append(f"dropped a repeat: {line.text}")
        named.append(known)
    done.notes = list(dict.fromkeys(done.notes))
    for key in sorted(dict.fromkeys(key for known in named for key in known)):
        before, mine, other = (known.get(key) for known in named)
        _settle(before, mine, other, done)
    unnamed = [[line for line in lines if line.key is None] for lines in sides]
    _settle_unnamed(unnamed[0], unnamed[1], unnamed[2], done)
    return done


def split_marks(text: str) -> tuple[str, str, str] | None:
    """Base, ours and theirs of a file that a merge left its marks in; None without marks.

    What stands in both, outside the marks, is the base as far as it is known.
    """
    sides: dict[str, list[str]] = {"base": [], "ours": [], "theirs": []}
    into, found = list(sides), False
    for line in text.splitlines(keepends=True):
        mark = _MARK.match(line.rstrip("\r\n"))
        if mark is None:
            for side in into:
                sides[side].append(line)
            continue
        found = True
        into = {"<": ["ours"], "|": ["base"], "=": ["theirs"], ">": list(sides)}[mark[1][0]]
    if not found:
        return None
    return "".join(sides["base"]), "".join(sides["ours"]), "".join(sides["theirs"])


def _read(text: str, name: str) -> list[Line]:
    found: list[Line] = []
    for row, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip():
            continue
        cells = tuple(cell.strip() for cell in next(csv.reader(io.StringIO(line)), []))
        if row == 1 and cells == HEADER:
            continue
        if row == 1 or len(cells) != len(HEADER):
            what = "no header" if row == 1 else f"{len(cells)} columns instead of {len(HEADER)}"
            raise Unmergeable(f"Line {row} of {name} has {what}.")
        found.append(Line(cells, line))
    return found


def _settle(base: Line | None, ours: Line | None, theirs: Line | None, done: Merged) -> None:
    """One payment in three versions."""
    known, mine, other = (one and one.cells for one in (base, ours, theirs))
    if ours is not None and theirs is not None and mine == other:
        done.lines.append(min(ours, theirs))
    elif other == known:
        done.lines += [ours] if ours is not None else []
    elif mine == known:
        done.lines += [theirs] if theirs is not None else []
    elif ours is None or theirs is None:
        why = "one branch corrected this line, the other took it out"
        done.contradictions.append(Contradiction(ours, theirs, why))
    elif ours.essence == theirs.essence:
        kept, dropped = sorted((ours, theirs), key=lambda one: one.order)
        done.lines.append(kept)
        done.notes.append(f"dropped a repeat: {dropped.text}")
    else:
        why = (
            f"{ours.cells[3]} {ours.cells[4]} is two payments: reference, client or amount is wrong"
        )
        done.contradictions.append(Contradiction(ours, theirs, why))


def _settle_unnamed(
    base: Sequence[Line], ours: Sequence[Line], theirs: Sequence[Line], done: Merged
) -> None:
    """Lines without a reference, which are told apart by nothing but their whole text."""
    counts = [Counter(line.cells for line in lines) for lines in (base, ours, theirs)]
    texts = {line.cells: line for line in (*theirs, *ours)}
    for cells, line in texts.items():
        known, mine, other = (count[cells] for count in counts)
        if mine > known and other > known:
            why = "both branches added this line, which has no reference: is it one payment or two?"
            done.contradictions.append(Contradiction(line, line, why))
            mine = other = known
        done.lines += [line] * max(0, mine + other - known)


def _marked(one: Contradiction) -> Iterator[str]:
    yield "<<<<<<< ours"
    yield from [one.ours.text] if one.ours is not None else []
    yield "======="
    yield from [one.theirs.text] if one.theirs is not None else []
    yield ">>>>>>> theirs"
