# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows, played: commands are run one after another, and what they print compared."""

import os
import re
import subprocess
from pathlib import Path

from pipelines.quick import quick_program

from docs.pages import blocks_of

_MARK = "@@ next @@"


def shown(text: str) -> list[tuple[str, list[str]]]:
    """Command and the lines below it, through all the consoles of a page or a part of one."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks_of(text, "console"):
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
    """What a page shows: `…` on a line of its own stands for lines, in a line for some of it."""
    return "".join(
        r"(.*\n)*?" if line == "…" else re.escape(line.rstrip()).replace("…", ".*") + r"\n"
        for line in lines
    )


def check_played(text: str, folder: Path, port: int) -> None:
    """Fails where a command of `text` prints something else than what stands below it."""
    steps = shown(text)
    outputs = played([command for command, _ in steps], folder, port)
    for (command, wanted), lines in zip(steps, outputs, strict=True):
        printed = "".join(f"{line.rstrip()}\n" for line in lines)
        assert re.fullmatch(expression(wanted), printed), f"$ {command}\n{printed}"
