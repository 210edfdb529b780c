# SPDX-License-Identifier: GPL-3.0-or-later
"""Splits a script into statements. May import rsc.lexer.

A statement ends at a newline or `;` outside quotes and brackets; `#` begins a comment.
"""

from collections.abc import Iterator

from reconciler.emulator.rsc.lexer import (
    CLOSING,
    Word,
    enclosed,
    logical_lines,
    resolve_quoted,
    words,
)


def statements(source: str) -> Iterator[list[Word]]:
    """The words of each statement. Raises LexError for what is not closed."""
    text = "\n".join(line for _, line in logical_lines(source))
    for part in _parts(text):
        stripped = part.strip()
        if stripped and not stripped.startswith("#"):
            yield words(stripped)


def _parts(text: str) -> Iterator[str]:
    start = at = 0
    while at < len(text):
        char = text[at]
        if char == "#" and not text[start:at].strip():
            end = text.find("\n", at)
            start = at = len(text) if end < 0 else end
        elif char == '"':
            _, at = resolve_quoted(text, at + 1)
        elif char in CLOSING:
            at = enclosed(text, at) + 1
        elif char in "\n;":
            yield text[start:at]
            at += 1
            start = at
        else:
            at += 1
    yield text[start:]
