# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated RouterOS device that speaks the binary API.

Imports nothing of the product but `reconciler.errors`, so that it cannot share its mistakes;
its facts are in `facts/` and explained in docs/routeros-facts.md.
"""

from reconciler.emulator.clock import Clock
from reconciler.emulator.device import Device
from reconciler.emulator.main import main_serve
from reconciler.emulator.server import Server, serve
from reconciler.emulator.tls import anonymous_context, certificate_context
from reconciler.emulator.traps import Trap

__all__ = [
    "Clock",
    "Device",
    "Server",
    "Trap",
    "anonymous_context",
    "certificate_context",
    "main_serve",
    "serve",
]
