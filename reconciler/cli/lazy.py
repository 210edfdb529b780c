# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups: with their help whole, and commands imported when they are called, so that start-up stays
short."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from reconciler.wording import unknown

_WHOLE = 1_000  # characters


class Group(click.Group):
    """One whose help says whole what each command is for: click ends a long sentence in dots."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, command.get_short_help_str(_WHOLE)) for name, command in found if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class LazyGroup(Group):
    """`table`: command -> module, or `module:name` where the two differ, in the order of the help.

    A module without a dot is of `package`. `prefix` begins the variables of the options.
    """

    def __init__(
        self, *arguments: Any, table: Mapping[str, str], package: str, prefix: str, **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        self._table, self._package, self._prefix = table, package, prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        file, _, name = self._table[cmd_name].partition(":")
        module = importlib.import_module(file if "." in file else f"{self._package}.{file}")
        command: click.Command = getattr(module, name or cmd_name)
        name_variables(command, f"{self._prefix}_{_variable(cmd_name)}")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self._table:
            ctx.fail(unknown("command", args[0], self._table))
        return super().resolve_command(ctx, args)


def name_variables(command: click.Command, prefix: str) -> None:
    """Every option also as RECONCILE_<COMMAND>_<OPTION>, whatever its Python name is."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.envvar is None:
            longest = max(parameter.opts, key=len)
            parameter.envvar = f"{prefix}_{_variable(longest)}"
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            name_variables(child, f"{prefix}_{_variable(name)}")


def _variable(name: str) -> str:
    return name.lstrip("-").replace("-", "_").upper()
