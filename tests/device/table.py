# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of facts in docs/routeros-facts.md; `python -m device.table` writes it anew.

May import facts.
"""

from collections.abc import Iterable
from pathlib import Path

from device.facts import Fact, load

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/routeros-facts.md"
BEGIN = "<!-- written by `make facts` from tests/device/facts -->\n"
END = "<!-- end of what is written -->\n"
HEAD = "| fact | | source | how sure | versions | test |\n|---|---|---|---|---|---|\n"
TEST = "`test_every_fact_holds`"


def table(facts: Iterable[Fact]) -> str:
    return HEAD + "".join(map(row, sorted(facts, key=lambda fact: fact.id)))


def row(fact: Fact) -> str:
    versions = " ".join(f"`{condition}`" for condition in fact.versions)
    cells = (f"`{fact.id}`", fact.says, fact.source, fact.sure, versions, TEST)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def written(document: str) -> str:
    """The document with the table of now. Raises ValueError where it has no place for one."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{DOCUMENT.name} has no place for the table")
    return before + BEGIN + "\n" + table(load()) + "\n" + END + after


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8")), "utf-8")
