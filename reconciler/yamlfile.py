# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML of which nothing is guessed: mappings, lists and text, with the line of everything.

Every scalar is text, quoted or not; a key without a value is as if it were not there. Repeated
keys, tags, anchors and aliases, several documents, deep nesting and large files are problems, each
with its line. No text of a file gets into a message but the names of keys, since it may be a
secret. Pure: bytes in, value and problems out. Imports of the project: errors, wording.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml._yaml
import yaml.cyaml

from reconciler.errors import Problem, Where
from reconciler.wording import show

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
MAX_VALUES = 20_000

Value = dict[str, Any] | list[Any] | str | None
Loc = tuple[str | int, ...]

VERSION = f"{yaml.__version__} {yaml._yaml.get_version_string()}"
"""Of PyYAML and libyaml, on which depends what is read."""

_BOM = b"\xef\xbb\xbf"
# What cannot be nested deeply, hold an alias or many values is told by a look at the bytes, so that
# only the odd file pays for a walk over its events before anything is built from it.
_DEEP_LINE = re.compile(rb"^[ \t?-]{40,}", re.MULTILINE)
_MANY_BYTES = MAX_VALUES
_MANY_BRACKETS = MAX_DEPTH


class _Composer(yaml.cyaml.CParser):  # type: ignore[name-defined,misc]
    """libyaml's parser and composer, without resolving what a plain scalar might mean.

    The names of the three methods are those that PyYAML's composer calls. An implicit tag is None
    afterwards, so that any other is one that the file wrote.
    """

    def resolve(self, _kind: object, _value: object, _implicit: object) -> None:
        return None

    def descend_resolver(self, _parent: object, _index: object) -> None:
        return None

    def ascend_resolver(self) -> None:
        return None


@dataclass(frozen=True)
class Document:
    """One file: its mapping as plain Python objects, and where each part of it stands."""

    value: dict[str, Any]
    node: yaml.MappingNode = field(repr=False)

    def line(self, loc: Loc) -> int:
        """The line, from 1, of the key or item at `loc`, or of what would hold it."""
        node: yaml.Node = self.node
        line = self._line_of(node)
        for part in loc:
            step = _step(node, part)
            if step is None:
                continue
            place, node = step
            line = self._line_of(place)
        return line

    @staticmethod
    def _line_of(node: yaml.Node) -> int:
        return int(node.start_mark.line) + 1


