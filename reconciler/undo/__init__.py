# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact inverse of an apply: written before its first write, planned like any change set.

`entry`: what one change does to one row, and where that row stands now. `record`: a plan to its
entries. `places`: where rules stood. `seal`: secrets under the repository key. `file`: the file of
a run. `keeping`: all of this before the first write. `plan`: entries and a router to its plan.
"""

from reconciler.undo.file import RouterUndo, UndoFile, last_undo, read_undo
from reconciler.undo.keeping import Keeper, inverse_text
from reconciler.undo.plan import undo_plan
from reconciler.undo.record import read_losses
from reconciler.undo.seal import Seal

__all__ = [
    "Keeper",
    "RouterUndo",
    "Seal",
    "UndoFile",
    "inverse_text",
    "last_undo",
    "read_losses",
    "read_undo",
    "undo_plan",
]
