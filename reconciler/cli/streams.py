# SPDX-License-Identifier: GPL-3.0-or-later
"""The two streams of a program: whether one is a terminal, and a reader who has gone.

Imports nothing of the project.
"""

import os
import sys
from typing import TextIO


def may_colour(stream: TextIO) -> bool:
    """Whether a stream is, or is to be taken for, a terminal; as rich has it, at a fraction."""
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE") == "1"
    return stream.isatty() or bool(forced)


def mute() -> None:
    """Nobody reads stdout any more: the rest of it goes nowhere, also what Python flushes last."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
