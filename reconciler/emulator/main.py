# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves one device until told to end: what the command and `python -m` do.

May import device, server, faultwords, errors.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from reconciler.emulator.device import Device
from reconciler.emulator.faultwords import arm
from reconciler.emulator.server import serve
from reconciler.errors import ReconcileError, UsageError


def main_serve(
    load: str | Path | None = None, port: int = 0, version: str | None = None,
    user: str = "admin", password: str = "", faults: Sequence[str] = (),
) -> None:  # fmt: skip
    """Serves until SIGINT or SIGTERM; prints `listening on HOST:PORT` when it accepts.

    The version comes from the export's header unless given; notes go to stderr. Raises UsageError
    for a version or fault that is none, ReconcileError for a file or port that cannot be had.
    """
    try:
        device = Device(version=version)
    except ValueError as error:
        raise UsageError(str(error)) from error
    try:
        text = b"" if load is None else Path(load).read_bytes()
    except OSError as error:
        raise ReconcileError(f"{load}: {error.strerror}") from error
    for note in device.load_rsc(text):
        print(note, file=sys.stderr)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    server = serve(device, port, user, password, keep=False)
    arm(server, faults)
    try:
        with server:
            print(f"listening on {server.host}:{server.port}", flush=True)
            done.wait()
    except OSError as error:
        why = f"cannot listen on {server.host}:{port}: {os.strerror(error.errno or 0)}."
        why += " Take another --port, or none for a free one."
        raise ReconcileError(why) from error
