# SPDX-License-Identifier: GPL-3.0-or-later
"""A program `reconcile` for shell steps that starts in no time: a process that has everything
imported forks for each call and runs it there, with the caller's arguments, folder, environment
and open files. Pipelines call the program dozens of times, and starting it is most of their time.
"""

import array
import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

_CLIENT = """\
#!{python} -IS
import array, json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    files = array.array("i", [0, 1, 2])
    head = len(asked).to_bytes(4, "big")
    server.sendmsg([head], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
    server.sendall(asked)
    code = server.recv(1)
sys.exit(code[0] if code else 255)
"""


@contextmanager
def quick_program(folder: Path) -> Iterator[Path]:
    """The folder in which `reconcile` is; the process ends with the context."""
    address = str(folder / "quick.sock")
    client = folder / "reconcile"
    client.write_text(_CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
    client.chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines.quick", address],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        try:
            yield folder
        finally:
            server.terminate()


def _serve(address: str) -> NoReturn:
    from reconciler import cli  # noqa: PLC0415

    for module in ("plan", "apply", "drift", "ci", "validate"):
        importlib.import_module(f"reconciler.cli.{module}")
    for module in ("issue", "cuts"):
        importlib.import_module(f"billing.cli.{module}")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        print("ready", flush=True)
        while True:
            caller, _ = server.accept()
            if os.fork() == 0:
                if os.fork() == 0:
                    _run(caller, cli.main)
                os._exit(0)
            os.wait()
            caller.close()


def _run(caller: socket.socket, main: object) -> NoReturn:
    head, ancillary, _, _ = caller.recvmsg(4, socket.CMSG_LEN(12))
    files = array.array("i")
    files.frombytes(ancillary[0][2])
    asked = b""
    while len(asked) < int.from_bytes(head, "big"):
        asked += caller.recv(65536)
    arguments, folder, environ = json.loads(asked)
    for target, given in enumerate(files):
        os.dup2(given, target)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    code: object = 0
    try:
        assert callable(main)
        main(arguments)
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    caller.sendall(bytes([code if isinstance(code, int) else 1]))
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1])
