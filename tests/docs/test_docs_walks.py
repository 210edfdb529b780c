# SPDX-License-Identifier: GPL-3.0-or-later
"""The walks of docs/architecture.md: what they pass exists, and the values are the example's."""

import importlib
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from docs.pages import DOCS, ROOT, section
from reconciler.compile.plans import pair_text
from reconciler.inventory import load
from reconciler.reading import human

pytestmark = pytest.mark.docs

PAGE = DOCS / "architecture.md"
RATE = "A download rate: from its line to the wire, and back into the plan's text"
PAYMENT = "A payment: from its CSV line to the name that leaves the cut list"
AWAY = "A router that is away: from the socket to the exit code"
# The packages in which the names of a walk are looked for.
WALKS = {RATE: ("reconciler",), PAYMENT: ("billing", "reconciler"), AWAY: ("reconciler",)}
# `fleet.Fleet.survey`; not the `rural-6.yaml` of a path.
_NAME = re.compile(r"(?<![\w/.-])[a-z_]+(?:\.[A-Za-z_]+)+")
_PLACE = re.compile(r"^([\w/.-]+):(\d+)\s+(.+)$", re.MULTILINE)


def _names() -> Iterator[tuple[str, str]]:
    for walk in WALKS:
        yield from ((walk, name) for name in dict.fromkeys(_NAME.findall(section(PAGE, walk))))


def _exists(package: str, name: str) -> bool:
    """Whether it is a module, or something in one: a function, a class, a field of one."""
    found: object = importlib.import_module(package)
    for part in name.split("."):
        inner = getattr(found, part, None)
        if inner is None and isinstance(found, ModuleType):
            try:
                inner = importlib.import_module(f"{found.__name__}.{part}")
            except ModuleNotFoundError:
                return False
        if inner is None:  # a field without a default is on the instances alone
            return part in getattr(found, "__annotations__", {})
        found = inner
    return True


def test_the_walks_name_what_they_pass() -> None:
    assert len(list(_names())) > 40


@pytest.mark.parametrize(("walk", "name"), list(_names()))
def test_what_a_walk_passes_exists(walk: str, name: str) -> None:
    assert any(_exists(package, name) for package in WALKS[walk])


def test_a_name_that_is_not_there_is_found_out() -> None:
    assert not _exists("reconciler", "fleet.Fleet.walk")
    assert not _exists("reconciler", "no_module.walk")


@pytest.mark.parametrize("walk", [RATE, PAYMENT])
def test_a_walk_begins_at_a_line_of_the_example(walk: str) -> None:
    ((file, line, text),) = _PLACE.findall(section(PAGE, walk))
    assert (ROOT / file).read_text(encoding="utf-8").splitlines()[int(line) - 1] == text


def test_the_rate_is_spelled_as_the_walk_says() -> None:
    inventory, _ = load(ROOT)
    assert inventory is not None
    plan = inventory.plans["rural-6"]
    written, walk = pair_text(plan), section(PAGE, RATE)
    assert f"{plan.download}, bits per second" in walk
    assert f'"{written}"' in walk
    assert f'→ {human("max-limit", written)}"' in walk
