# SPDX-License-Identifier: GPL-3.0-or-later
"""Coloured text for terminals. Takes its time to import, so that only what needs it does.

May import anything.
"""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from reconciler.cli.streams import mute
from reconciler.render import Line

STYLES = {
    "add": "green",
    "set": "yellow",
    "move": "cyan",
    "remove": "red",
    "adopt": "blue",
    "title": "bold",
    "source": "dim",
    "warning": "yellow",
    "error": "bold red",
    "plain": "",
}


class _Console(Console):
    """One whose reader (head, less) may go: what it has seen is enough, and the work goes on."""

    def on_broken_pipe(self) -> None:
        mute()


def out() -> Console:
    return _Console(soft_wrap=True, highlight=False, markup=False)


def err() -> Console:
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def print_coloured(lines: Iterable[Line]) -> None:
    console = out()
    for line in lines:
        console.print(Text(line.text, style=STYLES[line.kind]))


def say_coloured(text: str, style: str) -> None:
    err().print(Text(text, style=style))
