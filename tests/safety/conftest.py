# SPDX-License-Identifier: GPL-3.0-or-later
"""The valley: the example company, applied once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.world import World
from safety.valley import build


@pytest.fixture
def valley(tmp_path: Path) -> Iterator[World]:
    with build(tmp_path / "repo") as world:
        ran = world.run("apply", "--yes")
        assert ran.code == 0, ran.text
        yield world
