# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/tutorial.md shows is what comes out: its commands are run, one after another."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from pipelines.quick import quick_program

from docs.pages import DOCS, blocks
from reconciler.emulator import Device, serve

pytestmark = pytest.mark.docs

PAGE = DOCS / "tutorial.md"
_MARK = "@@ next @@"


def shown() -> list[tuple[str, list[str]]]:
    """Command and the lines below it, through all the page's consoles."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks(PAGE, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def played(commands: list[str], folder: Path, port: int) -> list[list[str]]:
    """The lines that each command prints, in one shell, as on a terminal.

    `init` is asked for the router's port, for here it is any free one.
    """
    commands = [re.sub(r"^reconcile init.*", rf"\g<0> --port {port}", one) for one in commands]
    lines = [
        f"{{ {command}\n}} 2>&1; code=$?; echo '{_MARK}'; (exit $code)" for command in commands
    ]
    identity = {
        f"GIT_{role}_{what}": "Tutorial" if what == "NAME" else "tutorial@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    (folder / "bin").mkdir()
    with quick_program(folder / "bin") as program:
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)],
            cwd=folder,
            env={
                "PATH": f"{program}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(folder),
                "LANG": "C.UTF-8",
                "GIT_CONFIG_NOSYSTEM": "1",
                **identity,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert not done.stderr, done.stderr
    outputs = done.stdout.split(f"{_MARK}\n")[:-1]
    return [output.rstrip().splitlines() for output in outputs]


def expression(lines: list[str]) -> str:
    """What the page shows, where `…` on a line of its own stands for lines that are left out."""
    return "".join(
        r"(.*\n)*?" if line == "…" else re.escape(line.rstrip()) + r"\n" for line in lines
    )


def test_what_the_tutorial_shows_is_what_comes_out(tmp_path: Path) -> None:
    device = Device()
    steps = shown()
    assert len(steps) > 15
    with serve(device, user="reconcile", password="secret") as server:
        outputs = played([command for command, _ in steps], tmp_path, server.port)
    for (command, wanted), lines in zip(steps, outputs, strict=True):
        text = "".join(f"{line.rstrip()}\n" for line in lines)
        assert re.fullmatch(expression(wanted), text), f"$ {command}\n{text}"
    # The end of the story, on the router.
    assert {row["name"] for row in device.rows("/ppp/secret")} == {"ana-lopez", "luis-mora"}
    (profile,) = (row for row in device.rows("/ppp/profile") if row["name"] == "home-10")
    assert profile["rate-limit"] == "2M/12M"
