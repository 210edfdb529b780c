# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/tutorial.md and the README show is what comes out."""

import re
import tomllib
from pathlib import Path

import pytest

from docs.pages import DOCS, ROOT, rows, section, text_of, words
from docs.played import check_played, shown
from reconciler.emulator import Device, serve

pytestmark = pytest.mark.docs

README = ROOT / "README.md"


def test_what_the_tutorial_shows_is_what_comes_out(tmp_path: Path) -> None:
    device = Device()
    text = text_of(DOCS / "tutorial.md")
    assert len(shown(text)) > 15
    with serve(device, user="reconcile", password="secret") as server:
        check_played(text, tmp_path, server.port)
    # The end of the story, on the router.
    assert {row["name"] for row in device.rows("/ppp/secret")} == {"ana-lopez", "luis-mora"}
    (profile,) = (row for row in device.rows("/ppp/profile") if row["name"] == "home-10")
    assert profile["rate-limit"] == "2M/12M"


def test_the_first_real_use_of_the_readme_is_what_comes_out(tmp_path: Path) -> None:
    device = Device()
    text = section(README, "First real use")
    assert len(shown(text)) > 8
    with serve(device, user="reconcile", password="secret") as server:
        check_played(text, tmp_path, server.port)
    assert [row["name"] for row in device.rows("/ppp/secret")] == ["ana-lopez"]


def test_the_figures_of_the_readme_were_measured() -> None:
    results = "".join(text_of(page) for page in (ROOT / "benchmarks" / "results").glob("*.md"))
    told = [figure for row in rows(section(README, "How fast")) for figure in _figures(row)]
    assert len(told) > 8
    for figure in told:
        assert figure in results, figure


def _figures(row: list[str]) -> list[str]:
    return re.findall(r"\d+\.\d\d s", " ".join(row))


def test_the_readme_names_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    table = section(README, "First real use")
    named = {word for row in rows(table) for word in words(row[0])}
    assert named == set(extras) - {"dev"}
