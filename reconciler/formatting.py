# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical form of a YAML file: order of keys, quotes, blanks; every comment is kept.

    new = formatted(data, "inventory/clients/norte/ana.yaml", Client)

A key takes the comments above it and at its end along. What was formatted is read again and must
hold the same values and comments, else nothing comes out but an EditError. What is in canonical
form comes out as it is. Pure. Imports edit, newfile, surgery, yamltext, models' base.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import yaml

from reconciler.edit import EditError, read_text
from reconciler.models.base import Model
from reconciler.newfile import key_order, model_at
from reconciler.surgery import Pair, Source, scalars
from reconciler.yamltext import scalar

_LITERAL = ("|", ">")


def formatted(data: bytes, file: str, model: type[Model]) -> bytes:
    """The file in canonical form. Raises FilesError where it is no YAML, EditError as above."""
    before = read_text(data.replace(b"\r\n", b"\n"), file)
    now = before
    while (changed := _reordered(now, model)) is not None:
        now = read_text(changed.encode(), file)
    now = read_text(_with_quotes(now).encode(), file)
    after = read_text(_without_blanks(now).encode(), file)
    if after.value != before.value or after.all_comments != before.all_comments:
        raise EditError(f"{file} is written in a way that cannot be formatted: do it by hand.")
    return after.text.encode()


def _mappings(node: Any, model: type[Model] | None) -> Iterator[tuple[Any, type[Model]]]:
    """Every mapping with the model that it is of, from the outside in."""
    if isinstance(node, yaml.MappingNode) and model is not None:
        yield node, model
        for name, value in node.value:
            for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(one, yaml.MappingNode):
                    keys = {part.value for part, _ in one.value}
                    yield from _mappings(one, model_at(model, name.value, keys))


def _reordered(source: Source, model: type[Model]) -> str | None:
    """The text with the first mapping that is out of order put in order; None: all are."""
    for node, kind in _mappings(source.root, model):
        rank = {name: number for number, name in enumerate(key_order(kind))}
        order = sorted(
            range(len(node.value)), key=lambda at: rank.get(node.value[at][0].value, len(rank))
        )
        if order == list(range(len(order))):
            continue
        if not node.flow_style:
            return _block(source, node, order)
        if "\n" not in source.text[node.start_mark.index : node.end_mark.index]:
            return _flow(source, node, order)
    return None


def _flow(source: Source, node: Any, order: Sequence[int]) -> str:
    """`{b: 1, a: 2}` on one line."""
    spans = [(pair[0].start_mark.index, source.end_of_pair(pair)) for pair in node.value]
    parts = [source.text[a:b] for a, b in spans]
    gaps = [source.text[a[1] : b[0]] for a, b in pairwise(spans)]
    inner = parts[order[0]] + "".join(
        gap + parts[at] for gap, at in zip(gaps, order[1:], strict=True)
    )
    return source.text[: spans[0][0]] + inner + source.text[spans[-1][1] :]


def _block(source: Source, node: Any, order: Sequence[int]) -> str:
    """Keys below each other, each with its lines and the comments above it."""
    text = source.text
    column = node.value[0][0].start_mark.column
    first = source.line_start(node.value[0][0].start_mark.index)
    head = text[first : first + column]
    dashed = bool(head.strip(" "))
    top = first if dashed or node is source.root else _above(source, first)
    bounds = [top, *(_bottom(source, pair, column) for pair in node.value)]
    chunks = [text[a:b] for a, b in pairwise(bounds)]
    chunks = [chunk if chunk.endswith("\n") else chunk + "\n" for chunk in chunks]
    if dashed:
        chunks[0] = " " * column + chunks[0][column:]
    ordered = [chunks[at] for at in order]
    ordered[0] = ordered[0].lstrip("\n")
    if dashed:
        ordered[0] = _behind_dash(ordered[0], head)
    return text[:top] + "".join(ordered) + text[bounds[-1] :]


def _above(source: Source, place: int) -> int:
    """Where the comments directly above a line begin."""
    while place:
        above = source.line_start(place - 1)
        if not source.text[above:place].lstrip(" ").startswith("#"):
            break
        place = above
    return place


def _bottom(source: Source, pair: Pair, column: int) -> int:
    """The end of what belongs to a key: its lines, and comments below that are indented deeper."""
    end = source.end_of_pair(pair)
    place = end if source.text[end - 1] == "\n" else source.next_line(end)
    deeper = re.compile(rf"(?:[ ]*\n)*[ ]{{{column + 1},}}#[^\n]*(?:\n|\Z)")
    while match := deeper.match(source.text, place):
        place = match.end()
    return place


def _behind_dash(chunk: str, head: str) -> str:
    """The first key of a list's item; comments above it go above the dash."""
    lines = chunk.splitlines(keepends=True)
    count = next(at for at, line in enumerate(lines) if not line.lstrip(" ").startswith("#"))
    indent = head[: len(head) - len(head.lstrip(" "))]
    above = [indent + line.lstrip(" ") for line in lines[:count]]
    return "".join([*above, head + lines[count][len(head) :], *lines[count + 1 :]])


def _with_quotes(source: Source) -> str:
    """Every scalar of one line as the program would write it; comments behind keep their column."""
    lines = source.text.split("\n")
    changes: dict[int, list[tuple[int, int, str]]] = {}
    for node, key, in_flow in _scalars(source.root, "", in_flow=False):
        start, end = node.start_mark.index, node.end_mark.index
        old = source.text[start:end]
        if node.style in _LITERAL or not old or "\n" in old:
            continue
        wanted = scalar(node.value, key, flow=in_flow)
        if wanted != old:
            column = node.start_mark.column
            changes.setdefault(node.start_mark.line, []).append((column, column + len(old), wanted))
    comments = {source.text.count("\n", 0, at): at - source.line_start(at)
                for at, _ in source.comments} if changes else {}  # fmt: skip
    for number, some in changes.items():
        place = comments.get(number, len(lines[number]))
        body, comment = lines[number][:place], lines[number][place:]
        for start, end, wanted in reversed(some):
            body = body[:start] + wanted + body[end:]
        if comment:
            body = body.rstrip(" ").ljust(place - 1) + " "
        lines[number] = body + comment
    return "\n".join(lines)


def _scalars(node: Any, key: str, *, in_flow: bool) -> Iterator[tuple[Any, str, bool]]:
    """The values, not the keys, with the key under which each stands."""
    if isinstance(node, yaml.ScalarNode):
        yield node, key, in_flow
        return
    in_flow = in_flow or bool(node.flow_style)
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _scalars(value, name.value, in_flow=in_flow)
    else:
        for one in node.value:
            yield from _scalars(one, key, in_flow=in_flow)


def _without_blanks(source: Source) -> str:
    """No blank at the end of a line, no two empty lines, one line end after the last line."""
    kept: list[str] = []
    held = 0  # what a text of several lines holds is not ours
    inside = _inside_texts(source.root)
    for number, line in enumerate(source.text.split("\n")):
        if number in inside:
            kept.append(line)
            held = len(kept)
        elif (short := line.rstrip(" \t")) or (kept and kept[-1]):
            kept.append(short)
    while len(kept) > held and not kept[-1]:
        kept.pop()
    ended = len(kept) > held or source.text.endswith("\n")
    return "\n".join(kept) + ("\n" if ended else "")


def _inside_texts(root: Any) -> set[int]:
    """Numbers of the lines, from 0, in which a text of several lines goes on."""
    found: set[int] = set()
    for node in scalars(root):
        last = node.end_mark.line + (node.style not in _LITERAL)
        found.update(range(node.start_mark.line + 1, last))
    return found