def _step(node: yaml.Node, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """From a node to its part: the node to point at, and the part's value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def parse(data: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    """Read one file. Problems in its form; no document where nothing can be made of it."""
    if len(data) > MAX_BYTES:
        return None, [too_large(file, len(data))]
    data = data.removeprefix(_BOM)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [
            Problem("encoding", "This is not UTF-8.", "Save the file as UTF-8", Where(file, line))
        ]
    try:
        refused = _refused(data, file)
        node = None if refused else _Composer(data).get_single_node()
    except yaml.YAMLError as error:
        return None, [_syntax(error, data, file)]
    if refused:
        return None, [refused]
    if node is None:
        return None, [Problem("empty-file", "The file is empty.", "Fill or remove it", Where(file))]
    if not isinstance(node, yaml.MappingNode):
        hint = "Write `key: value` lines"
        return None, [Problem("yaml", "This is no mapping of keys.", hint, Where(file, 1))]
    reader = _Reader(file)
    value = reader.mapping(node)
    return Document(value, node), reader.problems


def too_large(file: str, size: int) -> Problem:
    """The problem of a file above the bound, which is not worth reading."""
    return Problem(
        "too-large",
        f"The file has {size} bytes, and at most {MAX_BYTES} are read.",
        "Is it a file of another kind?",
        Where(file),
    )


class _Reader:
    """Nodes to plain objects; collects the problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def mapping(self, node: yaml.MappingNode, depth: int = 1) -> dict[str, Any]:
        if node.tag is not None:
            self._tagged(node)
        result: dict[str, Any] = {}
        empty = False
        for key, value in node.value:
            if type(key) is not yaml.ScalarNode:
                self._add("yaml", key, "A key must be a single word.", "Is a colon out of place?")
                continue
            if key.tag is not None:
                self._tagged(key)
            name = key.value
            if name in result:
                first = next(k for k, _ in node.value if k.value == name).start_mark.line + 1
                self._add(
                    "repeated-key",
                    key,
                    f"The key {show(name)} is repeated; it is already in line {first}.",
                    "Keep one of them",
                )
                continue
            read = self.value(value, depth + 1)
            empty = empty or read is None
            result[name] = read
        if empty:
            return {name: value for name, value in result.items() if value is not None}
        return result

    def value(self, node: Any, depth: int) -> Value:
        kind = type(node)
        if kind is yaml.ScalarNode:
            if node.tag is not None:
                self._tagged(node)
            # An empty plain scalar is nothing; two quotes are an empty text.
            return node.value if node.value or node.style else None
        if depth > MAX_DEPTH:
            self.problems.append(_too_deep(Where(self.file, node.start_mark.line + 1)))
            return ""
        if kind is yaml.MappingNode:
            return self.mapping(node, depth)
        if node.tag is not None:
            self._tagged(node)
        items = [self.value(item, depth + 1) for item in node.value]
        if None in items:
            place = node.value[items.index(None)]
            self._add("yaml", place, "A list item is empty.", "Write a value or remove the item")
            return [item for item in items if item is not None]
        return items

    def _tagged(self, node: yaml.Node) -> None:
        self._add(
            "tag", node, "Tags (`!…`) are not read.", "A text that begins with ! needs quotes"
        )

    def _add(self, code: str, node: yaml.Node, message: str, hint: str) -> None:
        where = Where(self.file, node.start_mark.line + 1)
        self.problems.append(Problem(code, message, hint, where))


def _refused(data: bytes, file: str) -> Problem | None:
    """Anchors, aliases, depth and number of values, found before anything is built of them."""
    if not (
        b"&" in data
        or b"*" in data
        or len(data) > _MANY_BYTES
        or data.count(b"[") + data.count(b"{") > _MANY_BRACKETS
        or _DEEP_LINE.search(data)
    ):
        return None
    parser = _Composer(data)
    depth = values = 0
    while (event := parser.get_event()) is not None:
        where = Where(file, event.start_mark.line + 1)
        if getattr(event, "anchor", None) is not None:
            return Problem(
                "alias",
                "Anchors and aliases (`&…`, `*…`) are not read.",
                "Write the value out; a text that begins with & or * needs quotes",
                where,
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        values += isinstance(event, yaml.ScalarEvent)
        if depth > MAX_DEPTH:
            return _too_deep(where)
        if values > MAX_VALUES:
            return Problem(
                "too-large", f"The file holds more than {MAX_VALUES} values.", None, where
            )
    return None


def _too_deep(where: Where) -> Problem:
    return Problem("too-deep", f"More than {MAX_DEPTH} levels are nested here.", None, where)


def _syntax(error: yaml.YAMLError, data: bytes, file: str) -> Problem:
    """libyaml's own words (fixed texts, none of the file's) with the line, and the usual cause."""
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else None
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    if line is None and (position := getattr(error, "position", None)) is not None:
        line = data.count(b"\n", 0, int(position)) + 1
    if "another document" in what:
        return Problem(
            "yaml",
            "A second document begins here.",
            "Keep one document a file: remove the `---`",
            Where(file, line),
        )
    cause = _cause(what, data, line)
    began = getattr(error, "context_mark", None)
    if began is not None and began.line + 1 != line:
        what = f"{getattr(error, 'context', '')} that begins in line {began.line + 1}, {what}"
    return Problem("yaml", f"This is not YAML: {what}.", cause, Where(file, line))


def _cause(what: str, data: bytes, line: int | None) -> str:
    lines = data.decode().splitlines()
    near = "\n".join(lines[max(0, (line or 1) - 3) : line or 1])
    if "cannot start any token" in what and "\t" in near:
        return "Indent with spaces, not with tabs"
    if re.search(r"[\[{].* #", near):
        return "Inside […] and {…} a ` #` begins a comment: put the text in quotes"
    if "mapping values are not allowed" in what:
        return "A text that holds `: ` needs quotes"
    if "alphabetic or numeric character" in what:
        return "A text that begins with & or * needs quotes"
    if "control characters" in what:
        return "Take them out of the file"
    return "Check indentation, quotes and brackets here and in the line above"
