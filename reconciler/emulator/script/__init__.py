# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the console's language that schedulers and imports here need."""

from reconciler.emulator.script.runner import ScriptError, run

__all__ = ["ScriptError", "run"]
