# SPDX-License-Identifier: GPL-3.0-or-later
"""`inventory/clients/**/<id>.yaml`: one client with services, billing and add-ons.

Imports of the project: its neighbours in models.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from reconciler.models.base import Model
from reconciler.models.quantities import Date, Money, Month, Percent
from reconciler.models.scalars import Bool, Day, Id, Instalments, Label, LongText, Text, wrong
from reconciler.models.service import Service
from reconciler.models.zone import Timing


class Charge(StrEnum):
    ONCE = "once"
    INSTALMENTS = "instalments"
    RECURRING = "recurring"


def _location(value: object) -> tuple[Decimal, Decimal]:
    try:
        latitude, longitude = (Decimal(str(part)) for part in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ArithmeticError) as error:
        raise wrong(
            "is not a place", "Write latitude and longitude: [17.0732, -96.7266]"
        ) from error
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise wrong("is not on Earth", "Latitude comes first: [17.0732, -96.7266]")
    return latitude, longitude


def _quantity(value: object) -> Decimal:
    try:
        quantity = Decimal(value if isinstance(value, str | int | Decimal) else "")
    except ArithmeticError as error:
        raise wrong("is not a quantity", "Write a number above zero") from error
    if not (quantity.is_finite() and 0 < quantity <= 1_000_000):
        raise wrong("is not a quantity", "Write a number above zero")
    return quantity


Location = Annotated[
    tuple[Decimal, Decimal],
    BeforeValidator(_location),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": ["number", "string"]},
            "minItems": 2,
            "maxItems": 2,
        }
    ),
]
Quantity = Annotated[
    Decimal, BeforeValidator(_quantity), WithJsonSchema({"type": ["number", "string"]})
]


class Contact(Model):
    """How the client is reached."""

    email: Text | None = None
    """For documents and messages."""
    phone: Text | None = None
    """As it is dialled."""
    address: Text | None = None
    """Street and number."""
    city: Text | None = None
    """Town."""
    tax_id: Text | None = None
    """RFC, RUC, NIT, CUIT …"""
    location: Location | None = None
    """Latitude and longitude in degrees."""


class OwnDates(Model):
    """The client's own billing dates instead of the zone's, as one whole."""

    timing: Timing
    """prepaid or postpaid."""
    issue_day: Day
    """Day of the month on which invoices are issued."""
    notice_day: Day | None = None
    """Day of the on-screen notice."""
    due_day: Day
    """Last day to pay without being late."""
    cut_day: Day
    """Day on which the client is cut if nothing was paid."""


class Discount(Model):
    """Off the plan: percent of every service, or an amount off the first service of the file."""

    percent: Percent | None = None
    """Percent."""
    amount: Money | None = None
    """An amount a month."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "Discount":
        if (self.amount is None) == (self.percent is None):
            raise wrong("needs either percent or amount")
        return self


class Promise(Model):
    """A promise to pay: no cut from `made_on` to `until`, both included."""

    made_on: Date
    """The day it was made."""
    until: Date
    """The last day it holds; at most 7 days later."""
    by: Text | None = None
    """Who accepted it."""
    reason: Text | None = None
    """In a few words."""


class ClientBilling(Model):
    """What differs from the zone for this client."""

    own: OwnDates | None = None
    """Dates of its own."""
    recharge: Bool = False
    """Rolling dates: each payment moves the next due date; only with own prepaid dates."""
    late_fee: Bool = True
    """Whether the zone's late fee holds."""
    reconnection_fee: Bool = True
    """Whether the zone's reconnection fee holds."""
    discount: Discount | None = None
    """Off the plan."""
    free_periods: tuple[Month, ...] = ()
    """Months whose period is invoiced at 0.00."""
    promises: tuple[Promise, ...] = ()
    """Promises to pay."""


class Item(Model):
    """An add-on: once, in instalments, or on every invoice."""

    id: Id
    """Unique in the client."""
    name: Text
    """What the invoice shows."""
    price: Money
    """Of one charge; with instalments the whole price."""
    charge: Charge
    """once, instalments or recurring."""
    count: Instalments | None = None
    """instalments: how many, 2 to 24."""
    start: Date | None = None
    """On invoices issued from this day on."""
    end: Date | None = None
    """On invoices issued up to this day."""
    service: Id | None = None
    """On whose invoices; default the client's lead service."""


class Equipment(Model):
    """Something lent to the client, never charged."""

    item: Text
    """What."""
    serial: Text | None = None
    """Serial number."""
    quantity: Quantity = Decimal(1)
    """How much of it."""


class Client(Model):
    """A client."""

    id: Id
    """The name of the file without `.yaml`."""
    former_ids: tuple[Id, ...] = ()
    """Earlier ids: marks on routers, ledger lines and payments under them are this client's."""
    name: Label
    """Name on documents, and the label on the router."""
    zone: Id
    """Which zone."""
    manage: Bool = True
    """false: rows stay on the router and are nobody's."""
    contact: Contact = Contact()
    """How the client is reached."""
    services: tuple[Service, ...] = ()
    """Connections; the first one that bills is the lead service."""
    billing: ClientBilling = ClientBilling()
    """What differs from the zone."""
    items: tuple[Item, ...] = ()
    """Add-ons."""
    equipment: tuple[Equipment, ...] = ()
    """What was lent."""
    notes: LongText | None = None
    """Free text."""
