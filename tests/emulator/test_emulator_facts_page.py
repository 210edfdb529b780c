# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/routeros-facts.md: each fact has a source, how sure it is, and tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/routeros-facts.md").read_text("utf-8")
SURE = {"recorded", "manual", "clients", "inferred", "memory"}
HEAD = "| fact | source | how sure | test |"


def rows() -> list[list[str]]:
    """The cells of every row below a head of four columns."""
    found, within = [], False
    for line in PAGE.splitlines():
        within = line == HEAD or (within and line.startswith("|"))
        if within and line != HEAD and not line.startswith("|---"):
            found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_a_fact_has_its_cells(row: list[str]) -> None:
    fact, source, sure, tests = row
    assert fact
    assert source
    assert sure in SURE
    assert (sure == "memory") >= source.startswith(("no source", "by likeness", "a simplification"))
    names = re.findall(r"`([^`]+)`", tests)
    assert names
    for name in names:
        path = ROOT / "tests" / ("" if name.startswith("tests/") else "emulator")
        assert (path / f"{name.removeprefix('tests/')}.py").exists(), name


def test_there_are_many() -> None:
    assert len(rows()) > 80


def test_each_word_for_how_sure_is_explained_and_used() -> None:
    assert all(f"- **{word}**" in PAGE for word in SURE)
    assert {row[2] for row in rows()} == SURE


def test_the_other_modules_are_named_too() -> None:
    """A test module of the emulator that no fact names tests no fact."""
    named = {name for row in rows() for name in re.findall(r"test_emulator_\w+", row[3])}
    own = {"fuzz", "server", "independence", "faultwords", "facts_page"}
    there = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    assert there - named == {f"test_emulator_{name}" for name in own}
