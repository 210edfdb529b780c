# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a worker of a cluster begins: it finds its secrets here, as a command does.

`{env: …}` in its own environment, a relative `{file: …}` below RECONCILE_REPO, else below the
folder in which it was started. May import anything.
"""

import os
import time
import uuid
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock

from reconciler import __version__
from reconciler.executor.order import Data, Order, Refusal, Report
from reconciler.executor.parcel import unpack
from reconciler.executor.units import Site, carry
from reconciler.inventory import Inventory

SECONDS_BETWEEN_LOOKS = 1.0

_inventories: dict[str, Inventory] = {}
_lock = Lock()


def work(order: Data, parcel: bytes) -> Data:
    """Do what an order says; what came of it. The task of a cluster, found by this name."""
    version = order["run"]["version"]
    if version != __version__:
        text = f"The worker {_name()} has reconcile {__version__}, this is {version}."
        return Report(refusal=[Refusal.VERSION.value, text]).data()
    root = Path(os.environ.get("RECONCILE_REPO") or Path.cwd())
    site = Site(
        _inventory(order["run"]["files"], parcel, root),
        os.environ,
        root,
        _name(),
        _attempt,
        partial(time.sleep, SECONDS_BETWEEN_LOOKS),
    )
    return carry(Order.of(order), site).data()


def files(parcel: bytes) -> bytes:
    """The parcel as it is: a task of its own, so that the cluster carries it where it is needed."""
    return parcel


def _attempt() -> str:
    return uuid.uuid4().hex[:12]


@lru_cache
def _name() -> str:
    return f"{os.uname().nodename}:{os.getpid()}"


def _inventory(digest: str, parcel: bytes, root: Path) -> Inventory:
    """That of the last parcel is kept: hundreds of orders come with the same one."""
    with _lock:
        if digest not in _inventories:
            _inventories.clear()
            _inventories[digest] = unpack(parcel, root)
        return _inventories[digest]
