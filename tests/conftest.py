# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: how much hypothesis generates: `check` by default, `fuzz` where time is no object.

No deadline: a busy machine is no failure. `check` takes the same examples every time, so that a
change is judged by what it changed; `fuzz` looks for new ones.
"""

import pytest
from hypothesis import HealthCheck, settings

# Failed assertions of the shared helpers say what they compared, as those of tests do.
pytest.register_assert_rewrite("end_to_end.world")

settings.register_profile(
    "check",
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=True,
)
settings.register_profile(
    "fuzz", settings.get_profile("check"), max_examples=3000, derandomize=False
)
settings.load_profile("check")
