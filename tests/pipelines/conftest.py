# SPDX-License-Identifier: GPL-3.0-or-later
"""One quick program for all tests of the pipelines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipelines.quick import quick_program


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder for PATH in which `reconcile` is."""
    with quick_program(tmp_path_factory.mktemp("bin")) as folder:
        yield folder
