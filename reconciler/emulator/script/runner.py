# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a script: menu commands, `:do … on-error`, `:delay`, `:log`, `:error`, `:put`.

A script is a generator that yields the seconds it wants to wait. May import commands, state,
rsc.lexer, script.parser, script.find.
"""

from collections.abc import Iterator

from reconciler.emulator import traps
from reconciler.emulator.answers import Command
from reconciler.emulator.commands import run as run_command
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.kinds.units import milliseconds
from reconciler.emulator.menu import HANDLERS
from reconciler.emulator.rsc.lexer import LexError, Word, menu_of, words
from reconciler.emulator.script.find import find
from reconciler.emulator.script.parser import statements
from reconciler.emulator.state import State

MENU_COMMANDS = frozenset(HANDLERS) | {
    "find", "info", "warning", "error", "debug", "run", "save", "reboot"
}  # fmt: skip
POSITIONAL = frozenset("set remove enable disable comment move unset get print".split())
DEPTH = 20


class ScriptError(Exception):
    """What ended a script: the router's refusal, or a word outside the language."""


def run(state: State, source: str, depth: int = 0) -> Iterator[float]:
    """Yields seconds to wait. Raises ScriptError; what was done before stays done."""
    if depth > DEPTH:
        raise ScriptError("nested too deeply")
    path = ""
    try:
        for statement in statements(source):
            first = statement[0]
            if first.kind == "brace":
                yield from run(state, first.text, depth + 1)
            elif first.kind == "word" and first.text.startswith(":"):
                yield from _special(state, statement, depth)
            else:
                path = _menu(state, path, statement)
    except (traps.Trap, LexError) as problem:
        raise ScriptError(str(problem)) from problem


def _special(state: State, statement: list[Word], depth: int) -> Iterator[float]:
    name, rest = statement[0].text[1:], statement[1:]
    if name == "do" and rest and rest[0].kind == "brace":
        yield from _do(state, rest, depth)
    elif name == "delay" and rest:
        span = milliseconds(rest[0].text)
        if span is None:
            raise ScriptError(f"{rest[0].text!r} is no time")
        yield span / 1000
    elif name == "log" and len(rest) >= 2:
        state.log(f"script,{rest[0].text}", rest[1].text)
    elif name == "error":
        raise ScriptError(rest[0].text if rest else "error")
    elif name != "put":
        raise ScriptError(f":{name} is not understood")


def _do(state: State, rest: list[Word], depth: int) -> Iterator[float]:
    handler = next((w for w in rest[1:] if w.inner == "brace"), None)
    try:
        yield from run(state, rest[0].text, depth + 1)
    except ScriptError:
        if handler is None:
            raise
        yield from run(state, handler.text.partition("=")[2], depth + 1)


# -- menu commands -------------------------------------------------------------


def _menu(state: State, current: str, statement: list[Word]) -> str:
    """Carries a menu's command out; returns the menu that later lines stand in."""
    path, rest = menu_of(current, statement, MENU_COMMANDS)
    if not rest:
        state.table(path)
        return path
    command = rest[0].text
    arguments = _arguments(state, path, command, rest[1:])
    if arguments is not None:
        run_command(state, Command(path, command, arguments))
    return current if statement[0].text.startswith("/") else path


def _arguments(state: State, path: str, command: str, rest: list[Word]) -> Fields | None:
    """Arguments as the API takes them; None when a `[find]` found nothing to act on."""
    values: Fields = {}
    free = ["numbers", *(["destination"] if command == "move" else [])]
    for word in rest:
        name, equals, _ = word.text.partition("=")
        if word.kind == "word" and equals and not word.quoted:
            found = _value(state, path, word)
        elif word.kind == "word" and word.text.startswith("!"):
            found = ""
        elif command in ("info", "warning", "error", "debug"):
            name, found = "message", word.text
        elif free and command in POSITIONAL:
            name, found = free.pop(0), _rows(state, path, word)
        else:
            raise traps.Trap(f"syntax error: {word.text!r}")
        if found is None:
            return None
        values[name] = found
    return values


def _value(state: State, path: str, word: Word) -> str | None:
    text = word.text.partition("=")[2]
    if word.inner == "bracket":
        return _rows(state, path, Word(text, "bracket"))
    return text


def _rows(state: State, path: str, word: Word) -> str | None:
    """Ids between commas of a `[find …]`, in this menu or the one it names; else the word."""
    if word.kind != "bracket":
        return word.text
    menu, rest = path, words(word.text)
    if rest and rest[0].text.startswith("/"):
        menu, rest = menu_of(path, rest, MENU_COMMANDS)
    if not rest or rest[0].text != "find":
        raise traps.Trap(f"syntax error: [{word.text}]")
    return ",".join(row.identifier for row in find(state, menu, rest[1:])) or None
