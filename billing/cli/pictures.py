# SPDX-License-Identifier: GPL-3.0-or-later
"""The company's logo, read from the repository."""

from billing.pages.document import Picture
from reconciler.errors import FilesError, Problem, Where
from reconciler.inventory import Inventory
from reconciler.inventory.kinds import SETTINGS_FILE
from reconciler.yamlfile import parse

_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
_MOST_BYTES = 2_000_000


def logo_of(inventory: Inventory) -> Picture | None:
    """None where the settings name none. Raises FilesError where it cannot be used."""
    name = _path(inventory)
    if name is None:
        return None
    root = inventory.root.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise _unusable(inventory, "leads out of the repository", "Copy the picture into it")
    try:
        data = path.read_bytes()
    except OSError as error:
        why = (error.strerror or "cannot be read").lower()
        raise _unusable(inventory, f"cannot be read: {why}", "Mend the path or the file") from error
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
    if kind is None:
        raise _unusable(inventory, "is neither PNG nor JPEG", "Save the picture as one of them")
    if len(data) > _MOST_BYTES:
        raise _unusable(
            inventory, f"has {len(data)} bytes", f"Make it smaller: at most {_MOST_BYTES}"
        )
    return Picture(kind, data)


def _unusable(inventory: Inventory, what: str, hint: str) -> FilesError:
    document, _ = parse((inventory.root / SETTINGS_FILE).read_bytes(), SETTINGS_FILE)
    where = Where(SETTINGS_FILE, document.line(("company", "logo")) if document else None)
    return FilesError([Problem("logo", f"The logo {_path(inventory)} {what}.", hint, where)])


def _path(inventory: Inventory) -> str | None:
    company = inventory.settings.company
    return company.logo if company else None
