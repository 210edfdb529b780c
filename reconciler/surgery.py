# SPDX-License-Identifier: GPL-3.0-or-later
"""One cut or one insertion in the text of a YAML file, found by the marks of its nodes.

Every function takes the text and the nodes that were read from it, and gives the new text, in
which nothing else has moved: a comment keeps its line, and its column where there is room. What a
construction was not foreseen for comes out wrong here and is caught by `edit`, which reads every
result again. Pure. Imports yamltext.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from reconciler.yamltext import STEP, WIDTH, entry, flow, item, quoted, scalar, text_of

Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Source:
    """A text, the mapping it was read as, and the line end it uses."""

    text: str
    root: Any

    @cached_property
    def eol(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        found = []
        for node in scalars(self.root):
            start, end = node.start_mark.index, node.end_mark.index
            if node.style in ("|", ">"):
                start = self.line_end(start)  # a comment may stand behind the `|`
            if end > start:
                found.append((start, end))
        return found

    @cached_property
    def comments(self) -> list[tuple[int, int]]:
        """Where comments begin and end (before the line end), in order."""
        found: list[tuple[int, int]] = []
        starts = [start for start, _ in self._spans]
        place = self.text.find("#")
        while place >= 0:
            index = bisect_right(starts, place) - 1
            if index >= 0 and place < self._spans[index][1]:
                place = self.text.find("#", self._spans[index][1])
                continue
            end = self.line_end(place)
            found.append((place, end))
            place = self.text.find("#", end)
        return found

    def comments_in(self, start: int, end: int) -> list[str]:
        return [self.text[a:b] for a, b in self.comments if start <= a < end]

    def line_start(self, place: int) -> int:
        return self.text.rfind("\n", 0, place) + 1

    def line_end(self, place: int) -> int:
        """Where the line ends, before its line end."""
        end = self.text.find("\n", place)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > place and self.text[end - 1] == "\r" else end

    def next_line(self, place: int) -> int:
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end + 1

    def end_of(self, node: Any) -> int:
        """Where the content of a node ends: before comments and blank lines that follow it."""
        if isinstance(node, yaml.ScalarNode):
            start, end = node.start_mark.index, node.end_mark.index
            if node.style in ("|", ">"):
                header = self.text[start : self.line_end(start)]
                return end if "+" in header else start + len(self.text[start:end].rstrip())
            return int(end)
        if node.flow_style:
            return int(node.end_mark.index)
        last = node.value[-1]
        if isinstance(node, yaml.MappingNode):
            return self.end_of_pair(last)
        return self.end_of(last)

    def end_of_pair(self, pair: Pair) -> int:
        key, value = pair
        return max(int(key.end_mark.index), self.end_of(value))

    def splice(self, start: int, end: int, new: str) -> str:
        """Replace a part of a line; a comment at the end of the line stays at its column."""
        text = self.text
        line_end = self.line_end(end)
        after = text[end:line_end]
        grown = len(new) - (end - start)
        comment = next((a for a, _ in self.comments if end <= a < line_end), None)
        if grown and comment is not None and "\n" not in text[start:end]:
            body = text[end:comment].rstrip(" ")
            gap = comment - end - len(body)
            if gap:
                after = body + " " * max(min(gap, 2), gap - grown) + text[comment:line_end]
        return text[:start] + new + after + text[line_end:]

    def insert_lines(self, after: int, lines: Iterable[str], column: int) -> str:
        """Whole lines, indented to `column`, after the line that holds the place before `after`.

        Comments that follow and are indented deeper belong to what stands before: a text below
        `|` would swallow them.
        """
        added = "".join(line + self.eol for line in lines)
        if after and self.text[after - 1] == "\n":
            return self.text[:after] + added + self.text[after:]
        place = self.next_line(after)
        while match := re.compile(rf"(?:[ \t]*\r?\n)*[ ]{{{column + 1},}}#").match(
            self.text, place
        ):
            place = self.next_line(match.end())
        if not self.text[:place].endswith("\n"):
            added = self.eol + added
        return self.text[:place] + added + self.text[place:]


def scalars(node: Any) -> Iterator[Any]:
    """All scalar nodes, keys too, in the order of the text."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from scalars(key)
            yield from scalars(value)
    else:
        for one in node.value:
            yield from scalars(one)


def replace_scalar(source: Source, node: Any, value: object, key: str, in_flow: bool) -> str:
    """Another value in the place of a scalar, in the quotes it had."""
    start, end = node.start_mark.index, node.end_mark.index
    if start == end:
        return source.splice(start, end, " " + scalar(value, key, flow=in_flow))
    text = text_of(value)
    if node.style == "'" and text.isprintable():
        new = "'" + text.replace("'", "''") + "'"
    elif node.style in ('"', "'"):
        new = quoted(text, double=node.style == '"')
    else:
        new = scalar(value, key, flow=in_flow)
    return source.splice(start, end, new)


def replace_entry(source: Source, node: Any, key: str, value: object) -> str:
    """Another kind of value for a key: a list for a text, a text for a block of lines."""
    name, old = next(pair for pair in node.value if pair[0].value == key)
    start, end = name.start_mark.index, source.end_of_pair((name, old))
    if node.flow_style:
        return source.splice(start, end, flow({key: value})[1:-1])
    column = name.start_mark.column
    stop = end if source.text[end - 1] == "\n" else source.next_line(end)
    lines = entry(key, value, column)
    kept = _kept_comments(source, start, stop, " " * column)
    new = "".join(line + source.eol for line in lines).lstrip(" ")
    return source.text[:start] + new + kept + source.text[stop:]


