# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator cannot share the product's mistakes: it imports nothing of it but errors."""

import ast
from pathlib import Path

import pytest

import reconciler.emulator

PACKAGE = Path(reconciler.emulator.__file__).parent
ALLOWED = ("reconciler.emulator", "reconciler.errors")


def imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=str)
def test_imports(path: Path) -> None:
    ours = {name for name in imported(path.read_text("utf-8")) if name.startswith("reconciler")}
    assert not {name for name in ours if not name.startswith(ALLOWED)}
    assert not {name for name in ours if name.startswith("billing")}
