# SPDX-License-Identifier: GPL-3.0-or-later
"""Coloured text for terminals. Takes its time to import, so that only what needs it does.

May import anything.
"""

from collections.abc import Collection, Iterable, Sequence

from rich.console import Console
from rich.table import Table
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


_ENDLESS = 10_000  # columns


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


def print_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    *,
    right: Collection[str] = (),
    console: Console | None = None,
) -> None:
    """Rows below their heads, `right`: those of amounts; to stdout unless another console is given.

    Nothing is cut: where a terminal is too narrow, it breaks the lines itself. Without rows there
    is no table.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in heads:
        table.add_column(name, justify="right" if name in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    if not table.rows:
        return
    console = console or out()
    console.width = _ENDLESS
    console.print(table)


def say_coloured(text: str, style: str) -> None:
    err().print(Text(text, style=style))
