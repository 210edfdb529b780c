# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks across files: each a function from a draft to findings in files.

A check sees only what could be read; what says that something is absent sets `needs_all`, so that
it is left out for a damaged file. Imports of the project: addresses,
models, wording, yamlfile, the draft.
"""

from reconciler.inventory.checks import addresses, ids, modes, money, names, references, secrets
from reconciler.inventory.checks.base import Check

CHECKS: tuple[Check, ...] = (
    *ids.CHECKS,
    *references.CHECKS,
    *addresses.CHECKS,
    *names.CHECKS,
    *modes.CHECKS,
    *money.CHECKS,
    *secrets.CHECKS,
)
