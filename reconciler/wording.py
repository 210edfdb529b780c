# SPDX-License-Identifier: GPL-3.0-or-later
"""How values of files get into sentences and cells: shortened, harmless, with what was meant.

Imports nothing of the project.
"""

from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches

_LONGEST = 60
_FEW = 8
# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """The text with everything escaped that a terminal, a log or a reader could mistake."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def show(value: object) -> str:
    """A value as it stands in a sentence: on one line, at most 60 characters of it."""
    text = printable(str(value))
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}`"


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe before what begins like a formula.

    Numbers and telephone numbers stay as they are.
    """
    if cell.startswith(FORMULA) and not cell[1:].replace(" ", "").replace(".", "").isdigit():
        return f"'{cell}"
    return cell


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that is nearest to this one, if one is near enough to be a slip."""
    found = get_close_matches(word[:100], list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def unknown(noun: str, name: str, known: Iterable[str], otherwise: str = "") -> str:
    """`There is no zone nrte. Did you mean norte?`

    `otherwise`: what to say where none is near; without it a few that are there are named.
    """
    there = sorted(known)
    near = did_you_mean(name, there)
    few = f"There are: {listing(there)}." if 0 < len(there) <= _FEW else ""
    hint = f"Did you mean {near}?" if near else otherwise or few
    return f"There is no {noun} {printable(name)}. {hint}".rstrip()


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ago(age: timedelta) -> str:
    """The largest whole unit of a duration: `3 days`, `2 hours`, `40 seconds`."""
    seconds = max(0, int(age.total_seconds()))
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, noun)
    return counted(seconds, "second")


def os_reason(error: OSError) -> str:
    """What the system refused, with the file where it knows it: `o.json: No space left …`."""
    why = error.strerror or str(error)
    return f"{printable(str(error.filename))}: {why}" if error.filename else why


def listing(words: Iterable[str], most: int = 8) -> str:
    """`a, b and c`, cut after a few."""
    known = list(words)
    if len(known) > most:
        return ", ".join(known[:most]) + f" and {len(known) - most} more"
    if len(known) > 1:
        return ", ".join(known[:-1]) + f" and {known[-1]}"
    return "".join(known)
