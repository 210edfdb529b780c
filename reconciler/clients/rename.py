# SPDX-License-Identifier: GPL-3.0-or-later
"""A new id for a client, after which the routers change comments and nothing else.

What was computed from the old id is written out: names of queues and logins, and the id that
derived passwords were derived for; so no login changes and no session drops.
"""

from pathlib import PurePosixPath

from reconciler.clients.outcome import Impossible
from reconciler.clients.select import Chosen
from reconciler.edit import Edit, Put
from reconciler.inventory import Inventory
from reconciler.models import Client, DerivedSecret
from reconciler.staging import EditFile


def rename(inventory: Inventory, client: Client, chosen: list[Chosen], new: str) -> EditFile:
    """The edits and the move of one client's file. `chosen`: all services of the client.

    Raises Impossible where the new id is, or was, another client's.
    """
    for other in inventory.clients.values():
        if other.id != client.id and new in (other.id, *other.former_ids):
            was = "is" if other.id == new else "was"
            raise Impossible(f"The id {new} {was} that of {other.name} ({other.id}).")
    file = inventory.where(client).file
    former = [old for old in (*client.former_ids, client.id) if old != new]
    edits: list[Edit] = [Put(("id",), new), Put(("former_ids",), former)]
    for one in chosen:
        edits += _pinned(one)
    return EditFile(file, tuple(edits), str(PurePosixPath(file).with_name(f"{new}.yaml")))


def _pinned(one: Chosen) -> list[Edit]:
    service = one.sub.service
    edits: list[Edit] = []
    if service.name is None:
        edits.append(Put((*one.at, "name"), one.sub.name))
    given = "password" in service.model_fields_set
    if one.sub.plan.has_login or given:
        edits += _kept(service.password, one, "password")
    if service.cpe is not None:
        edits += _kept(service.cpe.password, one, "cpe", "password")
    if service.wifi is not None:
        edits += _kept(service.wifi.password, one, "wifi", "password")
    return edits


def _kept(secret: object, one: Chosen, *keys: str) -> list[Edit]:
    if not isinstance(secret, DerivedSecret) or secret.of is not None:
        return []
    return [Put((*one.at, *keys), {"derived": secret.derived, "of": one.sub.id})]
