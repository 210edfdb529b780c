# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids from names, rates and targets, held to their laws."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adopt.shapes import NotSaid, hosts_of, profile_rates
from reconciler.clients.naming import slug, unique_id
from reconciler.compile.plans import rate_limit
from reconciler.models import Plan
from reconciler.normal import rate_limit as canonical

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
