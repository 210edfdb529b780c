# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports (`.rsc`): reading them into a device and writing one from it."""

from reconciler.emulator.rsc.reader import load
from reconciler.emulator.rsc.writer import Mode, export

__all__ = ["Mode", "export", "load"]