def insert_key(source: Source, node: Any, key: str, value: object, order: Sequence[str]) -> str:
    """A new key of a mapping, after the one that comes before it in `order`."""
    before = _predecessor(node, key, order)
    if node.flow_style:
        new = flow({key: value})[1:-1]
        if not node.value:
            return source.splice(node.start_mark.index, node.end_mark.index, "{" + new + "}")
        if before is None:
            start = node.value[0][0].start_mark.index
            return source.splice(start, start, new + ", ")
        end = source.end_of_pair(before)
        return source.splice(end, end, ", " + new)
    first = node.value[0][0].start_mark
    lines = entry(key, value, first.column)
    if before is None:
        new = source.eol.join([*lines, " " * first.column]).lstrip(" ")
        return source.text[: first.index] + new + source.text[first.index :]
    return source.insert_lines(source.end_of_pair(before), lines, first.column)


def _predecessor(node: Any, key: str, order: Sequence[str]) -> Pair | None:
    if key not in order:
        return node.value[-1] if node.value else None
    rank = {name: number for number, name in enumerate(order)}
    earlier = [pair for pair in node.value if rank.get(pair[0].value, len(rank)) < rank[key]]
    return max(earlier, key=lambda pair: rank[pair[0].value], default=None)


def append_item(source: Source, node: Any, value: object, key: str, in_flow: bool) -> str:
    """One more item at the end of a list; a list in brackets becomes one of lines when long."""
    if not node.flow_style:
        column = node.start_mark.column
        return source.insert_lines(source.end_of(node), item(value, column, key), column)
    start, end = node.start_mark.index, node.end_mark.index
    old = [source.text[one.start_mark.index : source.end_of(one)] for one in node.value]
    new = ", ".join([*old, flow(value, key)])
    line = source.line_start(start)
    fits = start - line + len(new) + 2 <= WIDTH
    if in_flow or fits or "\n" in source.text[start:end]:
        if old:
            place = source.end_of(node.value[-1])
            return source.splice(place, place, ", " + flow(value, key))
        return source.splice(start, end, "[" + flow(value, key) + "]")
    body = source.text[line:start]
    column = len(body) - len(body.lstrip(" -")) + STEP
    lines = [f"{' ' * column}- {one}" for one in old] + item(value, column, key)
    kept = source.text[end : source.line_end(end)]
    stop = source.next_line(end)
    head = source.text[:start].rstrip(" ") + kept.rstrip(" ") + source.eol
    return head + "".join(line + source.eol for line in lines) + source.text[stop:]


def drop_key(source: Source, node: Any, key: str) -> str:
    """A mapping without one of its keys, which is not the only one."""
    index = next(i for i, (name, _) in enumerate(node.value) if name.value == key)
    starts = [name.start_mark.index for name, _ in node.value]
    end = source.end_of_pair(node.value[index])
    if node.flow_style:
        ends = [source.end_of_pair(pair) for pair in node.value]
        return _drop_in_flow(source, starts, ends, index)
    return _drop_lines(source, starts[index], end, starts[index + 1 : index + 2])


def drop_item(source: Source, node: Any, index: int) -> str:
    """A list without one of its items, which is not the only one."""
    if node.flow_style:
        starts = [one.start_mark.index for one in node.value]
        return _drop_in_flow(source, starts, [source.end_of(one) for one in node.value], index)
    one = node.value[index]
    dash = source.text.rfind("-", 0, one.start_mark.index)
    return _drop_lines(source, dash, source.end_of(one), [])


def _drop_in_flow(source: Source, starts: list[int], ends: list[int], index: int) -> str:
    start, end = starts[index], ends[index]
    text = source.text
    if index + 1 < len(starts):
        following = starts[index + 1]
        if source.comments_in(end, following) or "\n" in text[end:following]:
            following = text.index(",", end) + 1
        return source.splice(start, following, "")
    if source.comments_in(ends[index - 1], start):
        return source.splice(start, end, "")
    return source.splice(ends[index - 1], end, "")


def _drop_lines(source: Source, start: int, end: int, following: list[int]) -> str:
    """Take out what begins at `start` and ends at `end`; its comments stay as lines of their own.

    `following`: where the next key begins, for one that stands behind a dash.
    """
    text = source.text
    line = source.line_start(start)
    pad = text[line:start]
    if not pad.strip(" "):
        stop = end if text[end - 1] == "\n" else source.next_line(end)
        return text[:line] + _kept_comments(source, line, stop, pad) + text[stop:]
    if following and not text[end : following[0]].strip():
        return text[:start] + text[following[0] :]
    return text[:start] + re.sub(r"^ +(?=#)", "", text[end:])


def _kept_comments(source: Source, start: int, stop: int, pad: str) -> str:
    """The comments of lines that go, each on a line of its own and never deeper than they were."""
    kept = ""
    for place, end in source.comments:
        if start <= place < stop:
            before = source.text[source.line_start(place) : place]
            indent = pad if before.strip(" ") else min(before, pad)
            kept += indent + source.text[place:end] + source.eol
    return kept
