# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile emulator`: a RouterOS device to try things on, from a router's export."""

from pathlib import Path

import click

from reconciler.cli.options import A_FILE
from reconciler.emulator import main_serve


@click.command()
@click.option(
    "--load",
    type=A_FILE,
    help="An export (.rsc) to load.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Where it listens; unless given, on a free one.",
)
@click.option("--version", help="RouterOS version; default: that of the export's header.")
@click.option("--user", default="admin", show_default=True, help="Who may log in.")
@click.option("--password", default="", help="Their password; empty unless given.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="What goes wrong on purpose, such as latency=0.05; may be given several times.",
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
    Examples:  reconcile emulator --load rb-norte.rsc --port 8728
               reconcile emulator --fault latency=0.05 --fault drop-after=3
    """
    main_serve(load, port, version, user, password, faults)
