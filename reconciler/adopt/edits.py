# SPDX-License-Identifier: GPL-3.0-or-later
"""Small additions to an existing file that leave every other byte of it as it was.

Pure: text in, text out. Imports yamlfile, yamltext.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from reconciler.errors import ReconcileError
from reconciler.yamlfile import parse
from reconciler.yamltext import entry, flow, scalar


def add_key(text: str, key: str, value: Any) -> str:
    """The file with `key: value` at its end, or with its parts in the mapping that is there."""
    root = _root(text)
    node = _value_of(root, key)
    if isinstance(node, yaml.MappingNode) and isinstance(value, Mapping):
        for name, part in value.items():
            text = _add_inside(text, key, name, part)
        return text
    if root.flow_style:
        end = _end(text, root)
        comma = ", " if root.value else ""
        return f"{text[:end]}{comma}{scalar(key)}: {flow(value, key)}{text[end:]}"
    lines = entry(key, value, 0)
    return text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


def _add_inside(text: str, key: str, name: str, part: Any) -> str:
    node = _value_of(_root(text), key)
    assert isinstance(node, yaml.MappingNode)
    old = next((value for label, value in node.value if label.value == name), None)
    if old is not None:
        return text[: old.start_mark.index] + scalar(part, name) + text[old.end_mark.index :]
    if node.flow_style:
        end = _end(text, node)
        comma = ", " if node.value else ""
        return f"{text[:end]}{comma}{scalar(name)}: {flow(part, name)}{text[end:]}"
    first = node.value[0][0].start_mark
    pad = " " * first.column
    return f"{text[: first.index]}{name}: {flow(part, name)}\n{pad}{text[first.index :]}"


def add_items(text: str, key: str, values: Sequence[str]) -> str:
    """The file with `values` at the end of the list `key`, which is made where there is none."""
    root = _root(text)
    node = _value_of(root, key)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        if node is not None:
            raise ReconcileError(f"`{key}` is empty in its file: remove the key and run again.")
        return add_key(text, key, list(values))
    if node.flow_style:
        end = _end(text, node)
        return f"{text[:end]}, {', '.join(scalar(value) for value in values)}{text[end:]}"
    last = node.value[-1].end_mark.index
    line_end = text.find("\n", last)
    line_end = len(text) if line_end < 0 else line_end
    pad = " " * node.start_mark.column
    added = "".join(f"\n{pad}- {scalar(value, flow=False)}" for value in values)
    return text[:line_end] + added + text[line_end:]


def _root(text: str) -> yaml.MappingNode:
    document, problems = parse(text.encode(), "")
    if document is None:
        raise ReconcileError(str(problems[0]))
    # The C parser counts bytes in some versions; the pure one marks characters for certain.
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    assert isinstance(node, yaml.MappingNode)
    return node


def _value_of(root: yaml.MappingNode, key: str) -> yaml.Node | None:
    found: yaml.Node | None = next((v for k, v in root.value if k.value == key), None)
    return found


def _end(text: str, node: yaml.Node) -> int:
    """Where something can be put in before the closing bracket of a flow collection."""
    end = int(node.end_mark.index) - 1
    while text[end - 1] in " \n,":
        end -= 1
    return end
