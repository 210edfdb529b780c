# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile demo`: the whole flow on the example repository and emulated routers."""

import importlib
import os
from collections.abc import Mapping

import click
from rich.console import Console

from reconciler.demo.tour import Tour
from reconciler.git import need_program


@click.command()
def demo() -> None:
    """Take the tour: validate, plan, apply, suspend a client, find and mend drift.

    Needs no router and touches no file of yours. It takes a few seconds.

    \b
    Example:  reconcile demo
    """
    need_program()
    Tour(Console(highlight=False), _run).walk()


def _run(arguments: list[str], environ: Mapping[str, str]) -> int:
    """One command in this process, with its own environment; its exit code."""
    main = importlib.import_module("reconciler.cli").main  # it imports this module by name
    before = dict(os.environ)
    os.environ.update(environ)
    code = 0
    try:
        main(arguments)
    except SystemExit as done:
        code = int(done.code or 0)
    finally:
        os.environ.clear()
        os.environ.update(before)
    return code
