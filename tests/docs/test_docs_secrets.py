# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/secrets.md: the kinds there are, and the algorithm worked out from its words alone."""

import hashlib
import hmac
import re

import pytest

from docs.pages import DOCS, rows, section
from reconciler.models.secret import MAIN_KEYS
from reconciler.secrets import ALPHABET, derive

pytestmark = pytest.mark.docs

PAGE = DOCS / "secrets.md"


def test_every_kind_is_documented() -> None:
    assert [row[0] for row in rows(section(PAGE, "Kinds"))] == list(MAIN_KEYS)


def test_the_alphabet() -> None:
    assert re.findall(r"`([a-z0-9]{32})`", section(PAGE, "Derived passwords")) == [ALPHABET]


def _by_the_page(key: str, client: str, service: str, number: str) -> str:
    """The page's three steps, without the program's code."""
    message = "\0".join(["reconcile/1", client, service, number]).encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)[:60]
    fives = [bits[at : at + 5] for at in range(0, 60, 5)]
    return "".join("abcdefghijkmnpqrstuvwxyz23456789"[int(five, 2)] for five in fives)


def test_the_examples() -> None:
    examples = rows(section(PAGE, "Derived passwords"))
    assert examples
    for row in examples:
        key, client, service, number, password = (cell.strip("`") for cell in row)
        assert _by_the_page(key, client, service, number) == password
        assert derive(key.encode(), client, service, int(number)) == password
