# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports (`.rsc`): reading them into a device and writing one from it."""

from reconciler.emulator.rsc.reader import load

__all__ = ["load"]
