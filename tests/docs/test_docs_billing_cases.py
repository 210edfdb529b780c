# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of billing's cases names tests that are there, and every one that has a row's name."""

import re

from docs.pages import DOCS, ROOT

PAGE = (DOCS / "billing-cases.md").read_text(encoding="utf-8")
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
}
NAMED = set(re.findall(r"`(test_\w+)`", PAGE))


def test_every_test_that_is_named_is_there() -> None:
    assert len(NAMED) > 60
    assert not NAMED - TESTS


def test_every_test_of_an_edge_case_is_named() -> None:
    assert not {name for name in TESTS if re.match(r"test_e\d+_", name)} - NAMED


def test_every_row_is_there_once() -> None:
    rows = re.findall(r"^\| (E\d+|S\d+) \|", PAGE, re.MULTILINE)
    assert [row for row in rows if row[0] == "E"] == [f"E{number}" for number in range(1, 40)]
    assert len(rows) == len(set(rows))
