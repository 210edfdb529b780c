# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks across files: each a function from a draft to its problems."""

from collections.abc import Callable, Iterator

from reconciler.errors import Problem
from reconciler.inventory.draft import Draft

CHECKS: tuple[Callable[[Draft], Iterator[Problem]], ...] = ()
