# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks of the doctor look at: one router's files and all that was read of it. Pure.

Imports errors, inventory, kinds, marks, models, planning, status' lists and survey.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import IPv4Network

from reconciler.errors import Problem, Severity
from reconciler.inventory import Subscription
from reconciler.kinds import ADDRESS_LIST
from reconciler.marks import Row, is_disabled
from reconciler.models import Router
from reconciler.planning import RouterPlan
from reconciler.status.clients import networks_of
from reconciler.survey import Actual


@dataclass(frozen=True)
class Case:
    """`subs`: managed services that live on this router; `more`: rows of menus beyond a plan's,
    whole. A menu that could not be read is in neither. `now`: our clock, in UTC;
    `offset`: how far the company's local time is from it. `connections`: how many are tracked.
    """

    router: Router
    subs: Sequence[Subscription]
    actual: Actual
    plan: RouterPlan
    now: datetime
    offset: timedelta = timedelta(0)
    more: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    connections: int = 0

    def rows(self, path: str) -> Sequence[Row]:
        return self.more[path] if path in self.more else self.actual.rows(path)

    @property
    def suspended_list(self) -> str:
        return self.router.lists.suspended

    @property
    def apply(self) -> str:
        """The command that mends what differs from the files."""
        return f"reconcile apply --router {self.router.id}"

    @property
    def file(self) -> str:
        return f"inventory/routers/{self.router.id}.yaml"

    @cached_property
    def suspended(self) -> list[Subscription]:
        """Services that must be cut: suspended, or cancelled with their address kept."""
        return [sub for sub in self.subs if sub.service.is_blocked]

    @cached_property
    def entries(self) -> list[Row]:
        """Enabled entries of the suspended list, also those that RouterOS made."""
        rows = self.actual.rows(ADDRESS_LIST.path)
        return [row for row in rows if row.get("list") == self.suspended_list and is_enabled(row)]

    @cached_property
    def listed(self) -> list[IPv4Network]:
        """What the enabled entries of the suspended list cover."""
        return networks_of(self.entries, self.suspended_list)

    def is_listed(self, network: IPv4Network) -> bool:
        return any(network.subnet_of(one) for one in self.listed)


def networks_of_service(sub: Subscription) -> Iterator[IPv4Network]:
    """Its address and further targets."""
    if sub.service.address:
        for address in (sub.service.address, *sub.service.targets):
            yield IPv4Network(str(address))


def blocked_networks(case: Case) -> list[IPv4Network]:
    return [network for sub in case.suspended for network in networks_of_service(sub)]


def is_enabled(row: Row) -> bool:
    return not is_disabled(row)


def short(network: IPv4Network) -> str:
    """As people write it: hosts without /32."""
    return str(network).removesuffix("/32")


def finding(code: str, message: str, mend: str, *, warning: bool = False) -> Problem:
    """`mend`: an exact command or edit, and what follows it."""
    severity = Severity.WARNING if warning else Severity.ERROR
    return Problem(code, message, mend, severity=severity)
