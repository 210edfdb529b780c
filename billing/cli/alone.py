# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time for what writes to the ledger: the second waits and reads what was written."""

from functools import wraps
from typing import Any

from reconciler import staging
from reconciler.cli.context import Repo, say
from reconciler.cli.options import Command
from reconciler.inventory.kinds import SETTINGS_FILE


def alone(command: Command) -> Command:
    """The whole command under a lock on the settings' file, which every repository has."""

    def waiting() -> None:
        say("Another run writes to the ledger: waiting for it to end.", "yellow")

    @wraps(command)
    def locked(repo: Repo, *arguments: Any, **options: Any) -> None:
        with staging.alone(repo.root / SETTINGS_FILE, waiting):
            command(repo, *arguments, **options)

    return locked
