# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services are reminded on screen on a day, as the ledger says; billing is asked by name."""

import importlib
from datetime import date

from reconciler.cli.context import Repo


def noticed(repo: Repo, on: date | None = None) -> frozenset[str]:
    """Their ids, `client/service`; none where nothing was ever issued.

    Without a date the local date of each zone. Raises FilesError where the ledger holds an error:
    who is reminded is not known then.
    """
    if not any((repo.root / "ledger" / "invoices").glob("*.jsonl")):
        return frozenset()
    found: frozenset[str] = importlib.import_module("billing.cli.noticed").noticed(repo, on)
    return found
