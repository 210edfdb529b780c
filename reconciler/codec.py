# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the RouterOS API between text and bytes, without loss, whatever the charset.

A router keeps bytes and knows no charset: old WinBox wrote the Windows code page, everything newer
writes UTF-8, and both are found on one router. Imports only the standard library.
"""

import codecs
from collections.abc import Iterable
from typing import Any, Final

MEMO_VALUES: Final = 128  # of a field: enough for plans, flags and lists, and for nothing unique
MEMO_FIELDS: Final = 512  # more than RouterOS has in all menus we read; garbage may have more
MEMO_BYTES: Final = 128

Row = dict[str, str]


class Utf8Text(str):
    """Text that came as UTF-8 from a router whose charset is another: written back as UTF-8."""

    __slots__ = ()


class Codec:
    """Values between text and bytes.

    With charset utf-8 a byte that is not UTF-8 becomes a lone surrogate and goes back as it came
    (PEP 383). With another charset a value is read as UTF-8 where it is UTF-8, else in the charset
    (again with lone surrogates for what it lacks), and written in the charset where that reads
    back as the same text, else as UTF-8. So, for every charset:

    - `encode(decode(raw)) == raw` for all bytes, as long as the text read is passed on whole;
    - `decode(encode(text)) == text` for all text without lone surrogates.
    """

    def __init__(self, charset: str = "utf-8") -> None:
        self.charset = checked_charset(charset)
        self._utf8 = self.charset == "utf-8"
        self._pairs = _Pairs(self)

    def decode(self, raw: bytes) -> str:
        if self._utf8:
            return _decode_utf8(raw)
        if raw.isascii():
            return raw.decode("ascii")
        try:
            return Utf8Text(raw.decode("utf-8"))
        except UnicodeDecodeError:
            return self._decode_foreign(raw)

    def _decode_foreign(self, raw: bytes) -> str:
        text = raw.decode(self.charset, "surrogateescape")
        # Some multi-byte charsets read two byte strings as one text; those bytes stay escaped.
        if _encoded(text, self.charset) == raw:
            return text
        return raw.decode("ascii", "surrogateescape")

    def encode(self, text: str) -> bytes:
        """Raise UnicodeEncodeError for a lone surrogate that stands for no byte."""
        if self._utf8 or isinstance(text, Utf8Text):
            return text.encode("utf-8", "surrogateescape")
        raw = _encoded(text, self.charset)
        if raw is not None and self.decode(raw) == text:
            return raw
        return text.encode("utf-8", "surrogateescape")

    def word(self, name: str, value: str) -> bytes:
        """The attribute word `=name=value`, without its length."""
        if self._utf8:
            return f"={name}={value}".encode("utf-8", "surrogateescape")
        return b"=%b=%b" % (name.encode("utf-8", "surrogateescape"), self.encode(value))

    def row(self, attributes: Iterable[bytes]) -> Row:
        """The attribute words of one reply as a row; other words are left out."""
        row = dict(map(self._pairs.__getitem__, attributes))
        row.pop("", None)
        return row

    def forget(self) -> None:
        """Let go of the words remembered for speed."""
        self._pairs = _Pairs(self)


class _Pairs(dict[bytes, tuple[str, str]]):
    """Attribute words already split and decoded: most words of a menu repeat from row to row.

    A field whose values turn out not to repeat, such as `.id`, is remembered no further.
    """

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self._codec = codec
        self._utf8 = codec.charset == "utf-8"
        self._fields: dict[bytes, list[Any]] = {}  # name -> [its text, how many values are kept]

    def __missing__(self, raw: bytes) -> tuple[str, str]:
        try:
            before, name, value = raw.split(b"=", 2)
        except ValueError:
            return ("", "")
        if before:
            return ("", "")
        field = self._fields.get(name) or self._new_field(name)
        pair = (
            field[0],
            value.decode("utf-8", "surrogateescape") if self._utf8 else self._codec.decode(value),
        )
        if field[1] < MEMO_VALUES and len(raw) <= MEMO_BYTES:
            field[1] += 1
            self[raw] = pair
        return pair

    def _new_field(self, name: bytes) -> list[Any]:
        field = [_decode_utf8(name), 0]
        if len(self._fields) < MEMO_FIELDS:
            self._fields[name] = field
        return field


def checked_charset(charset: str) -> str:
    """The name as Python knows it; ValueError if unknown or if ASCII differs in it (UTF-16 …)."""
    ascii_bytes = bytes(range(128))
    ascii_text = ascii_bytes.decode("ascii")
    try:
        name = codecs.lookup(charset).name
        if ascii_bytes.decode(name) == ascii_text and ascii_text.encode(name) == ascii_bytes:
            return name
    except LookupError:
        raise ValueError(f"unknown charset {charset!r}; take utf-8 or windows-1252") from None
    except UnicodeError:
        pass
    raise ValueError(
        f"charset {charset!r} does not keep ASCII as it is; take utf-8 or windows-1252"
    )


def _decode_utf8(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _encoded(text: str, charset: str) -> bytes | None:
    try:
        return text.encode(charset, "surrogateescape")
    except UnicodeEncodeError:
        return None
