# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of issued invoices that are alike are read quickly: the same as each read by itself."""

import re
from functools import cache

import pytest
from accounts.town import Writer, client, day, town, zone
from hypothesis import given
from hypothesis import strategies as st

from billing.ledger import invoices
from billing.ledger.files import LedgerFile
from billing.ledger.invoices import IssuedInvoices

NAMES = {"ana": "ana", "bea": "bea", "caro": "caro", "old-caro": "caro"}
NEVER = re.compile(r"(?!)")


@cache
def written() -> str:
    """Three clients of one plan, and nothing but their names and numbers that differs."""
    here = town(
        *(client(name, services=[{"since": "2026-01-01"}]) for name in ("ana", "bea", "caro")),
        zones=[zone(start="2026-07-01")],
    )
    writer = Writer()
    writer.issue(here, day("2026-07-28"))
    ((_, lines),) = writer.files.items()
    return "".join(f"{line}\n" for line in lines)


def read(text: str) -> IssuedInvoices:
    file = LedgerFile("ledger/invoices/2026-07.jsonl", "2026-07", text)
    return invoices.read_invoices([file], NAMES, 2, "MXN")


def alone(text: str) -> IssuedInvoices:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(invoices, "_WRITTEN", NEVER)
        return read(text)


def test_the_lines_are_alike() -> None:
    texts = [invoices._WRITTEN.fullmatch(line) for line in written().splitlines()]
    assert len({one[4] for one in texts[1:] if one}) == 1
    assert [one.client for one in read(written()).invoices] == ["ana", "bea", "caro"]
    assert read(written()) == alone(written())


@given(st.data())
def test_law_a_changed_line_is_read_as_by_itself(data: st.DataObject) -> None:
    text = written()
    start = data.draw(st.integers(0, len(text) - 1))
    end = start + data.draw(st.integers(0, 2))
    word = st.sampled_from([*'"\\,:{}/-0 \x00ñ', "old-caro", "bea", '"number":null', "\\u0061"])
    other = data.draw(st.one_of(word, st.text(max_size=2)))
    changed = text[:start] + other + text[end:]
    assert read(changed) == alone(changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"id":"caro/', '"id":"bea/'),
        ('"client":"caro"', '"client":"old-caro"'),
        ('"id":"caro/', '"id":"old-caro/'),
        ('"client":"caro"', '"client":"dora"'),
        ("A-000003", "A-3"),
        ('"A-000003"', "null"),
        ("caro/internet/internet/2026-08-01", "caro/internet/internet/2026-08-02"),
        ("caro/internet/internet/2026-08-01", "caro/casa-2/internet/2026-08-01"),
        ("caro/internet/internet/2026-08-01", "caro/internet/internet/2026-08-01/r2"),
    ],
)
def test_what_differs_is_checked(old: str, new: str) -> None:
    head, line, tail = written().rpartition('{"id":"caro')
    assert old in line + tail
    changed = head + (line + tail).replace(old, new, 1)
    assert read(changed) == alone(changed)
    assert read(changed).problems
