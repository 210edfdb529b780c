# SPDX-License-Identifier: GPL-3.0-or-later
"""What the source of billing may not hold: floats, a clock, git, other parts of the product."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "billing").rglob("*.py"))
COMPUTING = [file for file in FILES if "cli" not in file.relative_to(ROOT).parts]
# Lengths on paper, in millimetres: amounts come to it as texts, and it has no numbers of money.
LENGTHS = ROOT / "billing" / "pages" / "pdf.py"
ALLOWED = {"errors", "resting", "yamlfile", "models", "inventory", "wording"}


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def modules(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_there_is_something_to_look_at() -> None:
    assert len(COMPUTING) > 20


def test_what_measures_lengths_knows_no_money() -> None:
    assert not set(modules(LENGTHS)) & {"decimal", "billing.money", "billing.invoices.model"}


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file != LENGTHS],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_no_number_is_a_float(file: Path) -> None:
    for node in ast.walk(tree(file)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id in ("float", "round"))
        divides = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if divides:
            paths = "path" in ast.unparse(node) or "root" in ast.unparse(node)
            assert paths, ast.unparse(node)


@pytest.mark.parametrize("file", COMPUTING, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_computing_part_asks_nobody(file: Path) -> None:
    used = set(modules(file))
    ours = {name.split(".")[1] for name in used if name.startswith("reconciler.")}
    assert ours <= ALLOWED
    assert not used & {"os", "random", "subprocess", "sys", "time", "socket", "secrets"}
    text = file.read_text(encoding="utf-8")
    assert not any(word in text for word in (".today()", ".now(", "utcnow", "import git"))
