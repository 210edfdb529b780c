# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of a file as mappings, lists, numbers and texts, with its secrets hidden. Pure.

Imports models.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from reconciler.models import AgeSecret, DerivedSecret, EnvSecret, FileSecret, PlainSecret, Secret
from reconciler.models.base import Model


def _hidden(_secret: Secret) -> str:
    return "***"


def plain(value: Any, hide: Callable[[Secret], str] = _hidden) -> Any:
    """Keys are those of the files; whole numbers, truth values and Decimals stay, the rest is text.

    `hide`: what stands for a secret.
    """
    if isinstance(value, AgeSecret | DerivedSecret | EnvSecret | FileSecret | PlainSecret):
        return hide(value)
    if isinstance(value, Model):
        fields = type(value).model_fields
        return {
            (field.alias or name): plain(getattr(value, name), hide)
            for name, field in fields.items()
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple | frozenset | set):
        return [plain(one, hide) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one, hide) for key, one in value.items()}
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    return str(value)
