# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of one form, cast in bulk: what `model_validate` gives, without its way to it.

A mould is made of one sound file: which models, which of their fields are filled from blanks,
and everything else as it is there. What may differ from file to file goes through the very
validators of its field. Imports of the project: models, yamlform.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from ipaddress import IPv4Address
from itertools import repeat
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from reconciler.models import Client
from reconciler.models.base import Model
from reconciler.yamlform import Tree, fill

Row = tuple[Any, ...]
Column = Sequence[Any]

_REMEMBERED = 4096  # values of a field, for those that are the same in many files: a plan, a day
_SECRET_IN_CLEAR = "plain"


class Unfit(ValueError):
    """Such a file is not cast, but read by itself."""


class _Leaf(NamedTuple):
    """A field, or an item of a list: of which part of the file, how, and what it then is."""

    tree: Tree
    convert: Callable[[Any], Any]
    kind: type[Any]


@dataclass(frozen=True)
class _Make:
    """Models of one class: some fields from columns, the others as in the mould's own file."""

    kind: type[Model]
    template: dict[str, Any]
    fields: Mapping[str, int] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)

    def __call__(self, table: Mapping[int, Column], count: int) -> Column:
        values = [self.template.copy() for _ in range(count)]
        for name, column in self.fields.items():
            _each(dict.__setitem__, values, repeat(name), table[column])
        models = list(map(self.kind.__new__, repeat(self.kind, count)))
        # As pydantic's model_construct does it, without its look at every field; nobody changes
        # the set of what was given, so that all of them may have the same.
        _each(_SLOTS["__dict__"].__set__, models, values)
        _each(_SLOTS["__pydantic_fields_set__"].__set__, models, repeat(self.given))
        _each(_SLOTS["__pydantic_extra__"].__set__, models, repeat(None))
        _each(_SLOTS["__pydantic_private__"].__set__, models, repeat(None))
        return models


_SLOTS = BaseModel.__dict__


def _each(do: Callable[..., object], *columns: Iterable[Any]) -> None:
    deque(map(do, *columns), maxlen=0)


class _Gather(NamedTuple):
    """The tuples of a list of the file: its items from columns."""

    items: Sequence[int]

    def __call__(self, table: Mapping[int, Column], count: int) -> Column:
        if not self.items:
            return [()] * count
        return list(zip(*map(table.__getitem__, self.items), strict=True))


class Mould:
    """How the clients of one form are made of what is in its blanks. Raises Unfit.

    A row holds one value a leaf, as it is kept: text of the models, an IPv4 address as a
    number, anything else as it is written in the file.
    """

    def __init__(self, tree: Tree, sample: list[str]) -> None:
        if not isinstance(tree, dict) or _names(tree, _SECRET_IN_CLEAR):
            raise Unfit
        self._leaves: list[_Leaf] = []
        self._steps: list[_Make | _Gather] = []
        client = Client.model_validate(fill(tree, sample))
        self._client = self._model(Client, tree, client)
        [again] = self.cast([self.row(sample)])
        if repr(again) != repr(client) or again != client:
            raise Unfit

    def row(self, filled: list[str]) -> Row:
        """What is kept of a file. Raises ValueError for what the models refuse."""
        found: list[Any] = []
        for tree, convert, kind in self._leaves:
            text = filled[tree] if type(tree) is int else fill(tree, filled)
            value = convert(text)
            if type(value) is not kind:
                raise Unfit
            if kind is IPv4Address:
                found.append(int(value))
            else:
                found.append(value if kind is str else text)
        return tuple(found)

    def cast(self, rows: Sequence[Row]) -> Sequence[Client]:
        """The clients of rows that `row` made."""
        if not rows:
            return []
        table: dict[int, Column] = {}
        for at, (leaf, column) in enumerate(
            zip(self._leaves, zip(*rows, strict=True), strict=True)
        ):
            convert = IPv4Address if leaf.kind is IPv4Address else leaf.convert
            table[at] = column if leaf.kind is str else list(map(convert, column))
        for at, step in enumerate(self._steps):
            table[~at] = step(table, len(rows))
        return table[self._client]

    def _leaf(self, tree: Tree, convert: Callable[[Any], Any], value: object) -> int:
        self._leaves.append(_Leaf(tree, convert, type(value)))
        return len(self._leaves) - 1

    def _step(self, step: _Make | _Gather) -> int:
        self._steps.append(step)
        return ~(len(self._steps) - 1)

    def _model(self, kind: type[Model], tree: dict[str, Any], made: Model) -> int:
        """The column of the models that are like `made`, which is of this class."""
        names = {about.alias or name: name for name, about in kind.model_fields.items()}
        fields = {
            name: self._field(kind, name, inner, made.__dict__[name])
            for key, inner in tree.items()
            if _has_blanks(inner)
            for name in [names[key]]
        }
        return self._step(_Make(kind, dict(made.__dict__), fields, made.model_fields_set))

    def _field(self, kind: type[Model], name: str, tree: Tree, value: Any) -> int:
        about = kind.model_fields[name]
        is_plain = not about.metadata
        if is_plain and isinstance(tree, dict) and _is_sum_of_fields(value):
            return self._model(type(value), tree, value)
        of = get_args(about.annotation)
        many = get_origin(about.annotation) is tuple and of[1:] == (Ellipsis,)
        if is_plain and many and isinstance(tree, list):
            items = zip(tree, value, strict=True)
            return self._step(_Gather([self._item(kind, name, *item) for item in items]))
        return self._leaf(tree, _converter(kind, name, isinstance(tree, int)), value)

    def _item(self, kind: type[Model], name: str, tree: Tree, value: Any) -> int:
        if isinstance(tree, dict) and _is_sum_of_fields(value):
            return self._model(type(value), tree, value)
        return self._leaf(tree, _converter(kind, name, isinstance(tree, int), item=True), value)


def _is_sum_of_fields(value: object) -> bool:
    """Whether it is a model that says nothing about several of its fields together.

    Which class of several it is depends on the keys that are there alone: see Secret and Past.
    """
    if not isinstance(value, Model):
        return False
    said = type(value).__pydantic_decorators__
    return not (said.model_validators or said.field_validators or said.validators)


@cache
def _converter(
    kind: type[Model], name: str, remember: bool, *, item: bool = False
) -> Callable[[Any], Any]:
    """The validation of one field, or of one item of a field that is a list."""
    about = kind.model_fields[name]
    annotation: Any = Annotated[(about.annotation, *about.metadata, None)]
    if item:
        annotation = get_args(about.annotation)[0]
    convert = TypeAdapter(annotation).validate_python
    return lru_cache(_REMEMBERED)(convert) if remember else convert


def _has_blanks(tree: Tree) -> bool:
    if isinstance(tree, dict | list):
        return any(map(_has_blanks, tree.values() if isinstance(tree, dict) else tree))
    return isinstance(tree, int)


def _names(tree: Tree, name: str) -> bool:
    """Whether any mapping of the tree has that key."""
    if isinstance(tree, dict):
        return name in tree or any(_names(inner, name) for inner in tree.values())
    return isinstance(tree, list) and any(_names(inner, name) for inner in tree)
