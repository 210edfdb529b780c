# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire format, in any split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.wire import (
    SentenceReader,
    WireError,
    decode_text,
    encode_length,
    encode_sentence,
    encode_text,
)

WORDS = st.binary(min_size=1, max_size=300).map(decode_text)
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=6), max_size=6)


@given(SENTENCES, st.data())
def test_sentences_survive_any_split(sentences: list[list[str]], data: st.DataObject) -> None:
    stream = b"".join(map(encode_sentence, sentences))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    reader, found = SentenceReader(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        reader.feed(stream[start:end])
        found += list(reader.sentences())
    assert found == sentences


@given(st.binary())
def test_any_bytes_survive_as_text(data: bytes) -> None:
    assert encode_text(decode_text(data)) == data


@pytest.mark.parametrize(
    ("length", "form"),
    [
        (0, "00"),
        (0x7F, "7f"),
        (0x80, "8080"),
        (0x3FFF, "bfff"),
        (0x4000, "c04000"),
        (0x1FFFFF, "dfffff"),
        (0x200000, "e0200000"),
        (0xFFFFFFF, "efffffff"),
        (0x10000000, "f010000000"),
    ],
)
def test_every_form_of_a_length(length: int, form: str) -> None:
    assert encode_length(length).hex() == form


@pytest.mark.parametrize("size", [0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000])
def test_words_at_the_edges_of_the_forms(size: int) -> None:
    reader = SentenceReader(1 << 22, 1 << 23)
    reader.feed(encode_sentence(["/x", "a" * size]))
    ((_, word),) = reader.sentences()
    assert len(word) == size


def test_longer_forms_than_needed_are_read() -> None:
    reader = SentenceReader()
    for form in (b"\x80\x02", b"\xc0\x00\x02", b"\xe0\x00\x00\x02", b"\xf0\x00\x00\x00\x02"):
        reader.feed(form + b"/x\0")
    assert list(reader.sentences()) == [["/x"]] * 4


def test_empty_sentences_are_ignored() -> None:
    reader = SentenceReader()
    reader.feed(b"\0\0" + encode_sentence(["/a"]) + b"\0" + encode_sentence(["/b"]))
    assert list(reader.sentences()) == [["/a"], ["/b"]]


@pytest.mark.parametrize("first", [0xF8, 0xFB, 0xFF])
def test_reserved_bytes_are_refused(first: int) -> None:
    reader = SentenceReader()
    reader.feed(bytes([first]))
    with pytest.raises(WireError):
        list(reader.sentences())


def test_a_word_beyond_the_limit_is_refused_before_its_bytes_arrive() -> None:
    reader = SentenceReader(word_limit=100)
    reader.feed(encode_length(101))
    with pytest.raises(WireError):
        list(reader.sentences())


def test_a_sentence_beyond_the_limit_is_refused() -> None:
    reader = SentenceReader(word_limit=100, sentence_limit=250)
    reader.feed(encode_sentence(["x" * 90] * 3))
    with pytest.raises(WireError):
        list(reader.sentences())


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_garbage_never_hangs_or_raises_anything_else(chunks: list[bytes]) -> None:
    reader = SentenceReader(1000, 1000)
    for chunk in chunks:
        reader.feed(chunk)
        try:
            found = list(reader.sentences())
        except WireError:
            return
        assert all(words and all(words) for words in found)
