# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile init`: a new state repository that works at once."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from reconciler.cli.context import is_interactive, print_data, say
from reconciler.cli.options import Option
from reconciler.errors import ReconcileError, UsageError
from reconciler.inventory import load
from reconciler.scaffold import PIPELINES, Answers, scaffold
from reconciler.wording import counted

_DEFAULTS = Answers()
# What is asked for on a terminal, in this order; the rest has options alone.
_QUESTIONS = {
    "company": "Name of the company",
    "currency": "Currency (ISO 4217)",
    "timezone": "Time zone",
    "locale": "Language and number format of documents",
    "router": "Id of the first router",
    "host": "Its address (127.0.0.1: an emulated one, to try things)",
    "zone": "Id of the first zone",
    "network": "Addresses of its clients",
}


def _option(name: str, text: str) -> Option:
    default = getattr(_DEFAULTS, name)
    return click.option(f"--{name}", default=default, show_default=True, help=text)


@click.command()
@click.argument("dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--lang",
    type=click.Choice(["es", "en"]),
    default=_DEFAULTS.lang,
    show_default=True,
    help="The language of the README and of the comments.",
)
@click.option(
    "--ci",
    "pipelines",
    type=click.Choice(list(PIPELINES)),
    multiple=True,
    help="Also its pipelines; may be given several times.",
)
@_option("company", "Its name, on invoices.")
@_option("currency", "ISO 4217.")
@_option("timezone", "Decides what today is.")
@_option("locale", "Language and number format of documents.")
@_option("router", "Id of the first router.")
@_option("host", "Its address; on loopback an emulated one.")
@click.option("--port", type=click.IntRange(1, 65535), help="Of its API.")
@click.option("--tls/--no-tls", default=None, help="Default: on, but for loopback.")
@_option("zone", "Id of the first zone.")
@_option("network", "Addresses of its clients.")
@click.pass_context
def init(context: click.Context, /, pipelines: tuple[str, ...], **given: Any) -> None:
    """Make a new state repository in DIR. What is there already is never overwritten.

    \b
    Examples:  reconcile init wisp
               reconcile init wisp --lang en --host 10.0.0.1 --ci github
    """
    folder: Path = given.pop("dir")
    if (folder / "reconcile.yaml").exists():
        raise ReconcileError(f"{folder} holds a reconcile.yaml already. Nothing was written.")
    answers = Answers(**(_ask(context, given) if is_interactive() else given))
    files = scaffold(answers, pipelines, datetime.now(answers.zone_info).date())
    _check(files)
    kept = _write(folder, files)
    for name in kept:
        say(f"kept {folder / name}, which was there", "yellow")
    written = counted(len(files) - len(kept), "file")
    print_data(f"{folder}: {written} written. Go on as its README.md says.")


def _ask(context: click.Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers, with a question for each that was not given as an option."""
    answers = dict(given)
    for name, question in _QUESTIONS.items():
        if context.get_parameter_source(name) is ParameterSource.DEFAULT:
            answers[name] = click.prompt(question, default=given[name], err=True)
    return answers


def _check(files: Mapping[str, str]) -> None:
    """Raises UsageError where an answer is not what the files may hold; nothing is written then."""
    with tempfile.TemporaryDirectory(prefix="reconcile-init-") as name:
        root = Path(name)
        for file, text in files.items():
            _put(root / file, text)
        _, problems = load(root)
    if problems:
        raise UsageError("\n".join(["Some of this cannot be:", *(f"  {one}" for one in problems)]))


def _write(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write what is not there yet; the names of what is.

    First comes `reconcile.yaml`: where somebody else was faster with it, nothing is written.
    """
    for one in sorted({part for name in files for part in (folder / name).parents}):
        if one.exists() and not one.is_dir():
            raise ReconcileError(f"{one} is a file where a folder must be. Nothing was written.")
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[str] = []
    first, *others = files
    try:
        _put(folder / first, files[first])
    except FileExistsError as error:
        raise ReconcileError(f"{folder / first} is there already. Nothing was written.") from error
    for name in others:
        try:
            _put(folder / name, files[name])
        except FileExistsError:
            kept.append(name)
    return kept


def _put(path: Path, text: str) -> None:
    """Raises FileExistsError where anything, a link too, has this name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
    if text.startswith("#!"):
        path.chmod(path.stat().st_mode | 0o111)
