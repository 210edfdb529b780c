# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping the inverse of a run before its first write.

Imports planning, and its neighbours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.planning import RouterPlan
from reconciler.undo.file import router_text, write_undo
from reconciler.undo.record import Tables, record
from reconciler.undo.seal import Seal


def inverse_text(
    plan: RouterPlan, tables: Tables, run: str, state_after: str | None, seal: Seal
) -> str:
    """The inverse of a plan as its undo file holds it; `tables`: what `read_losses` gave for it.

    `state_after`: the text of the state row that the run may write.
    """
    return router_text(run, plan.router, record(plan, tables, state_after), seal)


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

    def keep(self, routers: Mapping[str, str]) -> None:
        """Write the undo file; none where nothing changes. `routers`: the `inverse_text` of each.

        Raises OSError where the file cannot be written: then nothing may be.
        """
        if routers:
            head = {
                "run": self.run,
                "created": self.created,
                "commit": self.commit,
                "undoes": self.undoes,
            }
            write_undo(self.root, self.run, head, routers)
