# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire format of the RouterOS API: words, sentences and their lengths, without any socket.

`SentenceReader` eats bytes in any split and yields whole sentences; `encode_sentence` does the
reverse. Words are `str`, UTF-8 with surrogate escapes, so that any bytes survive. Imports nothing
of the project. Source: the "API" page of MikroTik's manual.
"""

from collections.abc import Iterable, Iterator

from reconciler.errors import ReconcileError


class WireError(ReconcileError):
    """The peer sent what no sentence can begin with, or more than the limits allow."""


def encode_text(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def decode_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def encode_length(length: int) -> bytes:
    """The shortest of the five forms of a length, 0 <= length < 2**32."""
    if length < 0x80:
        return bytes((length,))
    if length < 0x4000:
        return (length | 0x8000).to_bytes(2, "big")
    if length < 0x200000:
        return (length | 0xC00000).to_bytes(3, "big")
    if length < 0x10000000:
        return (length | 0xE0000000).to_bytes(4, "big")
    return b"\xf0" + length.to_bytes(4, "big")


SHORT = tuple(bytes((n,)) for n in range(0x80))


def encode_word(word: str) -> bytes:
    data = encode_text(word)
    size = len(data)
    return (SHORT[size] if size < 0x80 else encode_length(size)) + data


def encode_sentence(words: Iterable[str]) -> bytes:
    return b"".join(map(encode_word, words)) + b"\0"


def encode_rows(rows: Iterable[Iterable[tuple[str, str]]], tag: str | None) -> bytes:
    """`!re` sentences. The whole of a large print in one go, so no function call a word."""
    head = b"\x03!re" + (encode_word(tag) if tag else b"")
    names: dict[str, bytes] = {}
    out: list[bytes] = []
    for row in rows:
        out.append(head)
        for name, value in row:
            prefix = names.get(name)
            if prefix is None:
                prefix = names[name] = encode_text(f"={name}=")
            word = prefix + value.encode("utf-8", "surrogateescape")
            size = len(word)
            out.append(SHORT[size] if size < 0x80 else encode_length(size))
            out.append(word)
        out.append(b"\0")
    return b"".join(out)


FORMS = ((2, 0xC0, 0x3F), (3, 0xE0, 0x1F), (4, 0xF0, 0x0F))  # size, first byte below, mask


def _length(buffer: bytearray, at: int) -> tuple[int, int] | None:
    """The length that begins at `at` and the size of its form, or None when bytes are missing."""
    first = buffer[at]
    if first < 0x80:
        return first, 1
    if first >= 0xF8:
        raise WireError(f"reserved control byte 0x{first:02x}")
    size, mask = next(((s, m) for s, end, m in FORMS if first < end), (5, 0))
    if len(buffer) < at + size:
        return None
    return int.from_bytes(bytes((first & mask,)) + buffer[at + 1 : at + size], "big"), size


class SentenceReader:
    """Bytes in, whole sentences out. Limits bound the memory a peer can claim; both may be moved.

    `word_limit` bytes a word, `sentence_limit` bytes a sentence.
    """

    def __init__(self, word_limit: int = 1 << 20, sentence_limit: int = 4 << 20) -> None:
        self.word_limit = word_limit
        self.sentence_limit = sentence_limit
        self._buffer = bytearray()
        self._at = 0
        self._words: list[str] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def sentences(self) -> Iterator[list[str]]:
        """Every sentence that is complete by now; empty ones are left out.

        Raises WireError for a reserved length byte or more than the limits.
        """
        try:
            while (word := self._next_word()) is not None:
                if word:
                    self._words.append(word)
                elif self._words:
                    words, self._words, self._size = self._words, [], 0
                    yield words
        finally:
            del self._buffer[: self._at]
            self._at = 0

    def _next_word(self) -> str | None:
        if self._at >= len(self._buffer):
            return None
        found = _length(self._buffer, self._at)
        if found is None:
            return None
        length, size = found
        self._check(length)
        start = self._at + size
        end = start + length
        if len(self._buffer) < end:
            return None
        self._at = end
        self._size += length
        return decode_text(bytes(self._buffer[start:end]))

    def _check(self, length: int) -> None:
        if length > self.word_limit or self._size + length > self.sentence_limit:
            raise WireError(f"a word of {length} bytes is more than the limit")
