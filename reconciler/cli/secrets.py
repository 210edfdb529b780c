# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile secrets`: write secrets so that files may hold them."""

import json
import sys

import click

from reconciler.cli.context import Repo, print_data
from reconciler.errors import UsageError
from reconciler.sealing import find_recipients, seal_line

_MOST = 64 * 1024


@click.group()
def secrets() -> None:
    """Write secrets so that files may hold them."""


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
