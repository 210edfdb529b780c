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

MANY = 100_000  # objects made, of which a look at them takes time that one notices


def collector_at_rest(work: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same work, with the collector of cycles switched off meanwhile.

    When many values were made, it never looks at them afterwards either.
    """

    @wraps(work)
    def rested(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if was_enabled:
                if gc.get_count()[0] > MANY:
                    # Else the next step would begin with a look at all that was made.
                    gc.freeze()
                gc.enable()

    return rested
