# SPDX-License-Identifier: GPL-3.0-or-later
"""What the laws are tried on: files, and a router that others have been at before."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from end_to_end.generated import (
    VERSIONS,
    Files,
    Foreign,
    foreign_rows,
    new_device,
    repositories,
    router_fields,
)
from end_to_end.world import World
from reconciler.emulator import Device

# Each example writes files, serves routers and logs in several times.
few = settings(max_examples=max(10, settings.default.max_examples // 2))  # type: ignore[union-attr]


@dataclass(frozen=True)
class Case:
    """`router`: what its file says, but for the address; `rows`: what is on it and not ours."""

    version: str
    files: dict[str, dict[str, Any]]
    router: Mapping[str, Any]
    rows: list[Foreign]

    @contextmanager
    def served(self) -> Iterator[tuple[World, Device]]:
        """The files in a folder, and the router at the address that they name."""
        device = new_device(self.version, self.rows)
        with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
            rewrite(world, self.files)
            world.serve("r1", device, **self.router)
            yield world, device


def rewrite(world: World, files: Files) -> None:
    """Other files than before; the routers' stay."""
    for path in (world.root / "inventory/clients").glob("*.yaml"):
        path.unlink()
    for file, content in files.items():
        world.write(file, content)


cases = st.builds(
    Case,
    version=st.sampled_from(VERSIONS),
    files=repositories(),
    router=router_fields(),
    rows=foreign_rows(),
)
