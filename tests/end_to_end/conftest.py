# SPDX-License-Identifier: GPL-3.0-or-later
"""Failed assertions of the shared helpers say what they compared, as those of tests do."""

import pytest

pytest.register_assert_rewrite("end_to_end.world")
