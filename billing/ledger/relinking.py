# SPDX-License-Identifier: GPL-3.0-or-later
"""Two branches that both added to a chain of lines: one's stand, the other's follow behind.

Lines are never edited where they count, which is on the main branch. What another branch wrote was
not issued yet: it gets the next numbers there, a new link and a new hash. Pure. Imports of the
project: the ledger's lines and numbers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from billing.ledger.chain import digest, sealed
from billing.ledger.invoices import number_text, parse_number

Files = Mapping[str, str]
"""The texts of a folder's files by their names, such as `2026-11.jsonl`."""

# What tells when and behind what a line was written, not what it says.
_PLACE = ("number", "recorded_on", "previous", "hash")


class Diverged(ValueError):
    """What cannot be put together: the message says why and what to do."""


@dataclass
class Relinked:
    """The folder's files as they are to be; `renumbered`: number before -> number now; `gone`:
    numbers of the branch whose invoices the main branch issued too.
    """

    files: dict[str, str]
    renumbered: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    added: int = 0


def relink(base: Files, main: Files, branch: Files) -> Relinked:
    """The main branch's files with the branch's own lines behind. Raises Diverged."""
    old, stand, more = (_lines(files) for files in (base, main, branch))
    for name, lines in (("main branch", stand), ("other branch", more)):
        if lines[: len(old)] != old:
            raise Diverged(f"The {name} changed lines that were issued: restore them from git.")
    done = Relinked(dict(main))
    values = [_parsed(line) for line in stand]
    known = {str(value["id"]): value for value in values}
    numbers: dict[str, int] = {}
    for value in values:
        if (number := parse_number(str(value.get("number")))) is not None:
            numbers[number[0]] = number[1]
    last = stand[-1] if stand else None
    recorded = str(values[-1].get("recorded_on") or "") if values else ""
    for line in more[len(old) :]:
        value = _parsed(line)
        if (first := known.get(str(value["id"]))) is not None:
            _check_same(first, value)
            done.gone += [str(value["number"])] if value.get("number") else []
            continue
        recorded = _renumber(value, numbers, recorded, done)
        value.pop("hash", None)
        value["previous"] = digest(last)
        last = sealed(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        file = f"{str(value.get('recorded_on') or value['date'])[:7]}.jsonl"
        done.files[file] = done.files.get(file, "") + last + "\n"
        done.added += 1
    return done


def _renumber(value: dict[str, Any], numbers: dict[str, int], recorded: str, done: Relinked) -> str:
    """Give an invoice its next number and a day that is not before the last; the day."""
    if "recorded_on" not in value:
        return recorded
    value["recorded_on"] = max(recorded, str(value["recorded_on"]))
    if (number := parse_number(str(value.get("number")))) is not None:
        series = number[0]
        numbers[series] = numbers.get(series, 0) + 1
        given = number_text(series, numbers[series])
        if given != value["number"]:
            done.renumbered[str(value["number"])] = given
        value["number"] = given
    return str(value["recorded_on"])


def _check_same(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    one, other = ({key: value for key, value in each.items() if key not in _PLACE}
                  for each in (first, second))  # fmt: skip
    if one != other:
        raise Diverged(
            f"{first['id']} is on both branches, and not the same. Take the main branch's ledger"
            " as it is, and correct it there with `billing void`."
        )


def _lines(files: Files) -> list[str]:
    return [line for name in sorted(files) for line in files[name].splitlines()]


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise Diverged("A line is no object with an id: restore the ledger from git.")
    return value
