# SPDX-License-Identifier: GPL-3.0-or-later
"""A checked inventory as bytes for workers, and back. No secret in clear is ever among them.

A worker needs nothing of the repository but this. Imports errors and inventory.
"""

import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from reconciler.errors import FilesError, Problem
from reconciler.inventory import Inventory
from reconciler.inventory.draft import assemble
from reconciler.inventory.frozen import SecretInClear, freeze, thaw
from reconciler.inventory.kinds import CLIENT, PLAN, ROUTER, SETTINGS, SETTINGS_FILE, ZONE
from reconciler.inventory.reading import Reading


def pack(inventory: Inventory) -> bytes:
    """The whole inventory. Raises FilesError where a file holds a secret in clear."""
    readings = list(_readings(inventory))
    try:
        return zlib.compress(freeze(readings), level=1)
    except SecretInClear:
        raise FilesError([_in_clear(one) for one in readings if _is_in_clear(one)]) from None


def unpack(parcel: bytes, root: Path) -> Inventory:
    """The inventory again; `root`: below which its secret files are. Raises ValueError."""
    first, *readings = thaw(zlib.decompress(parcel))
    return assemble(root, first, readings).inventory


def digest(parcel: bytes) -> str:
    """What tells parcels apart."""
    return sha256(parcel).hexdigest()


def _readings(inventory: Inventory) -> Iterator[Reading]:
    yield Reading(SETTINGS, SETTINGS_FILE, inventory.settings)
    for kind, models in (
        (ROUTER, inventory.routers),
        (ZONE, inventory.zones),
        (PLAN, inventory.plans),
    ):
        for model in models.values():
            where = inventory.where(model)
            yield Reading(kind, where.file, model, line=where.line or 1)
    for client in inventory.clients.values():
        where = inventory.where(client)
        lines = tuple(inventory.where(service).line or 1 for service in client.services)
        yield Reading(CLIENT, where.file, client, line=where.line or 1, service_lines=lines)


def _is_in_clear(reading: Reading) -> bool:
    try:
        freeze([reading])
    except SecretInClear:
        return True
    return False


def _in_clear(reading: Reading) -> Problem:
    return Problem(
        "secret",
        f"{reading.file} holds a secret in clear, which is not sent to workers.",
        "Use env, file, age or derived, or --executor local",
    )
