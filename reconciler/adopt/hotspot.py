# SPDX-License-Identifier: GPL-3.0-or-later
"""HotSpot users as clients, and vouchers told from them. Pure; imports kinds, its neighbours."""

import re
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

from reconciler import normal
from reconciler.adopt.facts import USER_LIMITS
from reconciler.adopt.found import Found
from reconciler.adopt.scene import HIDDEN_PASSWORD, Scene
from reconciler.adopt.shapes import NotSaid, profile_rates
from reconciler.kinds import HOTSPOT_PROFILE, HOTSPOT_USER
from reconciler.marks import Row

PATH = HOTSPOT_USER.path
# Mikhmon's batches (`vc-815-05.15.23-FREE`, `up-…`), and the expiry it writes at the first login.
_BATCH = re.compile(r"(vc|up)-\d+-\d\d\.\d\d\.\d\d(-.*)?")
_EXPIRY = re.compile(
    r"[a-z]{3}/\d\d/\d{4}( \d\d:\d\d:\d\d)?|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.IGNORECASE
)
_NOTHING = ("", "0", "0s", "00:00:00")
# So many bare accounts of one profile were printed by a machine.
_CROWD = 50


class Users:
    """The HotSpot users of one router being recognised."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        rows = scene.facts.rows(PATH)
        self._profiles = {row["name"]: row for row in scene.facts.rows(HOTSPOT_PROFILE.path)}
        self._shown = scene.facts.shows_passwords(HOTSPOT_USER)
        self._bare = Counter(row.get("profile", "default") for row in rows if _is_bare(row))

    def find(self) -> Iterator[Found]:
        return self._scene.recognised(HOTSPOT_USER, self._recognise)

    def _voucher(self, row: Row) -> str | None:
        comment = row.get("comment", "")
        if any(row.get(limit, "") not in _NOTHING for limit in USER_LIMITS):
            return "it has a limit of time or bytes"
        if _BATCH.fullmatch(comment):
            return "its comment names a batch"
        if _EXPIRY.fullmatch(comment):
            return "its comment is a date of expiry"
        if _is_bare(row) and self._bare[row.get("profile", "default")] >= _CROWD:
            return "one of many accounts without comment, address and MAC"
        return None

    def _recognise(self, row: Row) -> Found:
        if not self._scene.options.vouchers and (why := self._voucher(row)):
            raise NotSaid(f"looks like a voucher: {why} (--vouchers takes it)")
        if not self._shown:
            raise NotSaid(HIDDEN_PASSWORD)
        service: dict[str, Any] = {}
        address = HOTSPOT_USER.by_name["address"].canonical(row.get("address"))
        if address:
            try:
                service["address"] = IPv4Address(address)
            except ValueError:
                raise NotSaid("its address is no single IPv4 address") from None
            self._scene.claim(row["name"], [service["address"]])
        if mac := HOTSPOT_USER.by_name["mac-address"].canonical(row.get("mac-address")):
            service["mac"] = normal.mac(mac)
        if (server := row.get("server") or "all") != "all":
            service["server"] = server
        profile = row.get("profile") or "default"
        plan: dict[str, Any] = {"mode": "hotspot", "shaping": "external", "profile": profile}
        rates = profile_rates(self._profiles.get(profile, {}).get("rate-limit", ""))
        if rates:
            plan |= {key: rates[key] for key in ("download", "upload")}
        found = self._scene.found(row, PATH, row["name"], plan, service)
        found.password = row.get("password", "")
        return found


def _is_bare(row: Row) -> bool:
    """Nothing but a name and the same password, or none."""
    told = any(row.get(key) for key in ("comment", "address", "mac-address"))
    return not told and row.get("password", "") in ("", row.get("name"))
