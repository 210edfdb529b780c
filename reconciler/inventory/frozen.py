# SPDX-License-Identifier: GPL-3.0-or-later
"""Readings as bytes and back, several times faster than reading the files again.

Only what is whole goes in: nothing damaged, and no secret in clear. Only our models
and a few plain values come out, whatever the bytes are: no other class or function is ever called.
Imports of the project: addresses, errors, models, its neighbours.
"""

import io
import pickle
import sys
from collections.abc import Collection, Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from reconciler.addresses import AddressRange
from reconciler.errors import Problem, Severity, Where
from reconciler.inventory.kinds import KINDS, SETTINGS
from reconciler.inventory.reading import Reading
from reconciler.models import PlainSecret
from reconciler.models.base import Model

_PLAIN = {
    (kind.__module__, kind.__name__): kind
    for kind in (
        AddressRange,
        Decimal,
        IPv4Address,
        IPv4Network,
        IPv6Address,
        IPv6Network,
        Problem,
        Severity,
        Where,
        date,
        time,
    )
}
_BY_NAME = {kind.name: kind for kind in (SETTINGS, *KINDS)}
_templates: dict[type[Model], dict[str, Any]] = {}

UNUSABLE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)
"""What `thaw` may raise for bytes that `freeze` did not make."""


class SecretInClear(Exception):
    """A reading holds a secret in clear, which is never stored."""


def is_whole(reading: Reading) -> bool:
    """Whether it may be frozen, but for secrets in clear."""
    return reading.model is not None and not (reading.damaged or reading.origins)


def freeze(readings: Sequence[Reading]) -> bytes:
    """The same bytes for the same readings, which are whole. Raises SecretInClear."""
    buffer = io.BytesIO()
    _Freezer(buffer, pickle.HIGHEST_PROTOCOL).dump(list(readings))
    return buffer.getvalue()


def thaw(data: bytes) -> list[Reading]:
    """What was frozen; raises one of UNUSABLE for other bytes."""
    found = _Thawer(io.BytesIO(data)).load()
    if not isinstance(found, list) or not all(type(one) is Reading for one in found):
        raise pickle.UnpicklingError("these are no readings")
    return found


class _Freezer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, Model):
            return _parts(value)
        kind = type(value)
        if kind is IPv4Address:
            return _address, (int(value),)
        if kind is Reading:
            parts = (value.kind.name, value.file, value.model, value.line, value.service_lines)
            return _reading, (*parts, value.problems) if value.problems else parts
        return NotImplemented


class _Thawer(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == __name__:
            return _MAKERS[name]
        if found := _PLAIN.get((module, name)):
            return found
        if module.startswith("reconciler.models."):
            found = getattr(sys.modules[module], name)
            if isinstance(found, type) and issubclass(found, Model | Enum):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} has no place here")


def _parts(model: Model) -> tuple[Any, ...]:
    """How to make the model again: what differs from its defaults, and what was given."""
    if isinstance(model, PlainSecret) and model.plain:
        raise SecretInClear
    template = _template(type(model))
    values = {name: value for name, value in model.__dict__.items() if value is not template[name]}
    given = model.model_fields_set
    return _model, (type(model), values, None if given == values.keys() else sorted(given))


def _template(kind: type[Model]) -> dict[str, Any]:
    """The fields of a model in their order, with their defaults."""
    if kind not in _templates:
        fields = kind.model_fields
        _templates[kind] = {name: field.default for name, field in fields.items()}
    return _templates[kind]


def _model(kind: type[Model], values: dict[str, Any], given: Collection[str] | None) -> Model:
    # As pydantic's model_construct does it, without its look at every field.
    model = kind.__new__(kind)
    fill = object.__setattr__
    fill(model, "__dict__", _template(kind) | values)
    fill(model, "__pydantic_fields_set__", set(values if given is None else given))
    fill(model, "__pydantic_extra__", None)
    fill(model, "__pydantic_private__", None)
    return model


def _address(number: int) -> IPv4Address:
    return IPv4Address(number)


def _reading(
    kind: str,
    file: str,
    model: Model,
    line: int,
    service_lines: tuple[int, ...],
    problems: tuple[Problem, ...] = (),
) -> Reading:
    return Reading(_BY_NAME[kind], file, model, problems, line, service_lines=service_lines)


_MAKERS = {maker.__name__: maker for maker in (_model, _address, _reading)}
