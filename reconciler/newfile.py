# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a new file of the state repository, and where a client's file goes.

    text = file_text("client", {"id": "ana", "name": "Ana", "zone": "norte", "services": […]}, 3)

Values are what the file format takes: texts, whole numbers, truth values, dates, addresses, lists
and mappings of them; None leaves a key out. Keys are written in the order of the models. Pure.
Imports models, yamlfile, yamltext.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from reconciler.models import Client, Plan, Router, Settings, Zone
from reconciler.models.base import Model
from reconciler.yamlfile import Loc
from reconciler.yamltext import block

_MODELS: dict[str, type[Model]] = {
    "client": Client,
    "plan": Plan,
    "zone": Zone,
    "router": Router,
    "settings": Settings,
}


def file_text(kind: str, data: Mapping[str, Any], depth: int) -> str:
    """A whole new file, which the strict reader reads back as `data`.

    `kind`: client, plan, zone, router or settings. `depth`: how many folders the file lies below
    the root, so that editors find its schema: 3 for `inventory/clients/norte/ana.yaml`.
    """
    schema = "../" * depth + f"schemas/{kind}.schema.json"
    lines = [f"# yaml-language-server: $schema={schema}"]
    lines += block(in_order(_MODELS[kind], data), 0)
    return "\n".join(lines) + "\n"


def client_path(root: Path, client_id: str, zone: str) -> Path:
    """Where the file of a new client goes."""
    return root / "inventory" / "clients" / zone / f"{client_id}.yaml"


def key_order(model: type[Model]) -> list[str]:
    """The keys of a model as files spell them, in their canonical order."""
    return [_key(name, field) for name, field in model.model_fields.items()]


def in_order(model: type[Model] | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with its keys, and those of all mappings in it, in the order of the models."""
    if model is None:
        return dict(data)
    parts: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = _key(name, field)
        if key in data:
            parts[key] = _ordered(field, data[key])
    return parts | {key: value for key, value in data.items() if key not in parts}


def _ordered(field: FieldInfo, value: object) -> object:
    if isinstance(value, Mapping):
        return in_order(_model_for(field, value), value)
    if isinstance(value, list | tuple):
        return [_ordered(field, one) for one in value]
    return value


def _model_for(field: FieldInfo, keys: Collection[str]) -> type[Model] | None:
    """The model of a field that knows every key, where it may be one of several."""
    for model in _models_in(field.annotation):
        if set(keys) <= set(key_order(model)):
            return model
    return None


def model_at(model: type[Model], key: str, keys: Collection[str]) -> type[Model] | None:
    """The model of the mapping under a key of a file that holds these keys; None: there is none."""
    field = _field(model, key)
    return None if field is None else _model_for(field, keys)


def _models_in(annotation: object) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def keys_at(model: type[Model], loc: Loc) -> list[str]:
    """The keys, in order, of the mapping at a path of a file; none where it may be of kinds."""
    for part in loc:
        if isinstance(part, int):
            continue
        field = _field(model, part)
        models = [] if field is None else list(_models_in(field.annotation))
        if len(models) != 1:
            return []
        model = models[0]
    return key_order(model)


def _field(model: type[Model], key: str) -> FieldInfo | None:
    return next((one for name, one in model.model_fields.items() if _key(name, one) == key), None)


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name
