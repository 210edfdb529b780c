# SPDX-License-Identifier: GPL-3.0-or-later
"""The example repository in a temporary folder, with its own git history."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.world import World, commit, copy_example


@pytest.fixture
def example(tmp_path: Path) -> Iterator[World]:
    """The example without routers to reach."""
    root = tmp_path / "repo"
    copy_example(root)
    with World(root) as world:
        yield world


@pytest.fixture
def in_git(example: World) -> World:
    commit(example.root, "first state")
    return example
