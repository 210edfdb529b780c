# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping the inverse of a run before its first write. Imports fleet, planning, router, state, and
its neighbours.
"""

from dataclasses import dataclass
from pathlib import Path

from reconciler.fleet import Fleet
from reconciler.router import Session
from reconciler.state import State
from reconciler.undo.file import RouterUndo, UndoFile, write_undo
from reconciler.undo.record import read_losses, record
from reconciler.undo.seal import Seal
from reconciler.work import Work


@dataclass(frozen=True)
class Keeper:
    """What is known of a run before it begins.

    `created` is an ISO time; `state`: the state row that it may write; `undoes`: the run that it
    takes back.
    """

    root: Path
    run: str
    created: str
    commit: str | None
    seal: Seal
    state: State | None = None
    undoes: str | None = None

    def keep(self, fleet: Fleet) -> UndoFile | None:
        """Read what the changes will lose, and write the undo file; None where nothing changes.

        Raises OSError where the file cannot be written: then nothing may be.
        """
        routers: dict[str, RouterUndo] = {}
        state_after = self.state.comment if self.state else None

        def one(work: Work, session: Session) -> None:
            tables = read_losses(session, work.plan.changes)
            routers[work.plan.router] = record(work.plan, tables, state_after)

        fleet.prepare(one)
        if not routers:
            return None
        ordered = {name: routers[name] for name in sorted(routers)}
        undo = UndoFile(self.run, self.created, self.commit, ordered, self.undoes)
        write_undo(self.root, undo, self.seal)
        return undo
