# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of an import: what was asked, what was recognised, what is left alone, and why.

Imports models.
"""

from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from reconciler.models import Mode


@dataclass(frozen=True)
class Options:
    """What the command was asked for.

    `exclude`: shell patterns against names and comments. `vouchers`: take HotSpot users that look
    like vouchers too. `suspend_disabled`: disabled rows become suspended services. `today`: the
    first suspended day of who is found in the debtors' list.
    """

    today: date
    zone: str | None = None
    suspended_list: str | None = None
    suspend_disabled: bool = False
    exclude: tuple[str, ...] = ()
    vouchers: bool = False


@dataclass(frozen=True)
class Left:
    """A row that is left alone: its menu, the name by which people find it, and why."""

    path: str
    name: str
    reason: str


@dataclass
class Found:
    """One service as it stands on the router.

    `label`: the comment that its rows have and keep. `plan`: what its plan says, but for id, name
    and price. `service`: what its service says, but for plan and name. `password`: None where it
    has none to keep. `lost`: comments of further rows, which the label replaces.
    """

    path: str
    name: str
    label: str
    plan: dict[str, Any]
    service: dict[str, Any] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    lost: list[str] = field(default_factory=list)
    disabled: bool = False
    client: str = ""
    plan_id: str = ""
    zone: str = ""

    @property
    def mode(self) -> Mode:
        return Mode(self.plan["mode"])

    @property
    def address(self) -> IPv4Address | None:
        found: IPv4Address | None = self.service.get("address")
        return found

    @property
    def targets(self) -> list[IPv4Network]:
        found: list[IPv4Network] = self.service.get("targets", [])
        return found


@dataclass
class Proposal:
    """Everything an import proposes for one router.

    `plans`, `clients`: file contents by id, in order. `zones`: new zone files. `zone_edits`: zone
    id -> key -> values to append to that list. `router_edits`: keys to add to the router's file.
    `new_router`: that file's content, where there is none yet. `left`: what is left alone.
    `environ`: variables that the files name, with the passwords they must hold. `known`: rows of
    services that the files have already. `rules`: rows that adopting adds for `block_rules`, beside
    the marks. `notes`: sentences for the summary.
    """

    router: str
    version: str
    found: list[Found] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    plans: dict[str, dict[str, Any]] = field(default_factory=dict)
    zones: dict[str, dict[str, Any]] = field(default_factory=dict)
    zone_edits: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    router_edits: dict[str, Any] = field(default_factory=dict)
    new_router: dict[str, Any] | None = None
    environ: dict[str, str] = field(default_factory=dict, repr=False)
    known: int = 0
    rules: int = 0
    notes: list[str] = field(default_factory=list)

    def drop(self, found: Found, reason: str) -> None:
        """Leave a service alone after all."""
        self.found.remove(found)
        self.left.append(Left(found.path, found.name, reason))
        if found.plan.get("shaping") == "queue":
            queue = found.service.get("queue", found.name)
            why = f"it shapes {found.name}, which is left alone"
            self.left.append(Left("/queue/simple", queue, why))


def other_comments(found: Found) -> list[str]:
    """Comments of its further rows that say more than its label and its name do."""
    return [text for text in dict.fromkeys(found.lost) if text not in (found.label, found.name)]
