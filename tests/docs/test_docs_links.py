# SPDX-License-Identifier: GPL-3.0-or-later
"""Links lead somewhere, every page can be found from the index, and pages keep to their form."""

import re
from collections import Counter
from pathlib import Path

import pytest

from docs.pages import DOCS, PAGES, ROOT, headings, links, slug, text_of

pytestmark = pytest.mark.docs

READERS = [*PAGES, *(page for page in sorted(ROOT.glob("*.md")) if page.name != "CHANGELOG.md")]


def _anchors(page: Path) -> set[str]:
    """A heading that is repeated has its second anchor with `-1`."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in headings(page):
        name = slug(heading)
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


@pytest.mark.parametrize("page", READERS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        inside = file.is_relative_to(ROOT) and file.exists()
        if not inside or (anchor and anchor not in _anchors(file)):
            broken.append(link)
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    index = DOCS / "README.md"
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in links(index)}
    assert {page for page in PAGES if page != index} <= linked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_has_one_title_and_no_repeated_heading(page: Path) -> None:
    assert text_of(page).startswith("# ")
    repeated = [title for title, count in Counter(headings(page)).items() if count > 1]
    assert repeated == []


def test_decisions_are_numbered_and_have_their_three_parts() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [page.name[:5] for page in pages] == [f"{n:04d}-" for n in range(1, len(pages) + 1)]
    for page in pages:
        assert headings(page)[1:] == ["Context", "Decision", "Consequences"], page.name
