# SPDX-License-Identifier: GPL-3.0-or-later
"""Consoles to devices of four ages, with clocks that stand still."""

from collections.abc import Callable

import pytest
from emulator.console import Console

from reconciler.emulator import Clock, Device


def make(version: str = "7.22.3") -> Console:
    return Console(Device(version=version, clock=Clock.frozen()))


@pytest.fixture
def console() -> Console:
    """A router of 7.22.3."""
    return make()


@pytest.fixture(params=["6.43.7", "6.49.8", "7.10.2", "7.22.3"])
def any_console(request: pytest.FixtureRequest) -> Console:
    return make(request.param)


@pytest.fixture
def console_of() -> Callable[[str], Console]:
    return make
