# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of pytest for policies that are written in Python.

    reconcile plan --format json > plan.json
    pytest -p reconciler.policies.testing --plan plan.json policies/

Such tests are programs: they are run by who calls pytest, never by `reconcile`. Imports pytest.
"""

import json
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "the JSON of `reconcile plan`, for the fixture `plan`"
    parser.addoption("--plan", metavar="FILE", help=text)


@pytest.fixture(scope="session")
def plan(pytestconfig: pytest.Config) -> dict[str, Any]:
    """The plan as `reconcile plan --format json` prints it."""
    file = pytestconfig.getoption("--plan")
    if file is None:
        pytest.fail("Name the plan with --plan FILE: the output of reconcile plan --format json.")
    found: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    return found
