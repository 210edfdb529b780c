# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of YAML files to an Inventory and a list of everything that is wrong in them.

    inventory, problems = load(root)

The order of work: find the files (`files`), read each by itself (`reading`, with `salvage`,
`complaints` and `rules`), put them together (`draft`), check what crosses files (`checks`). Many
files are read on several cores and remembered (`bulk`, `scouting`, `packs`, `frozen`, `store`), and
those of one form in bulk (`forms`, `moulds`); `overlay`: those that are not written yet.
Imports of the project: errors, wording, yamlfile, yamlform, addresses, models.
"""

from reconciler.inventory.files import find_root
from reconciler.inventory.free import free_address
from reconciler.inventory.loading import load
from reconciler.inventory.model import Inventory, Subscription
from reconciler.inventory.store import cache_folder

__all__ = ["Inventory", "Subscription", "cache_folder", "find_root", "free_address", "load"]
