# SPDX-License-Identifier: GPL-3.0-or-later
"""`?` words of a print: conditions and the stack of operators. May import kinds only.

Source: "Queries" in the API page of MikroTik's manual. AND is implicit: a row is left out when
any value on the stack is false at the end.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence

from reconciler.emulator.facts.model import Fields
from reconciler.emulator.kinds.base import BOOLEANS
from reconciler.emulator.kinds.net import ip
from reconciler.emulator.kinds.units import milliseconds

Test = Callable[[Fields], bool]
OPERATOR = re.compile(r"(\d+)|(.)")


def compile_query(words: Sequence[str]) -> Test | None:
    """A test of rows (with `.id` among their fields), or None when there are no queries."""
    steps = [_step(word[1:]) for word in words]
    if not steps:
        return None

    def test(fields: Fields) -> bool:
        stack: list[bool] = []
        for step in steps:
            step(fields, stack)
        return all(stack)

    return test


def _step(word: str) -> Callable[[Fields, list[bool]], None]:
    if word.startswith("#"):
        operators = OPERATOR.findall(word[1:])
        return lambda _, stack: _operate(operators, stack)
    condition = _condition(word)
    return lambda fields, stack: stack.append(condition(fields))


def _condition(word: str) -> Test:
    sign, body = word[:1], word[1:]
    if sign == "-":
        return lambda fields: body not in fields
    if sign in ("<", ">"):
        name, _, value = body.partition("=")
        order = -1 if sign == "<" else 1
        return lambda fields: name in fields and compare(fields[name], value) == order
    name, equals, value = (body if sign == "=" else word).partition("=")
    if not equals:
        return lambda fields: name in fields
    wanted = {value, BOOLEANS.get(value, value)}
    return lambda fields: fields.get(name) in wanted


def _operate(operators: list[tuple[str, str]], stack: list[bool]) -> None:
    """Digits name a place from the top; before another character they push a copy of it, at the
    end they replace everything. Operands that are missing count as true, as an empty stack does.
    """
    for number, (index, sign) in enumerate(operators):
        if index:
            place = int(index) if len(index) < 10 else len(stack)
            value = stack[-1 - place] if place < len(stack) else True
            if number == len(operators) - 1:
                stack[:] = [value]
            else:
                stack.append(value)
        elif sign == "!":
            stack.append(not _pop(stack))
        elif sign == "&":
            stack.append(all([_pop(stack), _pop(stack)]))
        elif sign == "|":
            stack.append(any([_pop(stack), _pop(stack)]))
        elif sign == "." and not (number and operators[number - 1][0]):
            stack.append(stack[-1] if stack else True)


def _pop(stack: list[bool]) -> bool:
    return stack.pop() if stack else True


def compare(left: str, right: str) -> int:
    """-1, 0 or 1; numbers, times and addresses by value, anything else as text."""
    for key in (_number, milliseconds, _address):
        one, other = key(left), key(right)
        if one is not None and other is not None:
            return (one > other) - (one < other)
    return (left > right) - (left < right)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?\d{1,30}", text) else None


def _address(text: str) -> int | None:
    found = ip(text.partition("/")[0])
    return int(ipaddress.ip_address(found)) if found else None
