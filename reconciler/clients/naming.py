# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids from names that people wrote: ASCII, short, unique. Pure; imports nothing of the project."""

import re
import unicodedata
from collections.abc import Collection

_LONGEST = 50
# Marks of plans and of the router begin with these words.
_RESERVED = frozenset({"plan", "router"})
# Letters that do not come apart into a letter and an accent.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th"}
)


def slug(text: str) -> str:
    """`Ñandú López` -> `nandu-lopez`; empty where no letter or digit of ASCII is left."""
    apart = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:_LONGEST].rstrip("-")


def unique_id(text: str, taken: Collection[str], otherwise: str) -> str:
    """An id made of `text`, or of `otherwise`, that is not taken yet: `ana`, `ana-2`, …"""
    base = slug(text) or otherwise
    number, found = 1, base
    while found in taken or found in _RESERVED:
        number += 1
        found = f"{base}-{number}"
    return found


def plain_name(text: str) -> str:
    """A name with its blanks in order, for documents."""
    return " ".join(text.split())


def is_utf8(text: str) -> bool:
    """Whether the router's bytes made sense in the charset they were read in."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
