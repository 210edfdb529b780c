# SPDX-License-Identifier: GPL-3.0-or-later
"""`plans/<id>.yaml`: an Internet plan (tariff).

Imports of the project: its neighbours in models.
"""

from enum import StrEnum

from reconciler.models.base import Model
from reconciler.models.network import Ipv4
from reconciler.models.quantities import Money, Rate, RateOrZero, Seconds
from reconciler.models.scalars import Bool, Id, Label, Positive, Priority, RouterName


class Mode(StrEnum):
    SIMPLE_QUEUE = "simple-queue"
    PCQ = "pcq"
    PPPOE = "pppoe"
    HOTSPOT = "hotspot"


class Shaping(StrEnum):
    OWN = "own"
    QUEUE = "queue"
    EXTERNAL = "external"


class Rates(Model):
    """A pair of rates in bits per second, as the client sees them; 0: none in that direction."""

    download: RateOrZero
    """Towards the client; 0: none."""
    upload: RateOrZero
    """From the client; 0: none."""


class Burst(Model):
    """RouterOS's burst: above the plan's rate while the average stays under the threshold."""

    download: RateOrZero
    """Towards the client; 0: no burst in that direction."""
    upload: RateOrZero
    """From the client; 0: no burst in that direction."""
    threshold: Rates
    """Average rate up to which the burst lasts."""
    time: Seconds
    """Over how long the average is taken, in whole seconds."""


class Plan(Model):
    """One tariff: a speed, how it is made on the router, and its price."""

    id: Id
    """The name of the file without `.yaml`; not `default`, `default-encryption` or `rc-…`."""
    name: Label | None = None
    """For people and invoices."""
    mode: Mode
    """How a service of this plan is made: simple-queue, pcq, pppoe or hotspot."""
    download: Rate = 0
    """Towards the client, bits per second; may be left out only with shaping external."""
    upload: Rate = 0
    """From the client, bits per second; may be left out only with shaping external."""
    guaranteed: Rates | None = None
    """limit-at; not with pcq."""
    burst: Burst | None = None
    """Above the rate for a short time."""
    priority: Priority = 8
    """RouterOS's queue priority, 1 is served first."""
    parent: RouterName | None = None
    """A queue that exists on the router; pppoe, hotspot: the profile's parent-queue."""
    profile: RouterName | None = None
    """pppoe, hotspot: name of the profile; default the id, hotspot `rc-<id>`."""
    list: RouterName | None = None
    """pcq: name of the address list; default `rc-plan-<id>`."""
    shaping: Shaping = Shaping.OWN
    """own, queue (pppoe shaped by a simple queue at its address) or external (the operator's)."""
    own_profile: Bool = True
    """pppoe with shaping queue: false leaves the profile to the operator, who may share it."""
    pool: RouterName | None = None
    """pppoe: an /ip/pool on the router, for services without an address."""
    local_address: Ipv4 | None = None
    """pppoe: the router's end of sessions, on the profile."""
    shared_users: Positive = 1
    """hotspot: devices at a time on one account."""
    price: Money | None = None
    """A month's price; needed where anything of this plan is billed."""

    @property
    def profile_name(self) -> str:
        """Name of the PPP or hotspot profile on the router."""
        if self.profile is not None:
            return self.profile
        return f"rc-{self.id}" if self.mode is Mode.HOTSPOT else self.id

    @property
    def manages_profile(self) -> bool:
        """Whether its PPP or hotspot profile is ours."""
        return self.shaping is not Shaping.EXTERNAL and self.own_profile

    @property
    def has_login(self) -> bool:
        """Whether its clients log in with a password."""
        return self.mode in (Mode.PPPOE, Mode.HOTSPOT)

    @property
    def has_queues(self) -> bool:
        """Whether each of its services has a simple queue of its own."""
        return self.mode is Mode.SIMPLE_QUEUE or self.shaping is Shaping.QUEUE

    @property
    def list_name(self) -> str:
        """pcq: name of the address list whose members share the plan's queues."""
        return self.list if self.list is not None else f"rc-plan-{self.id}"

    @property
    def label(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id
