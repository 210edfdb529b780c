# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile secrets`: write secrets for files, find those in clear, and rotate."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler import git
from reconciler.cli.context import Repo, print_data, say
from reconciler.cli.lazy import Group
from reconciler.cli.options import A_FILE
from reconciler.cli.rotate import rotate
from reconciler.errors import UsageError
from reconciler.plaintext import in_clear
from reconciler.report import count
from reconciler.sealing import find_recipients, seal_line
from reconciler.wording import counted, printable

_MOST = 64 * 1024


@click.group(cls=Group)
def secrets() -> None:
    """Write secrets so that files may hold them, find those in clear, and rotate.

    \b
    Example:  reconcile secrets check
    """


secrets.add_command(rotate)


@secrets.command()
@click.pass_obj
def encrypt(repo: Repo) -> None:
    """Encrypt one secret from stdin, or asked for on a terminal; prints the mapping for a file.

    \b
    Examples:  reconcile secrets encrypt < password.txt
               reconcile secrets encrypt
    """
    settings = repo.loaded.inventory.settings.secrets
    recipients = find_recipients(settings, repo.loaded.secrets)
    print_data(json.dumps({"age": seal_line(_read(), recipients)}))


@secrets.command("check")
@click.argument("files", nargs=-1, type=A_FILE)
@click.pass_obj
@click.pass_context
def check_files(context: click.Context, repo: Repo, files: Sequence[Path]) -> None:
    """Find secrets in clear in FILES, else in all that git has or would take; ends with 1 then.

    Passwords that are written `plain`, whatever the settings allow, private keys and age
    identities in any file, passwords in exports of routers (.rsc) and in .env files.

    \b
    Example:  reconcile secrets check
    """
    named = list(files) or [repo.root / name for name in git.tracked_files(repo.root)]
    problems = [
        problem
        for file in named
        if file.is_file() and not file.is_symlink()
        for problem in in_clear(file.read_bytes(), os.path.relpath(file))
    ]
    for problem in problems:
        print_data(printable(str(problem)))
    say(f"{count(problems)} in {counted(len(named), 'file')}")
    context.exit(int(bool(problems)))


def _read() -> str:
    """The secret, without its last line end; never from an argument, which others could see."""
    if sys.stdin.isatty():
        text: str = click.prompt("Secret", hide_input=True, confirmation_prompt=True, err=True)
        return text
    text = sys.stdin.read(_MOST + 1).removesuffix("\n").removesuffix("\r")
    if not text:
        raise UsageError("Nothing came on stdin: give the secret there, not as an argument.")
    if len(text) > _MOST or any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text):
        raise UsageError("A secret is one line without control characters, of at most 64 KiB.")
    return text
