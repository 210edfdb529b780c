# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a run is carried out, behind one interface.

`base`: what a command asks of it. `questions`: what is asked of routers before the first write.
`local`: this process.
"""

from reconciler.executor.base import Executor
from reconciler.executor.local import Local

__all__ = ["Executor", "Local"]
