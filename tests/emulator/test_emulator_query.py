# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries: conditions and the operator stack, as MikroTik's manual describes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.query import compile_query

ROW = {
    ".id": "*1",
    "name": "ana",
    "disabled": "true",
    "limit": "100",
    "uptime": "1h",
    "address": "10.0.0.9",
    "comment": "a=b",
    "empty": "",
}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["?name"], True),
        (["?nope"], False),
        (["?-nope"], True),
        (["?-name"], False),
        (["?name=ana"], True),
        (["?=name=ana"], True),
        (["?=name=Ana"], False),
        (["?=nope="], False),
        (["?=empty="], True),
        (["?.id=*1"], True),
        (["?=comment=a=b"], True),
        (["?disabled=yes"], True),
        (["?disabled=true"], True),
        (["?disabled=no"], False),
        (["?>limit=20"], True),
        (["?<limit=20"], False),
        (["?>limit=100"], False),
        (["?<limit=100"], False),
        (["?>uptime=59m"], True),
        (["?<address=10.0.0.10"], True),
        (["?>nope=1"], False),
        (["?name", "?nope"], False),
        (["?name", "?nope", "?#|"], True),
        (["?name", "?nope", "?#&"], False),
        (["?nope", "?#!"], True),
        (["?name=a", "?name=b", "?name=ana", "?#||"], True),
        (["?name=a", "?name=ana", "?#|!"], False),
        (["?name", "?nope", "?#1"], True),
        (["?name", "?nope", "?#0"], False),
        (["?name", "?nope", "?#!"], True),
        (["?name", "?#.&"], True),
        (["?nope", "?name", "?#1.|!", "?#1"], False),
    ],
)
def test_conditions_and_operators(words: list[str], found: bool) -> None:
    test = compile_query(words)
    assert test is not None
    assert test(ROW) is found


def test_no_words_no_query() -> None:
    assert compile_query([]) is None


@given(st.lists(st.text(max_size=8).map(lambda text: f"?{text}"), min_size=1, max_size=8))
def test_any_words_give_an_answer(words: list[str]) -> None:
    test = compile_query(words)
    assert test is not None
    assert test(ROW) in (True, False)
