# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a client's file that commands and spreadsheets set, one row each.

A value is a text: lists are separated by spaces or commas, secrets are `derived:2`, `env:NAME`,
`file:PATH`, `age:TEXT` or `plain:TEXT`, and `none` takes a field out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from reconciler.clients.outcome import Impossible
from reconciler.edit import Drop, Edit, Put
from reconciler.models import Client, Service
from reconciler.models.secret import MAIN_KEYS
from reconciler.yamlfile import Loc

NONE = "none"


class Kind(StrEnum):
    TEXT = "text"
    LIST = "list"
    SECRET = "secret"
    FLAG = "flag"


@dataclass(frozen=True)
class Field:
    """`name`: its column and, with dashes, its option; `path`: keys below client or service."""

    name: str
    path: Loc
    help: str
    of_service: bool = False
    kind: Kind = Kind.TEXT

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")


def _client(
    name: str, path: str, text: str, kind: Kind = Kind.TEXT, *, of_service: bool = False
) -> Field:
    return Field(name, tuple(path.split(".")), text, of_service, kind)


_service = partial(_client, of_service=True)


FIELDS: tuple[Field, ...] = (
    _client("name", "name", "Name of the client; the label on the router."),
    _client("phone", "contact.phone", "Telephone."),
    _client("email", "contact.email", "E-mail address."),
    _client("street", "contact.address", "Street and number."),
    _client("city", "contact.city", "Town."),
    _client("tax_id", "contact.tax_id", "Tax number: RFC, RUC, NIT, CUIT …"),
    _client("location", "contact.location", "Latitude and longitude: 17.07,-96.72.", Kind.LIST),
    _client("notes", "notes", "Free text."),
    _client("manage", "manage", "Whether its rows on the router are ours.", Kind.FLAG),
    _client("late_fee", "billing.late_fee", "Whether the zone's late fee holds.", Kind.FLAG),
    _client(
        "reconnection_fee",
        "billing.reconnection_fee",
        "Whether the zone's reconnection fee holds.",
        Kind.FLAG,
    ),
    _client("recharge", "billing.recharge", "Whether payments move the dates.", Kind.FLAG),
    _client("discount_percent", "billing.discount.percent", "Percent off every service."),
    _client("discount_amount", "billing.discount.amount", "Amount off the first service."),
    _client("free_periods", "billing.free_periods", "Months at 0.00: 2026-12.", Kind.LIST),
    _service("since", "since", "Day of installation, from which it is billed."),
    _service("address", "address", "IPv4 address, or auto for the next free one."),
    _service("targets", "targets", "Further networks of the queue, with commas.", Kind.LIST),
    _service("ipv6", "ipv6", "IPv6 prefixes that are blocked too, with commas.", Kind.LIST),
    _service("mac", "mac", "MAC address of the client's device."),
    _service("username", "name", "Queue name, or user name of the login."),
    _service("comment", "comment", "Label on the router instead of the client's name."),
    _service(
        "password",
        "password",
        "Login's: derived:N, env:NAME, file:PATH, random.",
        Kind.SECRET,
    ),
    _service("ppp_service", "ppp_service", "Kind of PPP: pppoe, any, l2tp, pptp, sstp or ovpn."),
    _service("local_address", "local_address", "The router's end of a PPPoE session."),
    _service("parent", "parent", "Parent queue instead of the plan's."),
    _service("server", "server", "HotSpot server."),
    _service("router", "router", "Router instead of the zone's."),
    _service("interface", "interface", "Interface of the ARP binding."),
    _service("cpe_model", "cpe.model", "Model of the client's radio."),
    _service("cpe_username", "cpe.username", "Login of the radio."),
    _service("cpe_password", "cpe.password", "Password of the radio.", Kind.SECRET),
    _service("wifi_ssid", "wifi.ssid", "Name of the client's wireless network."),
    _service("wifi_password", "wifi.password", "Password of that network.", Kind.SECRET),
    _service("onu", "onu.serial", "Serial number of the fibre terminal."),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
_OTHER_DISCOUNT = {"discount_percent": "amount", "discount_amount": "percent"}


def field_edits(field: Field, value: str, service: Loc) -> list[Edit]:
    """Edits that give a field this value. `service`: the path of the service in the file."""
    path = (*service, *field.path) if field.of_service else field.path
    if value == NONE:
        return [Drop(path)]
    if field.kind is Kind.LIST:
        return [Put(path, [part for part in re.split(r"[,;\s]+", value) if part])]
    if field.kind is Kind.SECRET:
        return [Put(path, secret_of(value))]
    if field.name in _OTHER_DISCOUNT:
        return [Put(path[:-1], {path[-1]: value})]
    return [Put(path, value)]


def secret_of(text: str) -> dict[str, str]:
    """`derived:2` as `{derived: 2}`; `derived:2@ana/internet` names whose password it was.

    Raises Impossible for anything else than a main key and a colon, since a bare text might be the
    secret itself.
    """
    key, colon, rest = text.partition(":")
    if not colon or key not in MAIN_KEYS or not rest:
        raise Impossible(
            "A password is given as derived:N, env:NAME, file:PATH, age:TEXT or, where"
            " `allow_plain` is set, plain:TEXT."
        )
    number, at, of = rest.partition("@")
    return {"derived": number, "of": of} if key == "derived" and at else {key: rest}


def value_text(field: Field, client: Client, service: Service | None) -> str:
    """The present value as such a text; empty where there is none, and for secrets in clear."""
    model: Any = service if field.of_service else client
    if model is None:
        return ""
    for part in field.path:
        if model is None or part not in model.model_fields_set:
            return ""
        model = getattr(model, str(part))
    if model is None:
        return ""
    if field.kind is Kind.SECRET:
        return _secret_text(model)
    if isinstance(model, bool):
        return "true" if model else "false"
    if isinstance(model, tuple):
        return ",".join(str(part) for part in model)
    return str(getattr(model, "value", model))


def _secret_text(secret: Any) -> str:
    key = next(key for key in MAIN_KEYS if key in type(secret).model_fields)
    if key in ("plain", "age"):
        return ""
    of = getattr(secret, "of", None)
    return f"{key}:{getattr(secret, key)}" + (f"@{of}" if of else "")
