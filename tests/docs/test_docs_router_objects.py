# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/router-objects.md shows rows, managed fields and marks as they really are."""

import re
import shlex
from collections.abc import Mapping

import pytest

from docs.pages import DOCS, blocks, rows, section, text_of, words
from reconciler.compile import compile_router
from reconciler.data import example_dir
from reconciler.inventory import load
from reconciler.kinds import BY_PATH, KINDS
from reconciler.secrets import Secrets
from reconciler.state import STATE_ADDRESS, STATE_LIST

pytestmark = pytest.mark.docs

PAGE = DOCS / "router-objects.md"
_LINES = [
    line
    for block in blocks(PAGE, "routeros")
    for line in block.splitlines()
    if re.match(r"/\S+ add ", line)
]


def _managed() -> dict[str, tuple[list[str], list[str]]]:
    table = section(PAGE, "Managed fields")
    return {words(row[0])[0]: (words(row[1]), words(row[2])) for row in rows(table)}


def test_every_menu_is_documented() -> None:
    assert sorted(_managed()) == sorted(kind.path for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.path)
def test_the_managed_fields_of_a_menu(kind: object) -> None:
    menu = next(one for one in KINDS if one is kind)
    key, fields = _managed()[menu.path]
    assert tuple(key) == menu.key
    assert fields == [field.name for field in menu.fields]


def _wanted() -> list[tuple[str, dict[str, str | None]]]:
    """Every row of the example repository, in canonical text."""
    inventory, _ = load(example_dir())
    assert inventory is not None
    secrets = Secrets(inventory.settings, {"RECONCILE_KEY": "a key"}, inventory.root)
    return [
        (row.kind.path, _canonical(row.kind.path, row.values))
        for router in inventory.routers.values()
        for row in compile_router(inventory, router, secrets).rows
    ]


def _canonical(path: str, values: Mapping[str, str]) -> dict[str, str | None]:
    return {
        field.name: field.canonical(values.get(field.name))
        for field in BY_PATH[path].fields
        if not field.secret
    }


def _parsed(line: str) -> tuple[str, dict[str, str]]:
    path, add, *pairs = shlex.split(line)
    assert add == "add"
    return path, dict(pair.split("=", 1) for pair in pairs)


@pytest.mark.parametrize("line", _LINES)
def test_every_row_shown_is_one_that_the_example_wants(line: str) -> None:
    path, values = _parsed(line)
    if values.get("list") == STATE_LIST:
        assert values["address"] == STATE_ADDRESS
        return
    unknown = values.keys() - set(BY_PATH[path].by_name)
    assert not unknown
    assert (path, _canonical(path, values)) in _wanted()


def test_every_kind_of_row_is_shown() -> None:
    """All menus the example uses appear among the rows shown."""
    assert {path for path, _ in _wanted()} == {_parsed(line)[0] for line in _LINES}


def test_every_mark_of_the_block_rules_is_shown() -> None:
    found = set(re.findall(r"\[rc:(router/[a-z-]+)\]", text_of(PAGE)))
    wanted = {
        str(values["comment"]).rpartition("[rc:")[2].rstrip("]")
        for _, values in _wanted()
        if "[rc:router/" in str(values.get("comment"))
    }
    assert found == wanted
