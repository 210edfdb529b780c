# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of files that people wrote: what is not meant stays as it is, to the byte."""

import difflib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.data import example_dir
from reconciler.edit import Append, Drop, Edit, EditError, Put, edit
from reconciler.errors import FilesError
from reconciler.models import Client
from reconciler.yamlfile import parse
from reconciler.yamltext import scalar

EXAMPLES = sorted((example_dir() / "inventory" / "clients").rglob("*.yaml"))


def change(text: str, *edits: Edit) -> str:
    return edit(text.encode(), "a.yaml", Client, edits).decode()


def value_of(text: str) -> dict[str, Any]:
    document, problems = parse(text.encode(), "a.yaml")
    assert document is not None
    assert problems == []
    return document.value


def touched(old: str, new: str) -> list[str]:
    """The lines of the diff, without its context."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


HISTORY = ("services", 0, "history")
SERVICE = """\
id: ana
services:
  - plan: a10                  # a plan
    status: active

    # where
    address: '10.0.0.1'   # hers
    mac: "02:11:22:33:44:55"
    suspended: {since: 2026-01-01, cause: debt}   # why
    # the past
    history:
      - {plan: b, from: 2025-01-01, to: 2025-02-01}   # first

      # second to come
notes: |
  one

  # no comment

# the end
"""

CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "a longer plain value keeps the column of its comment": (
        [Put(("services", 0, "plan"), "home-100")],
        [
            "-  - plan: a10                  # a plan",
            "+  - plan: home-100             # a plan",
        ],
    ),
    "a value keeps its quotes": (
        [Put(("services", 0, "address"), "10.0.0.22")],
        ["-    address: '10.0.0.1'   # hers", "+    address: '10.0.0.22'  # hers"],
    ),
    "a new key goes to its canonical place": (
        [Put(("services", 0, "since"), "2024-01-01")],
        ["+    since: 2024-01-01"],
    ),
    "a removed key leaves its comment": (
        [Drop(("services", 0, "suspended"))],
        [
            "-    suspended: {since: 2026-01-01, cause: debt}   # why",
            "+    # why",
        ],
    ),
    "a removed key between lines takes nothing else": (
        [Drop(("services", 0, "mac"))],
        ['-    mac: "02:11:22:33:44:55"'],
    ),
    "an item is appended after the last one": (
        [Append(HISTORY, {"plan": "a5", "from": "2025-02-01", "to": "2026-01-01"})],
        ["+      - {plan: a5, from: 2025-02-01, to: 2026-01-01}"],
    ),
    "a mapping changes by its keys": (
        [Put(("services", 0, "suspended"), {"since": "2026-01-01", "cause": "manual"})],
        [
            "-    suspended: {since: 2026-01-01, cause: debt}   # why",
            "+    suspended: {since: 2026-01-01, cause: manual}  # why",
        ],
    ),
    "a block text is replaced and what follows it stays": (
        [Put(("notes",), "short")],
        ["-notes: |", "-  one", "-", "-  # no comment", "+notes: short"],
    ),
    "a missing mapping is made": (
        [Put(("contact", "phone"), "+52 1")],
        ['+contact: {phone: "+52 1"}'],
    ),
    "a first key can be dropped from behind its dash": (
        [Drop(("services", 0, "plan"))],
        [
            "-  - plan: a10                  # a plan",
            "+  - # a plan",
        ],
    ),
    "the only key of a list's only item takes both along": (
        [Put(("items",), [{"id": "x"}]), Drop(("items", 0, "id"))],
        [],
    ),
    "a key before the first one": (
        [Put(("services", 0, "id"), "internet")],
        [
            "-  - plan: a10                  # a plan",
            "+  - id: internet",
            "+    plan: a10                  # a plan",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    edits, lines = CASES[name]
    assert touched(SERVICE, change(SERVICE, *edits)) == lines


def test_crlf_bom_and_a_missing_last_line_end_stay() -> None:
    text = "\ufeffid: ana\r\nname: A\r\nzone: norte # z"
    new = edit(
        text.encode(),
        "a",
        Client,
        [Put(("zone",), "sur"), Put(("notes",), "nn"), Put(("id",), "b")],
    )
    assert new.decode() == "\ufeffid: b\r\nname: A\r\nzone: sur   # z\r\nnotes: nn\r\n"


def test_a_comment_is_never_swallowed_by_a_text_below_a_bar() -> None:
    text = "id: a\nbilling:\n  discount: {amount: '1'}   # why\n"
    new = change(text, Put(("billing",), {"late_fee": "false"}), Put(("notes",), "x\ny\n"))
    assert new == "id: a\nbilling:\n  late_fee: false\n  # why\nnotes: |\n  x\n  y\n"
    text = "notes: |\n  x\ncontact:\n  # deep\n  phone: 1\nid: a\n"
    assert change(text, Drop(("contact",))) == "notes: |\n  x\n# deep\nid: a\n"


def test_nothing_to_change_is_the_very_same_bytes() -> None:
    data = SERVICE.encode()
    assert edit(data, "a", Client, [Put(("id",), "ana"), Drop(("billing",))]) is data


def test_a_list_in_brackets_grows_and_breaks_when_it_is_long() -> None:
    one = {"made_on": "2026-11-06", "until": "2026-11-12", "by": "maria", "reason": "paga"}
    text = change(
        "id: a\nbilling:\n  promises: []   # said\n", Append(("billing", "promises"), one)
    )
    line = "{made_on: 2026-11-06, until: 2026-11-12, by: maria, reason: paga}"
    assert text == f"id: a\nbilling:\n  promises: [{line}]  # said\n"
    text = change(text, Append(("billing", "promises"), one))
    assert text == f"id: a\nbilling:\n  promises:  # said\n    - {line}\n    - {line}\n"


def test_flow_mappings_over_several_lines() -> None:
    text = "contact: {phone: '1', # p\n  city: X,\n  email: e} # c\nid: a\n"
    assert change(text, Drop(("contact", "phone"))) == (
        "contact: {            # p\n  city: X,\n  email: e} # c\nid: a\n"
    )
    assert change(text, Put(("contact", "address"), "Calle 5 #1")) == (
        "contact: {phone: '1', address: \"Calle 5 #1\", # p\n  city: X,\n  email: e} # c\nid: a\n"
    )
    assert change(text, Drop(("contact", "email"))) == (
        "contact: {phone: '1', # p\n  city: X} # c\nid: a\n"
    )


def test_a_construction_that_is_not_foreseen_is_refused() -> None:
    with pytest.raises(EditError, match="by hand"):
        change("id: a\nformer_ids: [b]\n", Put(("former_ids", 0), {"c": "d"}))


def test_a_comment_behind_the_sign_of_a_block_text_stays() -> None:
    assert change("notes: | # why\n  x\nid: a\n", Put(("notes",), "y z")) == (
        "notes: y z\n# why\nid: a\n"
    )


def test_a_broken_file_is_not_edited() -> None:
    with pytest.raises(FilesError, match="repeated"):
        change("id: a\nid: b\n", Put(("id",), "c"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.sampled_from("'\" |"))
def test_any_text_survives_in_any_quotes(text: str, style: str) -> None:
    old = {"'": "'x'", '"': '"x"', " ": "x", "|": "|\n  x\n"}[style]
    new = change(
        f"id: a\nname: {old}   # c\n" if style != "|" else f"name: {old}", Put(("name",), text)
    )
    assert value_of(new)["name"] == text


# -- the law: every file, every edit ---------------------------------------------------------------

KEYS = {
    "plan": "otro-plan", "status": "free", "since": "2026-01-02", "address": "10.20.0.77",
    "mac": "02:00:00:00:00:01", "name": "no", "comment": "Ñandú #1: x", "parent": "a, b",
    "suspended": {"since": "2026-11-05", "cause": "manual"}, "history": [{"plan": "x"}],
    "cpe": {"model": "SXT"}, "onu": {"serial": "0123"}, "targets": ["10.0.0.0/29", "10.1.0.0/29"],
    "password": {"derived": "2", "of": "a/b"},
}  # fmt: skip
TOP = {
    "name": "Otro", "zone": "z", "manage": "false", "former_ids": ["uno", "dos"], "notes": "a\nb\n",
    "contact": {"phone": "+1", "location": ["1.0", "-2.0"]}, "billing": {"late_fee": "false"},
}  # fmt: skip


@st.composite
def edits_of(draw: st.DrawFn) -> list[Edit]:
    edits: list[Edit] = []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["put", "drop", "append", "top", "topdrop"]))
        key = draw(st.sampled_from(sorted(KEYS)))
        top = draw(st.sampled_from(sorted(TOP)))
        if kind == "put":
            edits.append(Put(("services", 0, key), KEYS[key]))
        elif kind == "drop" and key != "plan":
            edits.append(Drop(("services", 0, key)))
        elif kind == "append":
            edits.append(Append(("services", 0, "history"), {"status": "suspended"}))
        elif kind == "top":
            edits.append(Put((top,), TOP[top]))
        else:
            edits.append(Drop((top,)))
    return edits


def merged(value: Any, one: Edit) -> None:
    """The edit on plain data, told in the simplest way."""
    holder = value
    for part in one.path[:-1]:
        holder = holder[part]
    last = one.path[-1]
    if isinstance(one, Put):
        holder[last] = one.value
    elif isinstance(one, Append):
        holder[last] = [*holder.get(last, ()), one.value]
    else:
        holder.pop(last, None)


COMMENT = re.compile(r"#.*")
BLANK = st.sampled_from(["", "", "", "# a comment", "    # deeper", "  #", "\n"])


@st.composite
def written_by_hand(draw: st.DrawFn) -> str:
    """A client file in some person's style: blocks or brackets, any quotes, comments anywhere."""
    lines: list[str] = []

    def put(text: str) -> None:
        lines.extend(part for part in [draw(BLANK)] if part)
        lines.append(text + draw(st.sampled_from(["", "", " # c", "      # far"])))

    word = st.sampled_from(["abc", "x1", "it's", "a b", "0123", "ñ", 'q"q', "a: b", "h#h", "no"])

    def value() -> str:
        text = draw(word)
        style = draw(st.sampled_from(["plain", "double", "single"]))
        if style == "double":
            return '"' + text.replace('"', '\\"') + '"'
        return "'" + text.replace("'", "''") + "'" if style == "single" else scalar(text)

    put("id: ana")
    for key in draw(st.permutations(["name", "zone", "notes", "manage"])):
        put(f"{key}: {value()}")
    if draw(st.booleans()):
        put("contact:")
        put(f"    city: {value()}")
        put(f"    phone: {value()}")
    else:
        put(f"contact: {{phone: {value()}, location: [1, 2]}}")
    put("services:")
    dash = draw(st.sampled_from(["- ", "  - ", "    -   "]))
    pad = " " * len(dash)
    put(f"{dash}plan: {value()}")
    for key in draw(st.permutations(["status", "address", "mac", "comment"])):
        put(f"{pad}{key}: {value()}")
    if draw(st.booleans()):
        put(f"{pad}suspended: {{since: {value()}, cause: {value()}}}")
    if draw(st.booleans()):
        put(f"{pad}history:")
        put(f"{pad}- {{plan: {value()}}}" if draw(st.booleans()) else f"{pad}  - plan: {value()}")
    put("former_ids: [one]")
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# end\n"]))


def holds(text: str, edits: list[Edit]) -> None:
    expected = value_of(text)
    new = change(text, *edits)
    for one in edits:
        merged(expected, one)
    assert value_of(new) == expected
    kept = [line for line in new.splitlines() if line in text.splitlines()]
    removed = [line for line in touched(text, new) if line.startswith("-")]
    assert len(kept) >= len(text.splitlines()) - len(removed)
    if not any(isinstance(one, Drop) and one.path[-1] in ("history", "contact") for one in edits):
        assert new.count("\n\n") == text.count("\n\n")
    lines = [line.strip() for line in new.splitlines()]
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            assert line.strip() in lines


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.stem)
@given(edits=edits_of())
def test_the_examples_keep_every_comment_and_blank_line(file: Path, edits: list[Edit]) -> None:
    text = file.read_text(encoding="utf-8")
    holds(text, edits)


@given(written_by_hand(), edits_of())
def test_any_file_keeps_every_comment_and_blank_line(text: str, edits: list[Edit]) -> None:
    holds(text, edits)
