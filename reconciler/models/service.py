# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of a client: what it is connected with, its state and what its state was.

Imports of the project: its neighbours in models.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from reconciler.models.base import Model
from reconciler.models.network import Ipv4, Ipv6, Mac, Network
from reconciler.models.quantities import Date
from reconciler.models.scalars import Id, Label, RouterName, Text
from reconciler.models.secret import DerivedSecret, Secret


class Status(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    FREE = "free"


class Cause(StrEnum):
    DEBT = "debt"
    MANUAL = "manual"
    REQUEST = "request"


class AddressFate(StrEnum):
    RELEASE = "release"
    KEEP = "keep"


class PppService(StrEnum):
    PPPOE = "pppoe"
    ANY = "any"
    L2TP = "l2tp"
    PPTP = "pptp"
    SSTP = "sstp"
    OVPN = "ovpn"


class Cpe(Model):
    """The client's radio: kept for people, not used on the router."""

    model: Text | None = None
    """Such as LHG5."""
    username: Text | None = None
    """Its login."""
    password: Secret | None = None
    """Its password."""


class Wifi(Model):
    """The client's wireless network: kept for people, not used on the router."""

    ssid: Text | None = None
    """Its name."""
    password: Secret | None = None
    """Its password."""


class Onu(Model):
    """The client's fibre terminal: kept for people, not used on the router."""

    serial: Text
    """Its serial number."""


class Suspended(Model):
    """Since when and why a suspended service is."""

    since: Date
    """First suspended day."""
    cause: Cause
    """Only debt is lifted by a payment."""


class Cancelled(Model):
    """When a service ended, and what became of its address."""

    on: Date
    """First day without service."""
    address: AddressFate = AddressFate.RELEASE
    """release: no rows, the address is free again; keep: the rows stay, suspended."""
    released: Ipv4 | None = None
    """The address it had."""


class Pause(Model):
    """Days without service on request, credited: from `from` until the day before `to`."""

    from_: Date = Field(alias="from")
    """First day."""
    to: Date
    """The day after the last one."""


class PastSuspension(Model):
    """A suspension that ended: from `from` until the day before `to`."""

    status: Literal["suspended"]
    """Always suspended."""
    cause: Cause
    """As it was."""
    from_: Date = Field(alias="from")
    """First suspended day."""
    to: Date
    """The day on which it ended."""
    fee: Literal["waived"] | None = None
    """waived: no reconnection fee for it."""


class PastPlan(Model):
    """A plan that the service had before `to`."""

    plan: Id
    """Which plan."""
    from_: Date = Field(alias="from")
    """Since when."""
    to: Date
    """First day of the plan that followed."""


def _past_kind(value: object) -> str:
    if isinstance(value, PastPlan) or (isinstance(value, dict) and "plan" in value):
        return "<plan>"
    return "<suspension>"


Past = Annotated[
    Annotated[PastSuspension, Tag("<suspension>")] | Annotated[PastPlan, Tag("<plan>")],
    Discriminator(_past_kind),
]


class Service(Model):
    """One connection of a client; the mode of its plan decides which fields apply."""

    id: Id = "internet"
    """Unique in the client."""
    plan: Id
    """Which plan."""
    status: Status = Status.ACTIVE
    """active, suspended, cancelled or free (active and never billed)."""
    since: Date | None = None
    """Installed on; billing starts here."""
    address: Ipv4 | None = None
    """Its fixed address; needed for simple-queue and pcq."""
    targets: tuple[Network, ...] = ()
    """simple-queue: further networks of the queue."""
    ipv6: tuple[Ipv6, ...] = ()
    """Prefixes, for ipv6_block."""
    mac: Mac | None = None
    """Of the client's device, for bindings."""
    name: RouterName | None = None
    """Queue name or username; default the client's id, `<client>-<service>` if not internet."""
    queue: RouterName | None = None
    """pppoe with shaping queue: name of its simple queue, where that is not its user name."""
    comment: Label | None = None
    """Label on the router; default the client's name."""
    password: Secret = DerivedSecret(derived=1)
    """pppoe and hotspot."""
    ppp_service: PppService = PppService.PPPOE
    """pppoe: which kinds of login are accepted."""
    local_address: Ipv4 | None = None
    """pppoe: the router's end of the session."""
    parent: RouterName | None = None
    """Parent queue, instead of the plan's."""
    server: RouterName = "all"
    """hotspot: on which server the login is accepted."""
    router: Id | None = None
    """Instead of the zone's."""
    interface: RouterName | None = None
    """Where the ARP binding goes, instead of the zone's or the router's."""
    cpe: Cpe | None = None
    """The client's radio."""
    wifi: Wifi | None = None
    """The client's wireless network."""
    onu: Onu | None = None
    """The client's fibre terminal."""
    suspended: Suspended | None = None
    """Exactly when status is suspended."""
    cancelled: Cancelled | None = None
    """Exactly when status is cancelled."""
    pauses: tuple[Pause, ...] = ()
    """Days without service on request."""
    history: tuple[Past, ...] = ()
    """What was, appended by the commands and never rewritten."""

    @property
    def has_rows(self) -> bool:
        """Whether it is to be on the router: all but cancelled with its address released."""
        return self.cancelled is None or self.cancelled.address is AddressFate.KEEP

    @property
    def is_blocked(self) -> bool:
        """Whether the router is to block it: suspended, or cancelled with its rows kept."""
        return self.status is Status.SUSPENDED or (
            self.status is Status.CANCELLED and self.has_rows
        )
