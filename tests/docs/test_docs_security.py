# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/security.md: every test that a claim names is there."""

import re

import pytest

from docs.pages import DOCS, text_of

pytestmark = pytest.mark.docs

PAGE = DOCS / "security.md"
CLAIMS = [line.split("|")[-2] for line in text_of(PAGE).splitlines() if line.startswith("|")]
_FILE = re.compile(r"\]\((\.\./tests/[^)]+\.py)\): ((?:`test_\w+`(?:, )?)+)")
NAMED = [
    (file, name)
    for claim in CLAIMS
    for file, names in _FILE.findall(claim)
    for name in re.findall(r"`(test_\w+)`", names)
]


def test_claims_name_tests() -> None:
    assert len(NAMED) > 30
    wrong = [claim for claim in CLAIMS if "`test_" in claim and not _FILE.search(claim)]
    assert wrong == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_is_there(file: str, name: str) -> None:
    source = (DOCS / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", source, re.MULTILINE)
