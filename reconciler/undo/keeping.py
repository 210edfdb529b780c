# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping the inverse of a run before its first write.

Imports planning, router, and its neighbours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.planning import RouterPlan
from reconciler.router import Session
from reconciler.undo.file import UndoFile, router_data, write_undo
from reconciler.undo.record import read_losses, record
from reconciler.undo.seal import Seal


def losses(
    session: Session, plan: RouterPlan, run: str, state_after: str | None, seal: Seal
) -> dict[str, Any]:
    """The inverse of a plan as its undo file holds it, after a look at what it will lose.

    `state_after`: the text of the state row that the run may write. Raises as `read` does.
    """
    tables = read_losses(session, plan.changes)
    return router_data(run, plan.router, record(plan, tables, state_after), seal)


@dataclass(frozen=True)
class Keeper:
    """What is known of a run before it begins.

    `created` is an ISO time; `undoes`: the run that it takes back.
    """

    root: Path
    run: str
    created: str
    commit: str | None
    undoes: str | None = None

    def keep(self, routers: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the undo file; none where nothing changes. `routers`: the `losses` of each.

        Raises OSError where the file cannot be written: then nothing may be.
        """
        if routers:
            undo = UndoFile(self.run, self.created, self.commit, {}, self.undoes)
            write_undo(self.root, undo, {name: routers[name] for name in sorted(routers)})
