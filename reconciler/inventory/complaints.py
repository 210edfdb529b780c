# SPDX-License-Identifier: GPL-3.0-or-later
"""What a model refuses, in the words of who writes the file.

Values are quoted, except where a secret is or should be: there not even a key's name is.
Imports of the project: models, wording, yamlfile, findings.
"""

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic_core import ErrorDetails

from reconciler.inventory.finding import Finding
from reconciler.models.base import Model
from reconciler.wording import did_you_mean, listing, show
from reconciler.yamlfile import Loc

_SECRET_KEYS = {"password", "key", "age_identity"}
_PLAIN_WORDS = {
    "model_type": ("must be a mapping", "Write `key: value` lines below it"),
    "model_attributes_type": ("must be a mapping", "Write `key: value` lines below it"),
    "dict_type": ("must be a mapping", "Write `key: value` lines below it"),
    "tuple_type": ("must be a list", "Write it as [one, two]"),
}


def complaint(model: type[Model], value: dict[str, Any], error: ErrorDetails) -> Finding:
    """One of pydantic's errors over `value`, as a finding."""
    loc = place_in(value, error["loc"])
    kind = error["type"]
    secret = bool(_SECRET_KEYS.intersection(map(str, loc)))
    if kind == "missing":
        where = _key(loc[:-1])
        inside = f" in `{where}`" if where else ""
        message = f"The key `{loc[-1]}` is missing{inside}."
        return Finding("missing-key", loc, message, f"Add `{loc[-1]}: …`")
    if kind == "extra_forbidden":
        return _unknown_key(model, loc, secret)
    if kind in ("enum", "literal_error"):
        return _none_of(loc, error, secret)
    context = error.get("ctx", {})
    if kind == "wrong":
        what, hint = context["what"], context["hint"]
    else:
        what, hint = _PLAIN_WORDS.get(kind, (error["msg"], None))
    shown = "" if secret else _shown(error["input"])
    code = "secret" if secret else "value"
    return Finding(code, loc, f"{_key(loc) or 'This'}{shown} {what}.", hint)


def _shown(value: object) -> str:
    return f" {show(value)}" if isinstance(value, str) and value else ""


def _none_of(loc: Loc, error: ErrorDetails, secret: bool) -> Finding:
    known = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    value = error["input"]
    meant = did_you_mean(value, known) if isinstance(value, str) and not secret else None
    hint = f"Did you mean `{meant}`?" if meant else None
    shown = "" if secret else _shown(value)
    return Finding("value", loc, f"{_key(loc)}{shown} is not one of: {', '.join(known)}.", hint)


def _unknown_key(model: type[Model], loc: Loc, secret: bool) -> Finding:
    known = sorted(known_keys(model, loc[:-1]))
    inside = _key(loc[:-1])
    if secret:
        message = f"The secret `{inside}` has a key that is unknown."
        return Finding("unknown-key", loc, message, f"Known here: {listing(known)}")
    word = str(loc[-1])
    meant = did_you_mean(word, known)
    hint = f"Did you mean `{meant}`?" if meant else f"Known here: {listing(known, 40)}"
    place = f" in `{inside}`" if inside else ""
    return Finding("unknown-key", loc, f"The key {show(word)} is unknown{place}.", hint)


def _key(loc: Loc) -> str:
    """The innermost key of a path: what a reader looks for."""
    return show(next((part for part in reversed(loc) if isinstance(part, str)), ""))[1:-1]


def place_in(value: Any, loc: tuple[int | str, ...]) -> Loc:
    """pydantic's path without the tags of unions and the fields that a short form stands for.

    The last part is kept where it names a key that is absent.
    """
    path: list[str | int] = []
    for index, part in enumerate(loc):
        if isinstance(value, dict):
            if part in value:
                value = value[part]
                path.append(part)
            elif index == len(loc) - 1 and not str(part).startswith("<"):
                path.append(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
            path.append(part)
    return tuple(path)


def known_keys(model: type[Model], loc: Loc) -> set[str]:
    """The keys that a mapping at `loc` may have."""
    models = {model}
    for part in loc:
        if isinstance(part, str):
            models = {
                inner
                for outer in models
                for name, field in outer.model_fields.items()
                if part == (field.alias or name)
                for annotation in (field.annotation, *field.metadata)
                for inner in _models_in(annotation)
            }
    return {field.alias or name for m in models for name, field in m.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
