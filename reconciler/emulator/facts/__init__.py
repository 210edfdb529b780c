# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about RouterOS that the emulator answers from, one module a part of the menu tree.

Where each comes from and how sure it is stands in docs/routeros-facts.md.
"""

from functools import cache

from reconciler.emulator.facts import firewall, hotspot, interface, ip, ppp, queue, system
from reconciler.emulator.facts.model import Menu
from reconciler.emulator.version import Version

MODULES = (interface, queue, ppp, hotspot, firewall, ip, system)


@cache
def menus(version: Version) -> dict[str, Menu]:
    """Every menu that a fresh router of this version has, by path."""
    return {
        menu.path: menu for module in MODULES for menu in module.MENUS if version.within(menu.since)
    }
