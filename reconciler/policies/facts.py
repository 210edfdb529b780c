# SPDX-License-Identifier: GPL-3.0-or-later
"""What policies know: the files and the plan as plain data, without a secret. Pure.

Imports of the project: inventory, models, plainmodel.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from reconciler.inventory import Inventory, Subscription
from reconciler.models.base import Model
from reconciler.plainmodel import plain

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def facts_of_files(inventory: Inventory) -> dict[str, Any]:
    """`clients`, `services`, `plans`, `zones`, `routers`, `settings`.

    Keys are those of the files; of services also `client`, `name`, `zone`, `router`, `mode`,
    `price`. Rates are bits per second, money is Decimal. `file` and `line` say where each stands.
    """
    return {
        "clients": [_placed(inventory, one) for one in inventory.clients.values()],
        "services": [_service(one) for one in inventory.subscriptions],
        "plans": [_placed(inventory, one) for one in inventory.plans.values()],
        "zones": [_placed(inventory, one) for one in inventory.zones.values()],
        "routers": [_placed(inventory, one) for one in inventory.routers.values()],
        "settings": plain(inventory.settings),
    }


def facts_of_plan(plan: Mapping[str, Any], files: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The JSON of a plan by its keys, the facts of the files as `files`, and the day."""
    return {
        **plan,
        "files": files,
        "today": today.isoformat(),
        "weekday": _WEEKDAYS[today.weekday()],
        "day": today.day,
    }


def _placed(inventory: Inventory, model: Model) -> dict[str, Any]:
    where = inventory.where(model)
    return {**plain(model), "file": where.file, "line": where.line}


def _service(sub: Subscription) -> dict[str, Any]:
    return {
        **plain(sub.service),
        "client": sub.client.id,
        "name": sub.client.name,
        "zone": sub.zone.id,
        "router": sub.router.id,
        "plan": sub.plan.id,
        "mode": sub.plan.mode.value,
        "price": sub.plan.price,
        "file": sub.where.file,
        "line": sub.where.line,
    }
