# SPDX-License-Identifier: GPL-3.0-or-later
"""What can still be made of a file with wrong parts.

One wrong value must not hide that the client's zone does not exist or that its address is taken:
wrong values are taken out, misspelled keys are read as what was meant, and what lacks something is
left out as a whole, until the rest is a model or nothing is left.

Imports of the project: models, wording, yamlfile, complaints.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciler.inventory.complaints import known_keys, place_in
from reconciler.models.base import Model
from reconciler.wording import did_you_mean
from reconciler.yamlfile import Loc

Origins = Mapping[Loc, tuple[int, ...]]
"""For each list of a model, by its path: the indexes that its items have in the file."""
WHOLE: Origins = {}
"""Of a file of which nothing was taken out."""

_ROUNDS = 8
_GONE = object()


class _Kept(list[Any]):
    """A list that knows which items of the file's list it still has."""

    def __init__(self, items: list[Any], origin: tuple[int, ...]) -> None:
        super().__init__(items)
        self.origin = origin


def salvage(
    model: type[Model], file: str, value: dict[str, Any], error: ValidationError
) -> tuple[Model | None, Origins]:
    """A model of the sound parts, or None; and where in the file the items of its lists are."""
    value = deepcopy(value)
    for _ in range(_ROUNDS):
        for detail in error.errors(include_url=False):
            if not _repair(model, PurePosixPath(file).stem, value, detail):
                return None, WHOLE
        value = _swept(value)
        try:
            return model.model_validate(value), dict(_origins(value, ()))
        except ValidationError as next_error:
            error = next_error
    return None, WHOLE


def _origins(value: Any, path: Loc) -> Iterator[tuple[Loc, tuple[int, ...]]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _origins(inner, (*path, key))
    elif isinstance(value, list):
        if isinstance(value, _Kept):
            yield path, value.origin
        for index, inner in enumerate(value):
            yield from _origins(inner, (*path, index))


def _repair(model: type[Model], stem: str, value: dict[str, Any], error: ErrorDetails) -> bool:
    """Take out or mend what one error names; False where the file as a whole is lost."""
    loc = place_in(value, error["loc"])
    if error["type"] == "missing":
        if loc in (("id",), ("name",)):
            value[str(loc[0])] = stem
            return True
        loc = loc[:-1]
    if not loc:
        return False
    holder = _at(value, loc[:-1])
    last = loc[-1]
    if isinstance(holder, dict):
        old = holder.pop(last, None)
        if error["type"] == "extra_forbidden":
            meant = did_you_mean(str(last), known_keys(model, loc[:-1]))
            if meant is not None:
                holder.setdefault(meant, old)
    elif isinstance(holder, list) and isinstance(last, int):
        holder[last] = _GONE
    return True


def _at(value: Any, loc: Loc) -> Any:
    for part in loc:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None  # another error of this round has taken it out already
    return value


def _swept(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _swept(inner) for key, inner in value.items() if inner is not _GONE}
    if isinstance(value, list):
        origin = value.origin if isinstance(value, _Kept) else tuple(range(len(value)))
        kept = [(i, _swept(one)) for i, one in zip(origin, value, strict=True) if one is not _GONE]
        return _Kept([one for _, one in kept], tuple(i for i, _ in kept))
    return value
