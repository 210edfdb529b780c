# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks across files: each a function from a draft to findings in files.

A check sees only what could be read; what says that something is absent sets `needs_all`, so that
it is left out for a damaged file. Imports of the project: addresses, models,
wording, yamlfile, the draft.
"""

from collections.abc import Iterable, Iterator

from reconciler.inventory.checks import addresses, ids, modes, money, names, references, secrets
from reconciler.inventory.checks.base import Check, Found
from reconciler.inventory.draft import Draft

CHECKS: tuple[Check, ...] = (
    *ids.CHECKS,
    *references.CHECKS,
    *addresses.CHECKS,
    *names.CHECKS,
    *modes.CHECKS,
    *money.CHECKS,
    *secrets.CHECKS,
)


def findings(draft: Draft, checks: Iterable[Check] = CHECKS) -> Iterator[Found]:
    """What checks find, but for what may be absent only because a file is damaged."""
    for check in checks:
        for reading, finding in check(draft):
            if not (finding.needs_all and reading.damaged):
                yield reading, finding
