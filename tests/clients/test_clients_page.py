# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/clients.md names tests and commands that there are."""

import re
from pathlib import Path

import click
import pytest

from reconciler.cli import cli

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/clients.md").read_text(encoding="utf-8")
TESTS = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py"))
ROWS = [line for line in PAGE.splitlines() if re.search(r"\(S\d\d", line)]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", PAGE))))
def test_every_test_that_is_named_exists(name: str) -> None:
    assert f"def {name}(" in TESTS


def test_every_row_has_a_test_and_every_command_exists() -> None:
    group = cli.get_command(click.Context(cli), "client")
    assert isinstance(group, click.Group)
    known = set(group.list_commands(click.Context(group)))
    assert len(ROWS) > 25
    for row in ROWS:
        assert "`test_" in row
        for word in re.findall(r"`client ([a-z-]+)", row):
            assert word in known
