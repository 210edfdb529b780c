# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile emulator`: a RouterOS device to try things on, from a router's export."""

from pathlib import Path

import click

from reconciler.emulator import main_serve


@click.command()
@click.option(
    "--load",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An export (.rsc) to load.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--version", help="RouterOS version; default: that of the export's header.")
@click.option("--user", default="admin", show_default=True)
@click.option("--password", default="", help="Empty unless given.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="Goes wrong on purpose; may be given several times.",
)
def emulator(
    load: Path | None,
    port: int,
    version: str | None,
    user: str,
    password: str,
    faults: tuple[str, ...],
) -> None:
    """Serve an emulated RouterOS on loopback until interrupted. Needs no repository.

    \b
    Example:  reconcile emulator --load rb-norte.rsc --port 8728
              reconcile emulator --fault latency=0.05 --fault drop-after=3
    """
    main_serve(load, port, version, user, password, faults)
