# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids from names, and additions to files, held to their laws."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adopt.edits import add_items, add_key
from reconciler.adopt.naming import slug, unique_id
from reconciler.adopt.shapes import NotSaid, hosts_of, profile_rates
from reconciler.compile.plans import rate_limit
from reconciler.models import Plan
from reconciler.normal import rate_limit as canonical
from reconciler.yamlfile import parse

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana López García", "ana-lopez-garcia"),
        ("Ñandú Peña", "nandu-pena"),
        ("  ~~~ VIP & Lokal ~~~ ", "vip-lokal"),
        ("Straße Øre Łódź", "strasse-ore-lodz"),
        ("0123", "0123"),
        ("ana@isp.mx", "ana-isp-mx"),
        ("客户", ""),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.lists(st.text(max_size=80), max_size=30))
def test_ids_are_ids_and_unique(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        found = unique_id(name, taken, "cliente")
        assert ID.fullmatch(found)
        assert found not in taken | {"plan", "router"}
        taken.add(found)


ROUTERS = {
    "block": "id: rb\nhost: 10.0.0.1   # here\n",
    "no line end": "id: rb\nhost: 10.0.0.1",
    "flow": '{"id": "rb", "host": "10.0.0.1"}\n',
    "lists in a line": "id: rb\nlists: {allowed: x}  # names\nhost: h\n",
    "lists in a block": "id: rb\nlists:\n  # names\n  allowed: x\nhost: h\n",
}


@pytest.mark.parametrize("text", ROUTERS.values(), ids=ROUTERS)
def test_a_key_is_added_and_all_else_stays(text: str) -> None:
    added = add_key(add_key(text, "block_rules", False), "lists", {"suspended": "Moroso: Ñ"})
    document, problems = parse(added.encode(), "x.yaml")
    before, _ = parse(text.encode(), "x.yaml")
    assert problems == []
    assert document is not None
    assert before is not None
    lists = {**before.value.get("lists", {}), "suspended": "Moroso: Ñ"}
    assert document.value == {**before.value, "block_rules": "false", "lists": lists}
    assert re.findall("#.*", added) == re.findall("#.*", text)


@pytest.mark.parametrize(
    "text",
    [
        "id: z\naddresses: [10.0.0.0/24]   # here\nrouter: rb\n",
        "id: z\naddresses:\n  - 10.0.0.0/24   # here\n  # more\nrouter: rb\n",
        "id: z\naddresses:\n- 10.0.0.0/24",
        "id: z\nrouter: rb\n",
        '{"id": "z", "addresses": ["10.0.0.0/24"]}',
    ],
)
def test_items_are_added_and_all_else_stays(text: str) -> None:
    added = add_items(text, "addresses", ["10.1.0.0/24", "10.2.0.1-10.2.0.9"])
    document, problems = parse(added.encode(), "x.yaml")
    before, _ = parse(text.encode(), "x.yaml")
    assert problems == []
    assert document is not None
    assert before is not None
    old = before.value.get("addresses", [])
    new = [*old, "10.1.0.0/24", "10.2.0.1-10.2.0.9"]
    assert document.value == {**before.value, "addresses": new}
    assert re.findall("#.*", added) == re.findall("#.*", text)


@given(st.text(alphabet="0123456789kM/ s", max_size=40))
def test_a_rate_limit_is_said_exactly_or_not_at_all(text: str) -> None:
    rates = profile_rates(text)
    if rates is not None:
        plan = Plan.model_validate({"id": "x", "mode": "pppoe", **rates})
        assert canonical(rate_limit(plan)) == canonical(text)


@pytest.mark.parametrize("target", ["", "ether1", "10.0.0.0/24", "2001:db8::1/128", "a,10.0.0.1"])
def test_targets_that_are_no_house(target: str) -> None:
    with pytest.raises(NotSaid):
        hosts_of(target)
