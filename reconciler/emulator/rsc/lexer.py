# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of an export: lines, words, quotes, escapes. Imports nothing of the project.

Facts from real exports of 6.43 to 7.24: a line goes on after a final backslash, the indent of
the next is dropped, also inside quotes; `\\_` is a space; two upper-case hex digits are a byte.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

SIMPLE = {
    "n": "\n", "r": "\r", "t": "\t", "_": " ", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
}  # fmt: skip
HEX = frozenset("0123456789ABCDEF")


class LexError(ValueError):
    """Text that is no line of an export; the message says why."""


@dataclass(frozen=True)
class Word:
    """`text` with escapes resolved; `quoted`: it began with a quote; `kind` of the others:
    `word`, `bracket` (the text inside `[ ]`), `brace`, `paren`. `inner`: the kind of what
    stands behind `name=` when that is bracketed.
    """

    text: str
    kind: str = "word"
    quoted: bool = False
    inner: str = ""


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """(number of its first physical line, the line with its continuations joined)."""
    parts: list[str] = []
    start = 1
    for number, physical in enumerate(text.split("\n"), 1):
        line = physical.removesuffix("\r")
        if parts:
            line = line.lstrip(" \t")
        else:
            start = number
        backslashes = len(line) - len(line.rstrip("\\"))
        comment = not parts and line.lstrip().startswith("#")
        if backslashes % 2 and not comment:
            parts.append(line[:-1])
            continue
        yield start, "".join([*parts, line])
        parts = []
    if parts:
        yield start, "".join(parts)


def resolve_quoted(text: str, at: int) -> tuple[str, int]:
    """The value of a quoted string that begins after `at`'s quote, and the place behind it."""
    out: list[str] = []
    data = bytearray()

    def flush() -> None:
        if data:
            out.append(data.decode("utf-8", "surrogateescape"))
            data.clear()

    while at < len(text):
        char = text[at]
        if char == '"':
            flush()
            return _rejoin("".join(out)), at + 1
        if char != "\\":
            end = _run_end(text, at)
            flush()
            out.append(text[at:end])
            at = end
            continue
        following = text[at + 1 : at + 3]
        if len(following) == 2 and set(following) <= HEX:
            data.append(int(following, 16))
            at += 3
            continue
        flush()
        if not following:
            break
        out.append(SIMPLE.get(following[0], following[0]))
        at += 2
    raise LexError("a quote is not closed")


def _run_end(text: str, at: int) -> int:
    ends = [place for mark in '"\\' if (place := text.find(mark, at)) >= 0]
    return min(ends, default=len(text))


def _rejoin(text: str) -> str:
    """Bytes written partly as escapes, partly as they are, form characters together."""
    if not any("\udc80" <= char <= "\udcff" for char in text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


CLOSING = {"[": "]", "{": "}", "(": ")"}
KINDS = {"[": "bracket", "{": "brace", "(": "paren"}


def enclosed(text: str, at: int) -> int:
    """The place of the bracket that closes the one at `at`. Raises LexError."""
    stack: list[str] = []
    while at < len(text):
        char = text[at]
        if char == '"':
            _, at = resolve_quoted(text, at + 1)
            continue
        if char in CLOSING:
            stack.append(CLOSING[char])
        elif stack and char == stack[-1]:
            stack.pop()
            if not stack:
                return at
        at += 1
    raise LexError("a bracket is not closed")


def words(line: str) -> list[Word]:
    """The words of a logical line. `name=value` is one word; `name="a b"` too."""
    found: list[Word] = []
    at = 0
    while at < len(line):
        char = line[at]
        if char in " \t":
            at += 1
        elif char in CLOSING:
            end = enclosed(line, at)
            found.append(Word(line[at + 1 : end].strip(), KINDS[char]))
            at = end + 1
        else:
            word, at = _word(line, at)
            found.append(word)
    return found


def menu_of(current: str, found: list[Word], commands: Collection[str]) -> tuple[str, list[Word]]:
    """The menu that a line's first words name, below `current` unless they begin at the top, and
    the words from the command on.
    """
    absolute = found[0].text.startswith("/")
    parts = [] if absolute else [part for part in current.split("/") if part]
    for number, word in enumerate(found):
        if word.kind != "word" or word.text in commands or "=" in word.text:
            return "/" + "/".join(parts), found[number:]
        parts += [part for part in word.text.split("/") if part]
    return "/" + "/".join(parts), []


def _word(line: str, at: int) -> tuple[Word, int]:
    out: list[str] = []
    quoted = line[at] == '"'
    inner = ""
    while at < len(line) and line[at] not in " \t":
        char = line[at]
        if char == '"':
            value, at = resolve_quoted(line, at + 1)
            out.append(value)
        elif char in "[({" and out and out[-1].endswith("="):
            end = enclosed(line, at)
            out.append(line[at + 1 : end].strip())
            inner = KINDS[char]
            at = end + 1
        elif char == "\\" and at + 1 < len(line):
            out.append(
                SIMPLE.get(line[at + 1], line[at + 1]) if line[at + 1] == "_" else line[at + 1]
            )
            at += 2
        else:
            out.append(char)
            at += 1
    return Word("".join(out), "word", quoted, inner), at
