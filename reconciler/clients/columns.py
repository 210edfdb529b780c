# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients as rows of text for tables and spreadsheets, one row a service, and as GeoJSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.clients.fields import BY_NAME, FIELDS, value_text
from reconciler.clients.select import Chosen
from reconciler.errors import UsageError
from reconciler.models import Client
from reconciler.wording import listing, unknown

KEYS = ("id", "service", "zone", "plan", "status")
DEFAULT = ("id", "name", "zone", "plan", "status", "address")
EXPORTED = (
    *DEFAULT,
    "service",
    "mac",
    "username",
    "since",
    "phone",
    "email",
    "street",
    "city",
    "tax_id",
    "location",
    "local_address",
    "notes",
)
READ_ONLY = ("mode", "router_now", "login", "suspended_since", "cause", "file", "former_ids")
ALL = (*dict.fromkeys((*EXPORTED, *KEYS, *(field.name for field in FIELDS), *READ_ONLY)),)


def columns_of(given: Sequence[str], default: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    """The columns named, or the default ones; `more`: columns that the caller fills.

    Raises UsageError for an unknown one.
    """
    names = [part.strip() for text in given for part in text.split(",") if part.strip()]
    known = (*ALL, *more)
    for name in names:
        if name not in known:
            there = f"There are: {listing(known, 99)}."
            raise UsageError(unknown("column", name, known, there))
    return names or list(default)


def row_of(one: Chosen, columns: Iterable[str]) -> dict[str, str]:
    """The text of each column for one service; nothing is an empty text."""
    return {name: _value(one, name) for name in columns}


def row_without_service(client: Client, file: str, columns: Iterable[str]) -> dict[str, str]:
    """The same for a client that has no service."""
    known = {"id": client.id, "zone": client.zone, "file": file}
    known["former_ids"] = ",".join(client.former_ids)
    known |= {
        field.name: value_text(field, client, None) for field in FIELDS if not field.of_service
    }
    return {name: known.get(name, "") for name in columns}


def _value(one: Chosen, name: str) -> str:
    sub = one.sub
    fixed = {
        "id": sub.client.id,
        "service": sub.service.id,
        "zone": sub.zone.id,
        "plan": sub.plan.id,
        "status": sub.service.status.value,
        "mode": sub.plan.mode.value,
        "router_now": sub.router.id,
        "login": sub.name,
        "file": one.file,
        "former_ids": ",".join(sub.client.former_ids),
    }
    if name in fixed:
        return fixed[name]
    if name in ("suspended_since", "cause"):
        cut = sub.service.suspended
        return str(cut.cause.value if name == "cause" else cut.since) if cut else ""
    return value_text(BY_NAME[name], sub.client, sub.service)


def geojson(chosen: Iterable[Chosen]) -> dict[str, Any]:
    """A FeatureCollection (RFC 7946, longitude first) of the clients that have a location."""
    clients: dict[str, list[Chosen]] = {}
    for one in chosen:
        clients.setdefault(one.sub.client.id, []).append(one)
    return {
        "type": "FeatureCollection",
        "features": [feature for ones in clients.values() for feature in _features(ones)],
    }


def _features(ones: Sequence[Chosen]) -> list[Mapping[str, Any]]:
    client = ones[0].sub.client
    if client.contact.location is None:
        return []
    latitude, longitude = client.contact.location
    services = [row_of(one, ("service", "plan", "status", "address")) for one in ones]
    return [
        {
            "type": "Feature",
            "id": client.id,
            "geometry": {"type": "Point", "coordinates": [float(longitude), float(latitude)]},
            "properties": {
                "id": client.id,
                "name": client.name,
                "zone": client.zone,
                "status": ones[0].sub.service.status.value,
                "services": services,
            },
        }
    ]
