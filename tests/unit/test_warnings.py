# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings that hang on the router's file alone; the others are cases (tests/cases/warn-*)."""

import pytest

from reconciler.models import Router
from reconciler.survey import Actual
from reconciler.warnings import warnings_of

EMPTY = Actual("7.22.3", {}, frozenset(), None)


@pytest.mark.parametrize(
    ("host", "tls", "codes"),
    [
        ("10.0.0.1", "false", ["plain-api"]),
        ("2001:db8::1", "false", ["plain-api"]),
        ("router.example", "false", ["plain-api"]),
        ("10.0.0.1", "true", []),
        ("10.0.0.1", {"anonymous": "true"}, []),
        ("127.0.0.1", "false", []),
        ("::1", "false", []),
        ("localhost", "false", []),
    ],
)
def test_an_api_without_encryption_is_said_but_for_a_tunnel_that_ends_here(
    host: str, tls: object, codes: list[str]
) -> None:
    router = Router.model_validate(
        {"id": "tower", "host": host, "tls": tls, "username": "u", "password": {"env": "P"}}
    )
    assert [problem.code for problem in warnings_of(router, (), EMPTY)] == codes
