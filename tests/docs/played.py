# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page shows, played: commands are run one after another, and what they print compared."""

import os
import re
import subprocess
from collections.abc import Mapping
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


def played(commands: list[str], folder: Path, environ: Mapping[str, str]) -> list[str]:
    """What each command prints, in one shell, as on a terminal; spaces at the ends left out."""
    lines = [
        f"{{ {command}\n}} 2>&1; code=$?; echo '{_MARK}'; (exit $code)" for command in commands
    ]
    done = subprocess.run(
        ["bash", "-c", "\n".join([*lines, "true"])],
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not done.stderr, done.stderr
    outputs = done.stdout.split(f"{_MARK}\n")[:-1]
    return [
        "".join(f"{line.rstrip()}\n" for line in output.rstrip().splitlines()) for output in outputs
    ]


def expression(lines: list[str]) -> str:
    """What a page shows: `…` on a line of its own stands for lines, in a line for some of it.

    Columns are as wide as what is in them, such as `today` or `yesterday`.
    """
    return "".join(r"(.*\n)*?" if line == "…" else _of_line(line.rstrip()) for line in lines)


def _of_line(line: str) -> str:
    text = line.lstrip(" ")
    columns = [re.escape(one).replace("…", ".*") for one in re.split(" {2,}", text)]
    return line[: len(line) - len(text)] + " {2,}".join(columns) + r"\n"


def check_outputs(steps: list[tuple[str, list[str]]], outputs: list[str]) -> None:
    """Fails where a command printed something else than what stands below it."""
    for (command, wanted), printed in zip(steps, outputs, strict=True):
        assert re.fullmatch(expression(wanted), printed), f"$ {command}\n{printed}"


def check_played(text: str, folder: Path, port: int) -> None:
    """Plays the consoles of `text` from an empty folder on.

    `init` is asked for the router's port, for here it is any free one.
    """
    steps = shown(text)
    commands = [
        re.sub(r"^reconcile init.*", rf"\g<0> --port {port}", command) for command, _ in steps
    ]
    identity = {
        f"GIT_{role}_{what}": "Tutorial" if what == "NAME" else "tutorial@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    (folder / "bin").mkdir()
    with quick_program(folder / "bin") as program:
        environ = {
            "PATH": f"{program}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            **identity,
        }
        check_outputs(steps, played(commands, folder, environ))
