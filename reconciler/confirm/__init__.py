# SPDX-License-Identifier: GPL-3.0-or-later
"""An apply that routers undo by themselves unless it is proven: commit-confirm without a reboot.

`waiting`: what a plan may do before that proof. `script`: the inverse in the console's language.
`deadman`: the script and its scheduler on a router. `proving`: the two halves of such a run.
"""

from reconciler.confirm.deadman import Pending, pending
from reconciler.confirm.proving import Confirmation

__all__ = ["Confirmation", "Pending", "pending"]
