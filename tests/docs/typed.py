# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines as they are typed, held against the program: names, options, choices, numbers."""

import shlex
from collections.abc import Iterator

import click

from reconciler.cli import cli

CONTEXT = click.Context(cli, info_name="reconcile")


def command_of(name: str) -> click.Command:
    """`client set` is the command `set` of the group `client`."""
    command: click.Command = cli
    for word in name.split():
        assert isinstance(command, click.Group), f"{command.name} has no command {word}"
        found = command.get_command(CONTEXT, word)
        assert found is not None, f"there is no command {name}"
        command = found
    return command


def _names(group: click.Group = cli, prefix: str = "") -> Iterator[str]:
    for word in group.list_commands(CONTEXT):
        command = command_of(f"{prefix}{word}")
        if isinstance(command, click.Group):
            yield from _names(command, f"{prefix}{word} ")
        else:
            yield f"{prefix}{word}"


NAMES = list(_names())


def split(line: str) -> tuple[str, list[str]]:
    """The name of the command in a line, and what stands behind it."""
    parts = shlex.split(line.removeprefix("$ "), comments=True)[1:]
    while parts[0] == "--repo":
        parts = parts[2:]
    name = next((name for name in NAMES if parts[: len(name.split())] == name.split()), parts[0])
    return name, parts[len(name.split()) :]


def check_typed(line: str) -> None:
    """Fails where a name, an option, a choice or a number in a line is wrong; files need not be."""
    name, parts = split(line)
    command = command_of(name)
    context = click.Context(command, info_name=name, parent=CONTEXT)
    values, rest, order = command.make_parser(context).parse_args(parts)
    assert not rest
    for parameter in order:
        given = values[str(parameter.name)]
        if isinstance(parameter.type, click.Choice | click.types.IntParamType | click.DateTime):
            for one in given if parameter.multiple else [given]:
                parameter.type.convert(one, parameter, context)
