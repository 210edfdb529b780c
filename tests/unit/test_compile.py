# SPDX-License-Identifier: GPL-3.0-or-later
"""What compile computes by numbers; the rest of it is in tests/cases."""

import pytest

from reconciler.compile.plans import pcq_total_limit, rate_limit
from reconciler.models import Plan
from reconciler.normal import rate_limit as canonical


@pytest.mark.parametrize(
    ("members", "limit"),
    [(0, 2000), (1, 2000), (40, 2000), (41, 3000), (60, 3000), (61, 4000), (1000, 50000)],
)
def test_the_total_limit_of_pcq_grows_with_its_members(members: int, limit: int) -> None:
    assert pcq_total_limit(members) == limit


PLAN = {"id": "hogar", "mode": "pppoe", "download": "10M", "upload": "2500k"}
BURST = {
    "download": "15M",
    "upload": "3M",
    "threshold": {"download": "8M", "upload": "1500k"},
    "time": "16s",
}


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "2500k/10M"),
        ({"burst": BURST}, "2500k/10M 3M/15M 1500k/8M 16s/16s"),
        ({"priority": "3"}, "2500k/10M 0/0 0/0 0s/0s 3 2500k/10M"),
        (
            {"guaranteed": {"download": "2M", "upload": "512k"}},
            "2500k/10M 0/0 0/0 0s/0s 8 512k/2M",
        ),
        (
            {"burst": BURST, "guaranteed": {"download": "2M", "upload": "512k"}, "priority": "6"},
            "2500k/10M 3M/15M 1500k/8M 16s/16s 6 512k/2M",
        ),
    ],
)
def test_the_rate_limit_of_a_profile(more: dict[str, object], text: str) -> None:
    """Upload first: rx is what the router receives from the client."""
    written = rate_limit(Plan.model_validate(PLAN | more))
    assert written == text
    assert canonical(canonical(written)) == canonical(written)
