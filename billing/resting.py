# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that makes many values without cycles, without the collector that looks for some again.

Imports nothing of the project.
"""

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


def collector_at_rest(work: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same work, with the collector of cycles switched off meanwhile."""

    @wraps(work)
    def rested(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if was_enabled:
                gc.enable()

    return rested
