# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/architecture.md: every module is there, and uses only what stands above it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.pages import DOCS, ROOT, rows, text_of, words

pytestmark = pytest.mark.docs

PACKAGE = ROOT / "reconciler"
# What the rule says of modules; these hold no code of a layer.
_NO_LAYER = {"__init__", "__version__"}
ORDER = [words(row[0])[0] for row in rows(text_of(DOCS / "architecture.md"))]


def _unit(file: Path) -> str:
    """The module at the top of the package, or the folder, that a file belongs to."""
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "reconciler":
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reconciler."):
            yield str(node.module).split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (
                name.name.split(".")[1]
                for name in node.names
                if name.name.startswith("reconciler.")
            )


_FILES = sorted(PACKAGE.rglob("*.py"))
UNITS = sorted({_unit(file) for file in _FILES} - _NO_LAYER)


def test_no_module_is_named_twice() -> None:
    assert len(ORDER) == len(set(ORDER))


def test_every_named_module_exists() -> None:
    assert sorted(set(ORDER) - set(UNITS)) == []


@pytest.mark.parametrize("unit", UNITS)
def test_a_module_uses_only_what_stands_above_it(unit: str) -> None:
    assert unit in ORDER, f"{unit} is not in docs/architecture.md"
    above = set(ORDER[: ORDER.index(unit)])
    used = {name for file in _FILES if _unit(file) == unit for name in _imports(file)}
    assert sorted(used - above - _NO_LAYER - {unit}) == []


def test_only_wire_imports_librouteros() -> None:
    users = [
        _unit(file)
        for file in _FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("librouteros")
    ]
    assert set(users) == {"wire"}
