# SPDX-License-Identifier: GPL-3.0-or-later
"""What all recognisers share: which rows are anybody's, which addresses are taken, MACs, labels.

Imports clients, inventory, kinds, marks, models, normal, its neighbours.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from reconciler import normal
from reconciler.adopt.claims import Claims
from reconciler.adopt.facts import LEASE, Facts
from reconciler.adopt.found import Found, Left, Options
from reconciler.adopt.shapes import NotSaid
from reconciler.clients.naming import is_utf8
from reconciler.inventory import Inventory
from reconciler.kinds import (
    ADDRESS_LIST,
    ARP,
    HOTSPOT_PROFILE,
    HOTSPOT_USER,
    PPP_PROFILE,
    PPP_SECRET,
    QUEUE_SIMPLE,
    Kind,
)
from reconciler.marks import Row, is_disabled, is_fixed
from reconciler.models import Binding, Mode, Router

Key = tuple[str | None, ...]

HIDDEN_PASSWORD = "the router hides its password from this user"
_LONGEST = 120


class Scene:
    """One router while it is being recognised; collects what is left alone on the way."""

    def __init__(
        self, facts: Facts, inventory: Inventory, router: Router, options: Options
    ) -> None:
        self.facts, self.inventory, self.router, self.options = facts, inventory, router, options
        self.here = [sub for sub in inventory.subscriptions if sub.router.id == router.id]
        self._claims = Claims.of(self.here)
        self.used: set[str] = set()
        """`.id`s of queues that shape a login."""
        self.left: list[Left] = []
        self.known = 0
        self.parents = self._parents()
        self._names = self._known_names()
        self._marks = {mark for sub in self.here for mark in (sub.id, *sub.former_ids)}
        self._macs = self._read_macs()
        self._bound = {
            row["address"]: row["comment"]
            for row in facts.rows(ARP.path)
            if row.get("address") and row.get("comment") and not is_fixed(row)
        }

    def _parents(self) -> set[str]:
        parents = {row.get("parent", "") for row in self.facts.rows(QUEUE_SIMPLE.path)}
        for kind in (PPP_PROFILE, HOTSPOT_PROFILE):
            parents |= {row.get("parent-queue", "") for row in self.facts.rows(kind.path)}
        return parents - {"", "none"}

    def _known_names(self) -> dict[str, set[Key]]:
        """The keys of rows that the files want already, by menu."""
        known: dict[str, set[Key]] = {}
        for sub in self.here:
            if sub.plan.mode is Mode.PPPOE:
                key: Key = (sub.name, sub.service.ppp_service.value)
                known.setdefault(PPP_SECRET.path, set()).add(key)
            elif sub.plan.mode is Mode.HOTSPOT:
                known.setdefault(HOTSPOT_USER.path, set()).add((sub.name,))
            elif sub.plan.mode is Mode.PCQ:
                key = (sub.plan.list_name, str(sub.address))
                known.setdefault(ADDRESS_LIST.path, set()).add(key)
            if sub.has_queue:
                known.setdefault(QUEUE_SIMPLE.path, set()).add((sub.queue_name,))
        return known

    def _read_macs(self) -> dict[str, tuple[str, str | None]]:
        """Address -> (MAC, interface): static ARP entries, and else static leases."""
        found: dict[str, tuple[str, str | None]] = {}
        for path in (LEASE, ARP.path):
            for row in self.facts.rows(path):
                if not is_fixed(row) and not is_disabled(row) and row.get("mac-address"):
                    mac = normal.mac(row["mac-address"])
                    found[row.get("address", "")] = (mac, row.get("interface"))
        return found

    def binding_of(self, address: IPv4Address) -> dict[str, str]:
        """`mac`, and where it matters `interface`, of what static entries tie to an address."""
        mac, interface = self._macs.get(str(address), (None, None))
        if mac is None or int(mac[:2], 16) & 1 or set(mac) <= {"0", ":"}:
            return {}
        if self.router.binding is not Binding.ARP:
            return {"mac": mac}
        if interface is None:
            return {}  # of a lease only: the file would add an ARP entry
        same = interface == self.router.lan_interface
        return {"mac": mac} if same else {"mac": mac, "interface": interface}

    def claim(self, who: str, parts: Sequence[IPv4Address | IPv4Network]) -> None:
        """Addresses for a service. Raises NotSaid where another one has any of them."""
        holder = self._claims.holder(parts)
        if holder is not None:
            raise NotSaid(f"its address belongs to {holder}")
        self._claims.take(who, parts)

    # -- rows ----------------------------------------------------------------------

    def recognised(
        self, kind: Kind, recognise: Callable[[Row], Found], lists: Collection[str] | None = None
    ) -> Iterator[Found]:
        """What `recognise` makes of the rows, of an address list only those of `lists`; where it
        raises NotSaid, the row is left alone for that reason.
        """
        for row in self._candidates(kind, lists):
            try:
                yield recognise(row)
            except NotSaid as why:
                name = row.get("name") or f"{row.get('list')} {row.get('address', '')}"
                self.left.append(Left(kind.path, name, str(why)))

    def _candidates(self, kind: Kind, lists: Collection[str] | None) -> Iterator[Row]:
        """Those that are left alone for what they are, or known already, are noted."""
        for row in self.facts.rows(kind.path):
            if lists is not None and row.get("list") not in lists:
                continue
            name = row.get("name") or row.get("address", "")
            mark = kind.mark_of(row)
            if row[".id"] in self.used and kind is QUEUE_SIMPLE:
                continue
            if is_fixed(row):
                reason: str | None = "the router made it itself"
            elif mark in self._marks or kind.key_of(row) in self._names.get(kind.path, ()):
                self.known += 1
                continue
            elif mark is not None:
                reason = "it carries the mark of a service that no file has"
            else:
                reason = self._unfit(row, name)
            if reason is None:
                yield row
            else:
                self.left.append(Left(kind.path, name, reason))

    def _unfit(self, row: Row, name: str) -> str | None:
        comment = row.get("comment", "")
        if any(fnmatchcase(text, one) for text in (name, comment) for one in self.options.exclude):
            return "excluded by --exclude"
        if is_disabled(row) and not self.options.suspend_disabled:
            return "disabled (--disabled suspend takes it as suspended)"
        if not (is_utf8(name) and is_utf8(comment)):
            return "its text is not UTF-8: set `charset:` in the router's file"
        if "[rc:" in comment or "[rc:" in name:
            return "its text holds `[rc:`, with which our marks begin"
        for text, what in ((name, "name"), (comment, "comment")):
            if len(text) > _LONGEST:
                return f"its {what} has more than {_LONGEST} characters"
            if not text.isprintable():
                return f"its {what} holds control characters"
        return None if name else "it has no name"

    def found(
        self, row: Row, path: str, name: str, plan: dict[str, Any], service: dict[str, Any]
    ) -> Found:
        """A recognised service with the label that its rows keep."""
        found = Found(path, name, row.get("comment", ""), plan, service, disabled=is_disabled(row))
        bound = self._bound.get(str(found.address))
        if bound and self.router.binding is Binding.ARP and "mac" in service:
            found.lost.append(bound)
        return found
