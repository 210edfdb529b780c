# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's stage: the example repository in a temporary copy, and its routers emulated.

May import data, emulator and git's program; knows nothing of commands.
"""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.data import EXAMPLE_PARTS, demo_export, example_dir
from reconciler.emulator import Device, serve

ROUTERS = ("rb-norte", "rb-sur")
_CONNECTION = re.compile(r"^(host|port|tls):.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Stage:
    """`root`: the copy; `devices`: the emulated routers by id; `environ`: random secrets."""

    root: Path
    devices: dict[str, Device]
    environ: dict[str, str]

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Demo", "-c", "user.email=demo@example.com")
        # The user's own configuration (signing, hooks, templates) has no part in a demo.
        clean = {
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": os.environ["PATH"],
        }
        command = ["git", *who, "-C", str(self.root), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, env=clean)
        return done.stdout.decode()

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text that must be there, as a person would in an editor."""
        path = self.root / file
        before = path.read_text(encoding="utf-8")
        if before.count(old) != 1:
            raise ValueError(f"{file} holds {old!r} {before.count(old)} times, not once")
        path.write_text(before.replace(old, new), encoding="utf-8")


@contextmanager
def set_stage() -> Iterator[Stage]:
    """Everything in place and the first commit made; gone again afterwards."""
    environ = {"RECONCILE_KEY": secrets.token_hex(16)}
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reconcile-demo-")))
        for part in EXAMPLE_PARTS:
            source = example_dir() / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, root / part)
        devices = {}
        for name in ROUTERS:
            device = Device(version=None, identity=name)
            device.load_rsc(demo_export(name).read_bytes())
            password = secrets.token_urlsafe(9)
            server = stack.enter_context(serve(device, user="reconcile", password=password))
            environ[f"{name.upper().replace('-', '_')}_PASSWORD"] = password
            _point_at(root / "inventory" / "routers" / f"{name}.yaml", server.port)
            devices[name] = device
        stage = Stage(root, devices, environ)
        stage.git("init", "--quiet", "--initial-branch=main")
        stage.commit("Start from the example")
        yield stage


def _point_at(router: Path, port: int) -> None:
    """Let a router's file name the emulator instead of a router in the field."""
    text = _CONNECTION.sub("", router.read_text(encoding="utf-8"))
    router.write_text(f"{text}host: 127.0.0.1\nport: {port}\ntls: false\n", encoding="utf-8")
