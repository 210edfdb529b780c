# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML in, text and lines out; what is dangerous is refused before anything is built of it."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.yamlfile import MAX_BYTES, MAX_DEPTH, MAX_VALUES, parse


def read(text: str) -> dict[str, object]:
    document, problems = parse(text.encode(), "file.yaml")
    assert problems == []
    assert document is not None
    return document.value


@pytest.mark.parametrize(
    "written",
    ["no", "yes", "true", "null", "~", "0123", "1_000", "10:20:30", "350.10", "2026-06-20",
     "0x1f", "1e3", ".inf", "0o17", "<<", "=", "ñandú", "10:20:30:40:50:55"],
)  # fmt: skip
def test_every_scalar_is_the_text_that_is_written(written: str) -> None:
    assert read(f"key: {written}\nlist: [{written}]\n") == {"key": written, "list": [written]}
    assert read(f'key: "{written}"') == {"key": written}


def test_a_key_without_value_is_absent_and_two_quotes_are_an_empty_text() -> None:
    assert read('a:\nb: ""\nc: {d: , e: f}\n') == {"b": "", "c": {"e": "f"}}


def test_lines_of_keys_items_and_of_what_would_hold_an_absent_key() -> None:
    text = "id: a\n\nservices:\n  - plan: p\n    since: s\n  -\n    plan: q\n    x: [1,\n      2]\n"
    document, _ = parse(text.encode(), "f")
    assert document is not None
    assert document.line(("id",)) == 1
    assert document.line(("services", 0)) == 4
    assert document.line(("services", 0, "since")) == 5
    assert document.line(("services", 1, "plan")) == 7
    assert document.line(("services", 1, "absent")) == 7
    assert document.line(("services", 1, "x", 1)) == 9
    assert document.line(("absent",)) == 1
    assert document.line(("services", 9, "plan")) == 3


def codes(data: bytes) -> list[str]:
    return [problem.code for problem in parse(data, "file.yaml")[1]]


def test_too_large_is_said_with_the_size() -> None:
    document, problems = parse(b"a: " + b"x" * MAX_BYTES, "f")
    assert document is None
    assert f"{MAX_BYTES + 3} bytes" in problems[0].message


def test_a_file_of_the_bound_is_read() -> None:
    assert codes(b"a: " + b"x" * (MAX_BYTES - 3)) == []


def bomb(levels: int) -> bytes:
    first = "a0: &a0 [x, x, x, x, x, x, x, x, x]"
    more = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join([first, *more]).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bomb(9), "alias"),
        (b"a: &x 1\n", "alias"),
        (b"a: &x [*x]\n", "alias"),
        (b"a: " + b"[" * (MAX_BYTES // 2 - 10) + b"]" * (MAX_BYTES // 2 - 10), "too-deep"),
        (b"a: " + b"{a: " * 2000 + b"}" * 2000, "too-deep"),
        (b"a:\n " + b"- " * 500_000 + b"x", "too-deep"),
        (b"? " * 500_000, "too-deep"),
        (b"".join(b" " * n + b"k:\n" for n in range(900)), "too-deep"),
        (b"a:\n" + b"- 1\n" * (MAX_VALUES + 1), "too-large"),
        (b"a: !!python/object/apply:os.system [true]\n", "tag"),
        (b"!!map {a: b}\n", "tag"),
        (b"!x a: b\n", "tag"),
        (b"a: !!str b\n", "tag"),
        (b"a: 1\n---\nb: 2\n", "yaml"),
        (b"a: \x00\n", "yaml"),
        (b'a: "\\ud800"\n', "yaml"),
        (b"a: \xff\n", "encoding"),
        (b"a\n", "yaml"),
        (b"", "empty-file"),
    ],
)
def test_refused(data: bytes, code: str) -> None:
    began = time.process_time()
    assert codes(data) == [code]
    assert time.process_time() - began < 5


def test_nesting_up_to_the_bound_is_read() -> None:
    inner = MAX_DEPTH - 1
    assert codes(b"a: " + b"[" * inner + b"x" + b"]" * inner) == []
    assert codes(b"a: " + b"[" * MAX_DEPTH + b"x" + b"]" * MAX_DEPTH) == ["too-deep"]


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbfa: b\r\nc: d\r\n")
@example(b"a: [\n")
def test_any_bytes_end_in_a_document_or_a_problem(data: bytes) -> None:
    document, problems = parse(data, "file.yaml")
    assert document is not None or problems


_PIECES = [
    *("a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "'", '"', "#", "&a ", "*a", "!b "),
    *("|\n", ">", "? ", "---\n", "...\n", "%YAML 1.1\n", "\t", "ñ", "<<", "\u2028", "0"),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_any_sequence_of_yaml_tokens_ends_in_a_document_or_a_problem(text: str) -> None:
    document, problems = parse(text.encode(), "file.yaml")
    assert document is not None or problems
    for problem in problems:
        assert problem.where is not None
        assert problem.message


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.text("abc: #'\"-é&*!|", min_size=1, max_size=20),
    )
)
def test_texts_in_single_quotes_are_read_back(values: dict[str, str]) -> None:
    lines = [f"{key}: '{value.replace(chr(39), chr(39) * 2)}'" for key, value in values.items()]
    if lines:
        assert read("\n".join(lines)) == values
