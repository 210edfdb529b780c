# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check is, and what it yields. Imports of the project: findings, readings, the draft."""

from collections.abc import Callable, Iterator

from reconciler.inventory.draft import Draft
from reconciler.inventory.finding import Finding
from reconciler.inventory.reading import Reading

Found = tuple[Reading, Finding]
Check = Callable[[Draft], Iterator[Found]]
