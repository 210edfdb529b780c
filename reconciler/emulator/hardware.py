# SPDX-License-Identifier: GPL-3.0-or-later
"""What a router has before anyone configures it: ports, an admin, resources.

May import store, traps, facts, version.
"""

import re
from datetime import datetime

from reconciler.emulator import traps
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.store import Store
from reconciler.emulator.version import Version

DEFAULT_VERSION = "7.22.3"
PORTS = 5
HARDWARE = re.compile(
    r"(?:ether|sfp|sfp-sfpplus|sfpplus|sfp28-|sfp28|qsfp|qsfpplus|qsfp28-|combo|wlan|wifi|lte)"
    r"\d+(?:-\d+)?"
)
MENU_OF = (("wlan", "/interface/wireless"), ("wifi", "/interface/wifi"), ("lte", "/interface/lte"))
PACKAGES_6 = "routeros-mipsbe system ipv6 hotspot ppp dhcp security advanced-tools wireless"


def fresh_rows(store: Store) -> None:
    for number in range(1, PORTS + 1):
        name = f"ether{number}"
        values = {"name": name, "default-name": name, "mac-address": f"02:00:00:00:00:{number:02X}"}
        store.create("/interface/ethernet", values, trusted=True)
    store.create("/user", {"name": "admin", "group": "full", "comment": "system default user"})
    packages = "routeros" if store.version.major >= 7 else PACKAGES_6
    for name in packages.split():
        values = {"name": name, "version": store.version.text, "scheduled": "", "disabled": "false"}
        store.create("/system/package", values)


def missing_hardware(store: Store, trap: traps.MissingReference) -> bool:
    """An export leaves out ports that hold nothing but defaults: makes one that is named.

    True when there is now such an interface.
    """
    if trap.path != "/interface" or not HARDWARE.fullmatch(trap.name):
        return False
    return add_port(store, trap.name)


def add_port(store: Store, name: str) -> bool:
    path = next((menu for start, menu in MENU_OF if name.startswith(start)), "/interface/ethernet")
    store.create(path, {"name": name, "default-name": name}, trusted=True)
    store.note(f"{name} is not in the export: taken for a port with defaults")
    return True


def resource(version: Version, built: datetime, uptime: str) -> Fields:
    """/system/resource of a small router; the version carries its channel, as recorded."""
    return {
        "uptime": uptime,
        "version": f"{version.text} (stable)",
        "build-time": version.date(built),
        "factory-software": "6.44.6",
        "free-memory": "183500800",
        "total-memory": "268435456",
        "cpu": "ARM",
        "cpu-count": "4",
        "cpu-frequency": "716",
        "cpu-load": "3",
        "free-hdd-space": "2097152",
        "total-hdd-space": "16777216",
        "architecture-name": "arm",
        "board-name": "RB4011iGS+",
        "platform": "MikroTik",
    }
