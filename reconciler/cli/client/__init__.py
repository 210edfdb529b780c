# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile client …`: every act on a client as one command that edits the files.

A command is loaded when it is called. Each prints the diff of the files it changes, checks the
whole repository before it writes, and writes all files or none.
"""

import importlib

import click

from reconciler.cli import name_variables

# Command -> module of this package, and its name there.
COMMANDS = {
    "list": ("listing", "list_clients"),
    "show": ("show", "show"),
    "new": ("new", "new"),
    "set": ("change", "set_fields"),
    "activate": ("states", "activate_services"),
    "suspend": ("states", "suspend_services"),
    "cancel": ("states", "cancel_services"),
    "return": ("states", "return_service"),
    "delete": ("remove", "delete"),
    "forget": ("remove", "forget"),
    "migrate": ("migrate", "migrate_services"),
    "bind": ("bind", "bind"),
    "free-address": ("addresses", "free_addresses"),
    "import": ("sheets", "import_sheet"),
    "export": ("sheets", "export_sheet"),
}


class ClientGroup(click.Group):
    """The commands in the order in which people look for them, imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(
            importlib.import_module(f"reconciler.cli.client.{module}"), name
        )
        name_variables(command, f"RECONCILE_CLIENT_{cmd_name.replace('-', '_').upper()}")
        return command


@click.group(cls=ClientGroup)
def client() -> None:
    """Clients: list, show, add and change them; CSV in and out."""
