# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a run is carried out, behind one interface.

`base`: what a command asks of it. `questions`: what is asked of routers before the first write.
`local`: in this process. On a cluster, `order` and `parcel`: the messages, and the files that go
with them; `claim`: the lease, taken up by any worker; `taking`: a router's work gone on with;
`units`: what a worker does with a message; `cluster`: dask, which is imported there alone;
`known`, `refusals`: what is known from reports; `distant`: the run.
"""

from reconciler.executor.base import Executor
from reconciler.executor.local import Local

__all__ = ["Executor", "Local"]
