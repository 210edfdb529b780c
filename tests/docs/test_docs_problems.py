# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/problems.md explains every code that the program gives a problem, and no other."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from docs.pages import DOCS, ROOT, rows, text_of, words

pytestmark = pytest.mark.docs

PAGE = DOCS / "problems.md"
# Calls whose first argument is a problem's code, by the name they are called with.
_MAKERS = {"Problem", "Finding", "finding", "_add"}
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _expressions(tree: ast.Module) -> Iterator[ast.expr]:
    """Every expression that is a code: arguments, `code = …`, and the findings of warnings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in _MAKERS and node.args:
                yield node.args[0]
            yield from (word.value for word in node.keywords if word.arg == "code")
        elif isinstance(node, ast.Assign):
            if any(isinstance(target, ast.Name) and target.id == "code" for target in node.targets):
                yield node.value
        elif (
            isinstance(node, ast.Yield)
            and isinstance(node.value, ast.Tuple)
            and all(isinstance(one, ast.Constant | ast.JoinedStr) for one in node.value.elts)
        ):
            yield node.value.elts[0]


def _codes(expression: ast.expr) -> Iterator[str]:
    """The codes an expression may give; `*` stands for what is only known when it runs."""
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _codes(one)
            yield from _codes(other)
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(getattr(part, "value", "*")) if isinstance(part, ast.Constant) else "*"
                for part in parts
            )


def emitted() -> set[str]:
    files = [
        file
        for folder in ("reconciler", "billing")
        for file in (ROOT / folder).rglob("*.py")
        if "emulator" not in file.parts
    ]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    found = {code for tree in trees for one in _expressions(tree) for code in _codes(one)}
    return {code for code in found if _CODE.fullmatch(code.replace("*", "x"))}


EMITTED = emitted()
DOCUMENTED = [code for row in rows(text_of(PAGE)) for code in words(row[0])]


def test_the_search_finds_what_is_known_to_be_there() -> None:
    """Were the search blind, the other tests would prove nothing."""
    assert {"duplicate-address", "conflict", "fasttrack", "secret", "value", "link"} <= EMITTED
    assert "no-such-*" in EMITTED


@pytest.mark.parametrize("code", sorted(EMITTED))
def test_every_code_is_explained(code: str) -> None:
    assert any(fnmatch(one, code) for one in DOCUMENTED), f"{code} is not in docs/problems.md"


@pytest.mark.parametrize("code", sorted(DOCUMENTED))
def test_every_explained_code_exists(code: str) -> None:
    assert any(fnmatch(code, one) for one in EMITTED), f"nothing gives the code {code}"


def test_no_code_is_explained_twice() -> None:
    assert len(DOCUMENTED) == len(set(DOCUMENTED))


def test_every_code_says_what_to_do() -> None:
    for code, kind, meaning, what_to_do in rows(text_of(PAGE)):
        assert kind in ("E", "W", "E, W"), code
        assert meaning.endswith("."), code
        assert what_to_do.endswith("."), code
