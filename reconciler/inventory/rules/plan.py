# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules within one plan file."""

from collections.abc import Callable, Iterator
from typing import Any

from reconciler.inventory.finding import Finding

RULES: tuple[Callable[[Any], Iterator[Finding]], ...] = ()
