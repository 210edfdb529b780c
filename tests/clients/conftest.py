# SPDX-License-Identifier: GPL-3.0-or-later
"""The example repository in a temporary folder, with its own git history."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.world import World, copy_example

IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *IDENTITY, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def example(tmp_path: Path) -> Iterator[World]:
    """The example without routers to reach."""
    root = tmp_path / "repo"
    copy_example(root)
    with World(root) as world:
        yield world


@pytest.fixture
def in_git(example: World) -> World:
    git(example.root, "init", "--quiet")
    git(example.root, "add", "--all")
    git(example.root, "commit", "--quiet", "--message", "first state")
    return example
