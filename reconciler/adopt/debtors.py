# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of who is cut, by the names that billing systems and people give it.

Imports kinds, models and its neighbours.
"""

import re
from collections import Counter

from reconciler.adopt.facts import is_free
from reconciler.adopt.found import Found, Left
from reconciler.adopt.scene import Scene
from reconciler.kinds import ADDRESS_LIST, PPP_PROFILE
from reconciler.marks import is_disabled, is_service_mark
from reconciler.models import Lists

# WispHub, MikroWisp, Splynx, ISPadmin and what is written by hand from Mexico to Indonesia.
_CUT = re.compile(
    r"moros[oa]s?|suspend\w*|cortad\w*|cortes?|deudor\w*|bloque\w*|isolir\w*|(splbl_)?blocked"
    r"|expired|vencid\w*|no[_ -]?pag\w*|inadimpl\w*|tidak[_ -]?bayar|debtors?|rc-suspended",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"avisos?|notices?|recordatorios?", re.IGNORECASE)


def is_debtors_name(name: str) -> bool:
    return bool(_CUT.match(name))


def is_notice_name(name: str) -> bool:
    return bool(_NOTICE.fullmatch(name))


class Debtors:
    """`name`: the suspended list of this router; `others` are named as it could be too."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        rows = [row for row in scene.facts.rows(ADDRESS_LIST.path) if row.get("list")]
        counts = Counter(row["list"] for row in rows if _is_host(row.get("address", "")))
        for row in scene.facts.rows(PPP_PROFILE.path):
            if name := row.get("address-list"):
                counts.setdefault(name, 0)
        asked, written = scene.options.suspended_list, scene.router.lists.suspended
        known = [name for name, _ in counts.most_common() if is_debtors_name(name)]
        self.name = asked or written
        if asked is None and "suspended" not in scene.router.lists.model_fields_set:
            self.name = known[0] if known else written
        self.others = [name for name in known if name != self.name]
        self.notice = next((name for name in counts if is_notice_name(name)), None)
        self.rows = [row for row in rows if row["list"] == self.name]
        self._usable = {row["address"]: row for row in self.rows if is_free(ADDRESS_LIST, row)}

    @property
    def edits(self) -> dict[str, str]:
        """What the router's file must say under `lists:`."""
        edits = {}
        lists = self._scene.router.lists
        if self.name != lists.suspended:
            edits["suspended"] = self.name
        default = Lists().notice
        if self.notice and lists.notice == default and "notice" not in lists.model_fields_set:
            edits["notice"] = self.notice
        return edits

    def judge(self, found: Found) -> None:
        """Suspend a service whose every address is in the list."""
        if found.address is None or (found.disabled and not self._enforced):
            return
        names = [str(found.address), *(str(one).removesuffix("/32") for one in found.targets)]
        rows = [self._usable[name] for name in names if name in self._usable]
        if len(rows) == len(names):
            self.suspend(found, "debt")
            found.lost += [comment for row in rows if (comment := row.get("comment", ""))]
            for name in names:
                del self._usable[name]

    def suspend(self, found: Found, cause: str) -> None:
        found.service["status"] = "suspended"
        found.service["suspended"] = {"since": self._scene.options.today, "cause": cause}

    def take_disabled(self, found: Found) -> str | None:
        """A disabled row as a suspended service; the reason where that would let it browse."""
        if found.address is None:
            if found.mode == "hotspot":
                self.suspend(found, "manual")
                return None
            return "disabled, and without an address by which it could be suspended"
        if not self._enforced:
            return f"disabled, and no rule of the router blocks the list {self.name}"
        if found.service.get("status") != "suspended":
            self.suspend(found, "manual")
        return None

    @property
    def _enforced(self) -> bool:
        """Whether being in the list keeps a client from browsing on this router."""
        router = self._scene.router
        if router.block_rules and "block_rules" in router.model_fields_set:
            return True
        menus = ("/ip/firewall/filter", "/ip/firewall/nat", "/ip/firewall/raw")
        return any(
            row.get("src-address-list") == self.name and not is_disabled(row)
            for path in menus
            for row in self._scene.facts.rows(path)
        )

    def leftovers(self) -> list[Left]:
        """Entries of the list that suspend no service of the files."""
        path = ADDRESS_LIST.path
        taken = {id(row) for row in self._usable.values()}
        left = []
        for row in self.rows:
            mark = ADDRESS_LIST.mark_of(row)
            if mark is not None and is_service_mark(mark):
                continue
            name = f"{self.name} {row.get('address', '')}"
            if id(row) in taken:
                left.append(Left(path, name, "it is in the debtors' list, but no client's address"))
            elif not is_free(ADDRESS_LIST, row):
                why = "an entry of the debtors' list that is disabled or has a timeout"
                left.append(Left(path, name, why))
        return left


def _is_host(address: str) -> bool:
    return bool(re.fullmatch(r"[\d.]+", address))
