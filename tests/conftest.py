# SPDX-License-Identifier: GPL-3.0-or-later
"""How much hypothesis generates: `check` by default, `fuzz` where time is no object.

No deadline: a busy machine is no failure.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "check",
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("fuzz", settings.get_profile("check"), max_examples=3000)
settings.load_profile("check")
