# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a setting stands: the file and line of a key of a zone, plan or client.

Reads the few files that an explanation is about once more, for the lines of single keys. Imports
of the project: errors, inventory, yamlfile.
"""

from pydantic import BaseModel

from reconciler.errors import Where
from reconciler.inventory import Inventory
from reconciler.yamlfile import Document, parse


class Sources:
    """Places in the files of an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._documents: dict[str, Document | None] = {}

    def of(self, model: BaseModel, *loc: str | int) -> Where | None:
        """The line of a key, or of what would hold it; None for what was not read from a file."""
        try:
            where = self._inventory.where(model)
        except LookupError:
            return None
        document = self._document(where.file)
        return where if document is None else Where(where.file, document.line(loc))

    def _document(self, file: str) -> Document | None:
        if file not in self._documents:
            path = self._inventory.root / file
            data = path.read_bytes() if path.is_file() else b""
            self._documents[file] = parse(data, file)[0] if data else None
        return self._documents[file]
