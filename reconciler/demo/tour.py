# SPDX-License-Identifier: GPL-3.0-or-later
"""The tour: the main job from the first plan to a mended drift, with the real commands.

Every step says what it shows and fails the tour where the promise does not hold. May import
anything.
"""

import io
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from textwrap import wrap
from time import monotonic

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from reconciler.demo.stage import Stage, set_stage
from reconciler.errors import Bug

Run = Callable[[list[str], Mapping[str, str]], int]
_MOST_LINES = 16
_CLIENT = "inventory/clients/norte/ana-lopez.yaml"
_COLOURS = {"+": "green", "~": "yellow", "-": "red", "^": "cyan", "=": "blue"}


class Tour:
    """Walks through the steps on `console`; `run` executes one command line and gives its code."""

    def __init__(self, console: Console, run: Run) -> None:
        self._console, self._run = console, run
        self._step = 0

    def walk(self) -> None:
        begun = monotonic()
        with set_stage() as stage:
            self._introduce(stage)
            self._first_apply(stage)
            self._change_plan(stage)
            self._suspend(stage)
            self._drift(stage)
        self._say("")
        self._console.print(Rule(style="green"))
        self._say(
            f"That was the main job, in {monotonic() - begun:.0f} seconds, against two emulated"
            " routers. The temporary copy is gone; your files were not touched."
        )
        self._say("Next: README.md, “First real use”.")

    def _introduce(self, stage: Stage) -> None:
        self._title("A small WISP as files in git, and its two routers")
        for name, device in stage.devices.items():
            rows = sum(len(rows) for rows in device.snapshot().values())
            self._say(
                f"{name}: emulated RouterOS {device.version.text}, {rows} rows of somebody's own"
                " configuration."
            )
        self._command(stage, "validate", expect=0)

    def _first_apply(self, stage: Stage) -> None:
        self._title("What would change? Nothing is written yet")
        self._command(stage, "plan", "--router", "rb-sur", expect=0)
        self._title("Make it so, on both routers")
        self._command(stage, "apply", "--yes", expect=0)
        self._title("A second plan is empty: every value reads back as it was meant")
        self._command(stage, "plan", "--detailed-exitcode", expect=0)

    def _change_plan(self, stage: Stage) -> None:
        self._title("Luis takes a slower plan: one write, and his session has to log in again")
        stage.devices["rb-norte"].add_dynamic(
            "/ppp/active", name="luis-mora", service="pppoe", address="10.20.0.8"
        )
        stage.edit("inventory/clients/norte/luis-mora.yaml", "- plan: hogar-20", "- plan: hogar-10")
        self._command(stage, "plan", "--client", "luis-mora", expect=0)
        stage.commit("Move luis-mora to hogar-10")
        self._command(stage, "apply", "--yes", expect=0)

    def _suspend(self, stage: Stage) -> None:
        self._title("Ana has not paid: two lines in her file")
        stage.edit(
            _CLIENT,
            "status: active",
            "status: suspended\n    suspended: {since: 2026-11-05, cause: debt}",
        )
        self._shell("git diff --unified=0", stage.git("diff", "--unified=0"))
        self._command(stage, "plan", "--detailed-exitcode", expect=2)
        stage.commit("Suspend ana-lopez: owes October")
        self._command(stage, "apply", "--yes", expect=0)

    def _drift(self, stage: Stage) -> None:
        self._title("At night somebody turns two knobs in WinBox")
        router = stage.devices["rb-norte"]
        [entry] = [
            row
            for row in router.rows("/ip/firewall/address-list")
            if row.get("comment", "").endswith("[rc:ana-lopez/internet]")
        ]
        router.remove("/ip/firewall/address-list", entry[".id"])
        [queue] = [
            row for row in router.rows("/queue/simple") if row["name"] == "escuela-benito-juarez"
        ]
        router.set("/queue/simple", queue[".id"], **{"max-limit": "50M/50M"})
        self._say("Ana is taken off the suspended list, and the school gets 50M.")
        self._command(stage, "drift", expect=2)
        self._title("The next apply mends it")
        self._command(stage, "apply", "--yes", expect=0)
        self._command(stage, "drift", expect=0)

    def _title(self, text: str) -> None:
        self._step += 1
        self._console.print()
        self._console.print(Rule(f"{self._step}. {text}", align="left", style="bold blue"))

    def _say(self, text: str) -> None:
        self._console.print(Text(text))

    def _command(self, stage: Stage, *arguments: str, expect: int) -> None:
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            code = self._run(["--repo", str(stage.root), *arguments], stage.environ)
        self._shell(f"reconcile {' '.join(arguments)}", output.getvalue())
        if code:
            self._console.print(Text(f"(exit code {code})", style="dim"))
        if code != expect:
            raise Bug(f"`reconcile {' '.join(arguments)}` ended with {code} instead of {expect}")

    def _shell(self, command: str, output: str) -> None:
        self._console.print(Text(f"$ {command}", style="bold"))
        lines = output.splitlines()
        cut = len(lines) - _MOST_LINES
        # The end holds the summary; what is left out is more of the same.
        shown = (
            lines if cut <= 1 else [*lines[: _MOST_LINES - 5], f"  … {cut} more lines", *lines[-5:]]
        )
        for line in shown:
            style = _COLOURS.get(line.strip()[:1], "")
            indent = " " * (len(line) - len(line.lstrip()) + 4)
            for part in wrap(
                line, self._console.width, subsequent_indent=indent, break_on_hyphens=False
            ) or [""]:
                self._console.print(Text(part, style=style))
