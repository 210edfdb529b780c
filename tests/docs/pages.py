# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of docs/ as the tests ask for them: headings, links, tables, fenced blocks."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

_FENCE = re.compile(r"^(`{3,})(\w*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


def blocks(page: Path, language: str) -> Iterator[str]:
    """The content of every fenced block of a language."""
    yield from blocks_of(text_of(page), language)


def blocks_of(text: str, language: str) -> Iterator[str]:
    for match in _FENCE.finditer(text):
        if match[2] == language:
            yield match[3]


def headings(page: Path) -> list[str]:
    return [line.lstrip("#").strip() for line in prose(page).splitlines() if re.match("#+ ", line)]


def slug(heading: str) -> str:
    """The anchor that GitHub and GitLab give a heading (the first of its name)."""
    words = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
    return words.strip().replace(" ", "-")


def links(page: Path) -> list[str]:
    """Targets of all links in running text, code spans left out."""
    return _LINK.findall(re.sub(r"`[^`\n]*`(?!\])", "", prose(page)))


def section(page: Path, heading: str) -> str:
    """What stands under a heading, up to the next one of the same or a higher level."""
    lines = text_of(page).splitlines()
    # Fenced blocks may hold lines that look like headings.
    masked = _FENCE.sub(lambda match: "\n" * match[0].count("\n"), text_of(page)).splitlines()
    levels = {
        i: len(line) - len(line.lstrip("#")) for i, line in enumerate(masked) if line[:1] == "#"
    }
    starts = [i for i in levels if masked[i].lstrip("#").strip() == heading]
    assert len(starts) == 1, f"{page.name} has {len(starts)} headings {heading!r}"
    start = starts[0]
    ends = (i for i, level in levels.items() if i > start and level <= levels[start])
    return "\n".join(lines[start + 1 : next(ends, len(lines))])


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in `text`, header rows and rulers left out."""
    tables: list[list[str]] = []
    lines = text.splitlines()
    for index, line in enumerate(lines):
        is_row = line.startswith("|")
        is_head = is_row and index + 1 < len(lines) and lines[index + 1].startswith("|--")
        if is_row and not is_head and not line.startswith("|--"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            tables.append([cell.strip().replace("\\|", "|") for cell in cells])
    return tables


def words(cell: str) -> list[str]:
    """What stands in code spans in a cell."""
    return re.findall(r"`([^`]+)`", cell)
