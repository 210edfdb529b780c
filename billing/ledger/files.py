# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of one folder of the ledger: found in name order, read as UTF-8 text.

The only place of billing's computing part that touches the disk. Imports of the project: errors,
wording.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Problem, Where
from reconciler.wording import show

_MARKS = ("<" * 7, "|" * 7, "=" * 7, ">" * 7)
_CONFLICT = re.compile(r"^(<{7}|\|{7}|={7}|>{7})( |$)", re.MULTILINE)


@dataclass(frozen=True)
class LedgerFile:
    """One file: its path relative to the root, its month `2026-11` and its text."""

    file: str
    month: str
    text: str


def read_folder(
    root: Path, folder: str, ending: str, overlay: Mapping[str, str]
) -> tuple[list[LedgerFile], list[Problem]]:
    """The files `ledger/<folder>/YYYY-MM.<ending>`; `overlay`: texts that are not on disk yet."""
    found: list[LedgerFile] = []
    problems: list[Problem] = []
    base = f"ledger/{folder}"
    path = root / base
    names = {one.name for one in path.iterdir()} if path.is_dir() else set()
    names |= {one.rpartition("/")[2] for one in overlay if one.rpartition("/")[0] == base}
    for name in sorted(names):
        file = f"{base}/{name}"
        if name.startswith("."):
            continue
        month = re.fullmatch(r"(\d{4}-(?:0[1-9]|1[0-2]))\." + ending, name, re.ASCII)
        if month is None:
            shown = file.encode(errors="backslashreplace").decode()
            problems.append(
                Problem(
                    "ledger-file",
                    f"{show(name)} is not read.",
                    f"Files here are named by their month, such as 2026-11.{ending}",
                    Where(shown),
                )
            )
            continue
        text = overlay[file] if file in overlay else _text(root, file)
        problem = text if isinstance(text, Problem) else _conflict(text, file)
        if problem is not None:
            problems.append(problem)
        elif isinstance(text, str):
            found.append(LedgerFile(file, month[1], text))
    return found, problems


def _text(root: Path, file: str) -> str | Problem:
    path = root / file
    if not path.is_file():
        return Problem("ledger-file", "This is no regular file.", None, Where(file))
    try:
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or "it is not readable"
        return Problem("ledger-file", f"The file cannot be read: {why}.", None, Where(file))
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "Save the file as UTF-8; a spreadsheet calls it `CSV UTF-8`"
        return Problem("encoding", "This is not UTF-8.", hint, Where(file, line))


def _conflict(text: str, file: str) -> Problem | None:
    if not any(mark in text for mark in _MARKS) or (found := _CONFLICT.search(text)) is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    return Problem(
        "ledger-conflict",
        "A merge left its marks here: two branches wrote to the same place.",
        "Run `reconcile billing merge`: it keeps the lines of both",
        Where(file, line),
    )
