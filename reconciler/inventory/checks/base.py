# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check yields. Imports of the project: findings, readings."""

from reconciler.inventory.finding import Finding
from reconciler.inventory.reading import Reading

Found = tuple[Reading, Finding]
