# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a state repository has: one row a kind. Imports of the project: models, its rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.inventory.finding import Finding
from reconciler.inventory.rules import client, plan, router, settings, zone
from reconciler.models import Client, Plan, Router, Settings, Zone
from reconciler.models.base import Model

SETTINGS_FILE = "reconcile.yaml"


@dataclass(frozen=True)
class Kind:
    """A kind of file: its folder, its model, and the rules that hold within one file."""

    name: str
    folder: str
    model: type[Model]
    rules: tuple[Callable[[Any], Iterator[Finding]], ...]
    deep: bool = False
    """Whether files in sub-folders are read too."""

    def __reduce__(self) -> tuple[Any, ...]:
        # So that it is the same object in every process.
        return _named, (self.name,)


def _named(name: str) -> "Kind":
    return next(kind for kind in (SETTINGS, *KINDS) if kind.name == name)


SETTINGS = Kind("settings", "", Settings, settings.RULES)
ROUTER = Kind("router", "inventory/routers", Router, router.RULES)
ZONE = Kind("zone", "inventory/zones", Zone, zone.RULES)
PLAN = Kind("plan", "plans", Plan, plan.RULES)
CLIENT = Kind("client", "inventory/clients", Client, client.RULES, deep=True)
KINDS = (ROUTER, ZONE, PLAN, CLIENT)
