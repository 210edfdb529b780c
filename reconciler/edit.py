# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of YAML files that people wrote: what is not meant does not change, not by a blank.

    new = edit(data, "inventory/clients/norte/ana.yaml", Client, [Put(("zone",), "sur")])

Every comment, blank line, quote and order stays. Each result is read again and must hold exactly
what was meant and every comment there was, else nothing comes out but an EditError. Pure: bytes
in, bytes out. Imports errors, newfile, surgery, yamlfile, yamltext, the models' base.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import yaml

from reconciler.errors import FilesError, ReconcileError
from reconciler.models.base import Model
from reconciler.newfile import keys_at
from reconciler.surgery import (
    Source,
    append_item,
    drop_item,
    drop_key,
    insert_key,
    replace_entry,
    replace_scalar,
)
from reconciler.yamlfile import Loc, parse
from reconciler.yamltext import text_of

_BOM = b"\xef\xbb\xbf"


class EditError(ReconcileError):
    """A file is written in a way that cannot be changed here without harm: do it by hand."""


@dataclass(frozen=True)
class Put:
    """The value at `path` becomes `value`; what lacks on the way is made.

    `value` is a text, a number, a date, a list or a mapping of them, as `newfile.file_text` takes.
    """

    path: Loc
    value: Any


@dataclass(frozen=True)
class Drop:
    """The key or item at `path` goes, and what would be empty without it; its comments stay."""

    path: Loc


@dataclass(frozen=True)
class Append:
    """One more item of the list at `path`, which is made if it lacks."""

    path: Loc
    value: Any


Edit = Put | Drop | Append


def edit(data: bytes, file: str, model: type[Model], edits: Iterable[Edit]) -> bytes:
    """The file with all edits made, or the very same bytes where it holds all of it already.

    Raises FilesError where the file cannot be read, EditError where an edit cannot be made without
    touching more than it means.
    """
    bom = _BOM if data.startswith(_BOM) else b""
    first = source = read_text(data, file)
    value = source.value
    for one in edits:
        value = _plain(value, one)
        for step in _steps(one, source.value):
            source = _make(source, step, file, model)
    if source is first:
        return data
    if source.value != value or source.all_comments != first.all_comments:
        raise _not_so(file)
    return bom + source.text.encode()


_HAND = "edit it by hand. Nothing was written."


@dataclass(frozen=True)
class Text(Source):
    """A text with the plain value that it was read as."""

    value: dict[str, Any]

    @property
    def all_comments(self) -> Counter[str]:
        return Counter(self.text[start:end].rstrip() for start, end in self.comments)


def read_text(data: bytes, file: str) -> Text:
    """The text of a file, its BOM taken off. Raises FilesError where it cannot be read."""
    document, problems = parse(data, file)
    if document is None or problems:
        raise FilesError(problems)
    return Text(data.removeprefix(_BOM).decode(), document.node, document.value)


def _make(source: Text, step: Edit, file: str, model: type[Model]) -> Text:
    try:
        return read_text(_cut(source, step, model).encode(), file)
    except FilesError:
        raise _not_so(file) from None


def _not_so(file: str) -> EditError:
    return EditError(f"{file} cannot be changed by a command where it is written so: {_HAND}")


def _steps(one: Edit, value: Any) -> Iterator[Edit]:
    """The smallest edits that make one: a mapping key by key, a list item by item."""
    old = _at(value, one.path)
    if isinstance(one, Drop):
        if old is not None:
            yield Drop(_emptied(value, one.path))
    elif isinstance(one, Append):
        yield one if isinstance(old, list) else Put(one.path, [one.value])
    elif isinstance(one.value, Mapping) and isinstance(old, dict) and old:
        yield from _mapping_steps(one.path, one.value, old, value)
    elif isinstance(one.value, list | tuple) and isinstance(old, list) and one.value:
        yield from _list_steps(one.path, one.value, old, value)
    elif old != _as_read(one.value):
        yield one


def _mapping_steps(
    path: Loc, new: Mapping[str, Any], old: Mapping[str, Any], value: Any
) -> Iterator[Edit]:
    for key, part in new.items():
        if part is not None:
            yield from _steps(Put((*path, key), part), value)
    for key in old:
        if new.get(key) is None:
            yield Drop((*path, key))


def _list_steps(path: Loc, new: Sequence[Any], old: Sequence[Any], value: Any) -> Iterator[Edit]:
    for index, part in enumerate(new[: len(old)]):
        yield from _steps(Put((*path, index), part), value)
    for index in range(len(old) - 1, len(new) - 1, -1):
        yield Drop((*path, index))
    for part in new[len(old) :]:
        yield Append(path, part)


def _cut(source: Text, step: Edit, model: type[Model]) -> str:
    *parents, last = step.path
    node = source.root
    in_flow = False
    walked: Loc = ()
    for part in parents:
        inner = _child(node, part)
        if inner is None or _is_empty(inner):
            assert isinstance(step, Put)
            missing = step.path[len(walked) + 1 :]
            return _put(source, node, in_flow, part, _nested(missing, step.value), walked, model)
        in_flow = in_flow or bool(node.flow_style)
        node = inner
        walked = (*walked, part)
    if isinstance(step, Put):
        return _put(source, node, in_flow, last, step.value, walked, model)
    if isinstance(step, Drop):
        if isinstance(last, int):
            return drop_item(source, node, last)
        return drop_key(source, node, last)
    inner = _child(node, last)
    in_flow = in_flow or bool(node.flow_style)
    return append_item(source, inner, step.value, str(last), in_flow)


def _put(
    source: Text,
    node: Any,
    in_flow: bool,
    part: str | int,
    value: Any,
    walked: Loc,
    model: type[Model],
) -> str:
    old = _child(node, part)
    key = next((str(p) for p in reversed((*walked, part)) if isinstance(p, str)), "")
    in_flow = in_flow or bool(node.flow_style)
    if old is None:
        return insert_key(source, node, str(part), value, keys_at(model, walked))
    is_line = isinstance(old, yaml.ScalarNode) and old.style not in ("|", ">")
    if is_line and not isinstance(value, Mapping | list | tuple):
        return replace_scalar(source, old, value, key, in_flow)
    if isinstance(part, int):
        raise EditError(f"An item of the list {key} would become one of another kind: {_HAND}")
    return replace_entry(source, node, part, value)


def _child(node: Any, part: str | int) -> Any:
    if isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    return next((value for key, value in node.value if key.value == part), None)


def _is_empty(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style


def _nested(path: Loc, value: Any) -> Any:
    for part in reversed(path):
        value = {part: value}
    return value


def _at(value: Any, path: Loc) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _emptied(value: Any, path: Loc) -> Loc:
    """The outermost part that would hold nothing without the one at `path`."""
    while len(path) > 1 and len(_at(value, path[:-1])) == 1:
        path = path[:-1]
    return path


def _plain(value: Any, one: Edit) -> Any:
    """The same edit on the plain value: what the text must read as afterwards."""
    value = deepcopy(value)
    path = one.path
    if isinstance(one, Drop):
        if _at(value, path) is None:
            return value
        path = _emptied(value, path)
        del _at(value, path[:-1])[path[-1]]
        return value
    inner = value
    for part in path[:-1]:
        if isinstance(part, str):
            inner.setdefault(part, {})
        inner = inner[part]
    if isinstance(one, Append):
        inner[path[-1]] = [*inner.get(path[-1], ()), _as_read(one.value)]
    else:
        inner[path[-1]] = _as_read(one.value)
    return value


def _as_read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_read(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_as_read(part) for part in value]
    return text_of(value)
