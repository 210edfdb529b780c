# SPDX-License-Identifier: GPL-3.0-or-later
"""What policies know: the files and the plan as plain data, without a secret. Pure.

Imports of the project: inventory, models, plainmodel.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from reconciler.inventory import Inventory, Subscription
from reconciler.models.base import Model
from reconciler.plainmodel import plain

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Parts(Mapping[str, Any]):
    """Each part is made when it is first asked for: of all clients that takes its time."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = makers
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def facts_of_files(inventory: Inventory) -> Mapping[str, Any]:
    """`clients`, `services`, `plans`, `zones`, `routers`, `settings`.

    Keys are those of the files; of services also `client`, `name`, `zone`, `router`, `mode`,
    `price`. Rates are bits per second, money is Decimal. `file` and `line` say where each stands.
    """
    return _Parts(
        {
            "clients": lambda: [_placed(inventory, one) for one in inventory.clients.values()],
            "services": lambda: [_service(one) for one in inventory.subscriptions],
            "plans": lambda: [_placed(inventory, one) for one in inventory.plans.values()],
            "zones": lambda: [_placed(inventory, one) for one in inventory.zones.values()],
            "routers": lambda: [_placed(inventory, one) for one in inventory.routers.values()],
            "settings": lambda: plain(inventory.settings),
        }
    )


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
