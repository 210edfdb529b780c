# SPDX-License-Identifier: GPL-3.0-or-later
"""The comment on a pull request as a forge shows it: read by a markdown parser, part for part."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from page.plans import EVIL, town
from unit.test_render import poisoned

from reconciler.changeset import ChangeSet
from reconciler.effects import Deed
from reconciler.errors import Problem, Severity
from reconciler.render import markdown
from reconciler.telling import sentences

# Characters that a comment may have on GitHub, which counts in UTF-16, and on GitLab.
GITHUB, GITLAB = 65_536, 1_000_000


def parsed(changes: ChangeSet) -> list[Token]:
    text = markdown(changes)
    assert len(text.encode("utf-16-le")) // 2 < GITHUB < GITLAB
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def bullets(tokens: list[Token]) -> list[str]:
    """The text of each item of the list; an item is one line."""
    opened = [at for at, token in enumerate(tokens) if token.type == "list_item_open"]
    return ["".join(part.content for part in tokens[at + 2].children or ()) for at in opened]


def last_line(tokens: list[Token]) -> str:
    inline = [token for token in tokens if token.type == "inline"][-1]
    return "".join(part.content for part in inline.children or ())


@pytest.mark.parametrize("count", [1, 50, 5000])
@pytest.mark.parametrize("routers", [1, 12])
def test_the_comment_of_a_few_and_of_thousands(count: int, routers: int) -> None:
    changes = town(count, routers)
    tokens = parsed(changes)
    kinds = Counter(token.type for token in tokens)
    assert (kinds["heading_open"], kinds["bullet_list_open"]) == (1, 1)
    touched = min(count, routers)
    assert kinds["fence"] == touched
    tags = "".join(token.content for token in tokens if token.type == "html_block")
    assert tags.count("<details") == tags.count("</details>") == touched
    assert bullets(tokens) == sentences(changes.effects), "what clients meet is never cut"
    assert last_line(tokens) == f"Fingerprint: {changes.fingerprint}"
    for token in tokens:
        if token.type == "fence":
            lines = token.content.splitlines()
            assert {line[0] for line in lines} <= set("#+-!…")
            assert sum(line.startswith("…") for line in lines) == (count == 5000)


def test_thousands_of_different_sentences_are_cut_in_their_middle() -> None:
    changes = town(5000)
    effects = [one._replace(deed=Deed.CHANGED, words="device") for one in changes.effects]
    warnings = [Problem("p", f"Number {at}.", severity=Severity.WARNING) for at in range(900)]
    tokens = parsed(replace(changes, effects=tuple(effects), problems=tuple(warnings)))
    found = bullets(tokens)
    assert found[0] == sentences(effects)[0]
    assert found[-1] == "warning: Number 899."
    (cut,) = (at for at, text in enumerate(found) if text.startswith("…"))
    left_out = re.fullmatch(r"… (\d+) lines left out …", found[cut])
    assert left_out
    assert len(found) - 1 + int(left_out[1]) == 5900
    assert cut > 100, "more of what clients meet than of the warnings"
    assert last_line(tokens) == f"Fingerprint: {changes.fingerprint}"


@pytest.mark.parametrize("evil", [*EVIL, "[a](http://evil.example) ![b](x)", "**c** `d` ~~e~~ @f"])
def test_a_name_is_shown_as_it_is_written(evil: str) -> None:
    tokens = parsed(replace(poisoned(evil), effects=town(4, name=evil).effects))
    inner = [part.type for token in tokens for part in token.children or ()]
    assert set(inner) <= {"text", "text_special", "code_inline", "strong_open", "strong_close"}
    assert inner.count("code_inline") == 1
    assert inner.count("strong_open") == 2, "the summary, and the router that is away"
    blocks = [token.content for token in tokens if token.type == "html_block"]
    assert [block for block in blocks if not block.startswith(("<details", "</details>"))] == []
    if evil.isprintable():
        shown = evil.replace("@", "@\u200b")
        assert any(shown in text for text in bullets(tokens))
