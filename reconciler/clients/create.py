# SPDX-License-Identifier: GPL-3.0-or-later
"""A new client: an id that is free, a free address of the zone, and the file as plain data."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from reconciler.clients.addressing import Allocator, needs_address
from reconciler.clients.fields import BY_NAME, NONE, field_edits
from reconciler.clients.naming import unique_id
from reconciler.clients.outcome import Impossible
from reconciler.edit import Put
from reconciler.inventory import Inventory
from reconciler.models import Plan, Status, Zone
from reconciler.newfile import client_path, file_text
from reconciler.staging import NewFile

AUTO = "auto"


def taken_ids(inventory: Inventory) -> dict[str, str]:
    """Present and former ids, each with the client's present one."""
    taken = {old: one.id for one in inventory.clients.values() for old in one.former_ids}
    return taken | {name: name for name in inventory.clients}


def new_client(
    inventory: Inventory,
    allocator: Allocator,
    client_id: str,
    zone: Zone,
    plan: Plan,
    values: Mapping[str, str],
    on: date,
    status: Status = Status.ACTIVE,
) -> NewFile:
    """The file of a client with one service. `values`: fields by name, `address: auto` included.

    Without an address, one is given where the plan needs it. Raises Impossible where the id is
    taken or no address is free.
    """
    taken = taken_ids(inventory)
    if client_id in taken:
        whose = taken[client_id]
        was = "is taken" if whose == client_id else f"was that of {whose}"
        free = unique_id(client_id, taken, "client")
        raise Impossible(f"The id {client_id} {was}. Free is: {free}")
    service: dict[str, Any] = {"plan": plan.id, "status": status.value, "since": on}
    data: dict[str, Any] = {"id": client_id, "name": client_id, "zone": zone.id}
    values = dict(values)
    address = values.pop("address", AUTO if needs_address(plan) else NONE)
    if address == AUTO:
        service["address"] = allocator.next_in(zone)
    elif address != NONE:
        service["address"] = address
    for name, value in values.items():
        _put(data, service, name, value)
    data["services"] = [service]
    path = client_path(Path(), client_id, zone.id).as_posix()
    return NewFile(path, file_text("client", data, path.count("/")))


def _put(data: dict[str, Any], service: dict[str, Any], name: str, value: str) -> None:
    if value == NONE:
        return
    field = BY_NAME[name]
    for one in field_edits(field, value, ()):
        assert isinstance(one, Put)
        holder = service if field.of_service else data
        for part in one.path[:-1]:
            holder = holder.setdefault(str(part), {})
        holder[str(one.path[-1])] = one.value
