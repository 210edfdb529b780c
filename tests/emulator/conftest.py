# SPDX-License-Identifier: GPL-3.0-or-later
"""Consoles to devices of four ages, with clocks that stand still."""

import pytest
from emulator.console import Console, console_of


@pytest.fixture
def console() -> Console:
    """A router of 7.22.3."""
    return console_of()


@pytest.fixture(params=["6.43.7", "6.49.8", "7.10.2", "7.22.3"])
def any_console(request: pytest.FixtureRequest) -> Console:
    return console_of(request.param)
