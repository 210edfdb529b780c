# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with one emulated router called tower."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.world import World

from reconciler.emulator import Device


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "repo") as one:
        one.serve("tower", Device(version="7.22.3", identity="tower"))
        yield one
