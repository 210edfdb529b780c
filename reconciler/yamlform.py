# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML files that are the same form with other blanks filled in: parsed once, then only split.

A blank is a scalar of one line that means the same wherever its like stands: a text in double
quotes without escapes; in block style plain words; in flow style plain words without `,` and `:`.
What stands around the blanks is the form. Since libyaml's scanner sees the same characters around,
and in each blank one token of the same kind, two texts of one form differ in the texts of these
scalars and in nothing else: not in structure, keys or lines. That each blank is exactly one token
is not supposed but looked up in the parse of a file of the form.
Pure. Imports of the project: yamlfile.
"""

import re
from typing import Any

import yaml

from reconciler.yamlfile import Document

Tree = dict[str, Any] | list[Any] | str | int
"""A value in which a number stands for the blank of that index."""

_LETTER = r"[\w.+/@()&'-]"
_WORDS = rf"[\w+]{_LETTER}*+(?: {_LETTER}++)*+"
# A colon within a word, and commas, which end a plain scalar in flow style.
_BLOCK_LETTER = r"(?:[\w.+/@()&',;=-]|:(?=[^\s,\]}]))"
_BLOCK_WORDS = rf"[\w+]{_BLOCK_LETTER}*+(?: {_BLOCK_LETTER}++)*+(?<!,)"
# What libyaml's reader accepts but the quote, the escape, the tab and what ends a line.
_QUOTED = r"[ !#-\[\]-~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*+"
_BLANK = re.compile(
    rf'((?<=[:,-] "){_QUOTED}(?=")'
    rf"|(?:(?<=[:,-] )|(?<=[\[{{]))"
    rf"(?:{_BLOCK_WORDS}(?= *(?:\r?\n|\Z)| +#)|{_WORDS}(?=,[ \r\n]|[\]}}])))"
)
_GAP = "\0"  # which no YAML file holds


def split(text: str) -> tuple[str, list[str]]:
    """A file's text as its form and what is in the blanks. Raises ValueError for no text."""
    if _GAP in text:
        raise ValueError("a zero byte is no text")
    parts = _BLANK.split(text)
    return _GAP.join(parts[::2]), parts[1::2]


def trace(text: str, document: Document) -> tuple[Tree, tuple[int, ...]] | None:
    """The value of a sound document with its blanks as numbers, and the blanks that are none.

    Those are within a comment or a longer text: they belong to the form. None where the value is
    not understood.
    """
    parts = _BLANK.split(text)
    blanks: dict[tuple[int, int], tuple[int, bool]] = {}
    at = 0
    for index, (before, filled) in enumerate(zip(parts[::2], parts[1::2], strict=False)):
        at += len(before)
        quoted = before.endswith('"')
        in_block = not quoted and parts[2 * index + 2][:1] not in (",", "]", "}")
        blanks[(at - quoted, at + len(filled) + quoted)] = (index, in_block)
        at += len(filled)
    tree: Tree = _Tracer(blanks).value(document.node, in_flow=False)
    if fill(tree, parts[1::2]) != document.value:
        return None
    return tree, tuple(index for index, _ in blanks.values())


def fill(tree: Tree, filled: list[str]) -> Any:
    """The value with these texts in its blanks."""
    if isinstance(tree, dict):
        return {key: fill(inner, filled) for key, inner in tree.items()}
    if isinstance(tree, list):
        return [fill(inner, filled) for inner in tree]
    return filled[tree] if isinstance(tree, int) else tree


class _Tracer:
    """Nodes to a tree; takes the blanks that it finds out of `blanks`, by start and end."""

    def __init__(self, blanks: dict[tuple[int, int], tuple[int, bool]]) -> None:
        self.blanks = blanks

    def value(self, node: yaml.Node, *, in_flow: bool) -> Any:
        in_flow = in_flow or bool(getattr(node, "flow_style", False))
        if isinstance(node, yaml.MappingNode):
            read = ((key.value, self.value(one, in_flow=in_flow)) for key, one in node.value)
            return {key: value for key, value in read if value is not None}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, in_flow=in_flow) for one in node.value]
        place = (node.start_mark.index, node.end_mark.index)
        index, in_block = self.blanks.get(place, (None, False))
        if index is not None and not (in_block and in_flow):
            del self.blanks[place]
            return index
        return node.value if node.value or getattr(node, "style", None) else None
