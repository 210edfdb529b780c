# SPDX-License-Identifier: GPL-3.0-or-later
"""The router's refusals: texts and categories of `!trap`. Imports nothing of the project.

Categories (MikroTik's manual): 0 missing item or command, 1 argument value, 2 interrupted,
4 general, 5 API. Texts that begin with "failure:" carry no category word, as recorded from
real routers; how sure each text is stands in docs/routeros-facts.md.
"""

FORBIDDEN = "not enough permissions (9)"


class Trap(Exception):
    """A refused command. `more` holds further trap sentences sent before this one."""

    def __init__(
        self, message: str, category: int | None = None, more: tuple["Trap", ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.category = category
        self.more = more


class MissingReference(Trap):
    """A hard reference to a row that does not exist: `name` in the menu `path`."""

    def __init__(self, argument: str, path: str, name: str) -> None:
        super().__init__(f"input does not match any value of {argument}", 1)
        self.path = path
        self.name = name


def no_such_item() -> Trap:
    return Trap("no such item", 0)


def no_such_command() -> Trap:
    return Trap("no such command", 0)


def invalid(argument: str) -> Trap:
    return Trap(f"invalid value for argument {argument}", 1)


def no_match(argument: str) -> Trap:
    return Trap(f"input does not match any value of {argument}", 1)


def out_of_range(argument: str, low: int, high: int) -> Trap:
    return Trap(f"value of {argument} out of range ({low}..{high})", 1)


def unknown_parameter(argument: str) -> Trap:
    return Trap(f"unknown parameter {argument}")


def failure(text: str) -> Trap:
    return Trap(f"failure: {text}")
