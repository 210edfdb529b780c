# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile client …`: every act on a client as one command that edits the files.

A command is loaded when it is called. Each prints the diff of the files it changes, checks the
whole repository before it writes, and writes all files or none.
"""

import click

from reconciler.cli.lazy import LazyGroup

# Command -> module of this package and its name there, in the order in which people look for them.
COMMANDS = {
    "list": "listing:list_clients",
    "show": "show:show",
    "new": "new:new",
    "set": "change:set_fields",
    "activate": "states:activate_services",
    "suspend": "states:suspend_services",
    "cancel": "states:cancel_services",
    "return": "states:return_service",
    "delete": "remove:delete",
    "forget": "remove:forget",
    "migrate": "migrate:migrate_services",
    "bind": "bind:bind",
    "free-address": "addresses:free_addresses",
    "import": "sheets:import_sheet",
    "export": "sheets:export_sheet",
}


@click.group(
    cls=LazyGroup, table=COMMANDS, package="reconciler.cli.client", prefix="RECONCILE_CLIENT"
)
def client() -> None:
    """Clients: list, show, add and change them; CSV in and out.

    \b
    Examples:  reconcile client show ana-lopez
               reconcile client set ana-lopez --plan hogar-20
    """
