# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files that travel with the program are: schemas, the example, the demo's exports.

A wheel carries them in `reconciler/_data`; a checkout (an editable install too) has them at its
root, where people edit them. Imports only errors.
"""

from pathlib import Path

from reconciler.errors import Bug

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_data"


def schemas_dir() -> Path:
    """The folder of `<kind>.schema.json`."""
    return _existing(_BUNDLE / "schemas" if _BUNDLE.is_dir() else _PACKAGE.parent / "schemas")


def example_dir() -> Path:
    """The root of the example state repository.

    In a checkout that is the project's root, so take `EXAMPLE_PARTS` from it, never the whole.
    """
    root = _BUNDLE / "example" if _BUNDLE.is_dir() else _PACKAGE.parent
    _existing(root / "reconcile.yaml")
    return root


EXAMPLE_PARTS = ("reconcile.yaml", "inventory", "plans", "ledger")
"""What belongs to the example repository in `example_dir()`: one file and three folders."""


def demo_export(router: str = "rb-norte") -> Path:
    """The RouterOS export of a router of the example, as it was before reconcile came."""
    return _existing(_PACKAGE / "demo" / f"{router}.rsc")


def _existing(path: Path) -> Path:
    if not path.exists():
        raise Bug(f"{path} is missing: this installation of reconcile is not complete")
    return path
