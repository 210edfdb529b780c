# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of policies: Jinja's, in its sandbox, without loops and without large numbers.

A policy may come with a pull request of somebody who is not trusted yet, so it must end soon and
cannot reach a file, a secret or the network. Imports nothing of the project.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

_LARGEST = 10**15
_LONGEST = 2000
_MOST_TEXT = 100_000
# Those that cannot make much of little, however they are nested.
_FILTERS = (
    "abs count d default dictsort first float groupby int items last length list lower map max min"
    " reject rejectattr round select selectattr sort string sum trim unique upper".split()
)

Expression = Callable[..., Any]


class BadExpression(Exception):
    """What is wrong with an expression, in words that hold nothing of the data."""


class _Environment(ImmutableSandboxedEnvironment):
    """Numbers are multiplied, texts and lists are not, and nothing is raised to a power."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: Any, operator_: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, int | Decimal) and isinstance(right, int | Decimal)
        if operator_ == "**" or not numbers or max(abs(left), abs(right)) > _LARGEST:
            raise SecurityError("only numbers can be multiplied")
        return operator.mul(left, right)


def _number(value: object) -> Decimal:
    """`350.00`, which JSON has as a text, as a number."""
    return Decimal(str(value))


def _join(values: Iterable[object], between: str = "") -> str:
    parts = [str(value) for value in values]
    if sum(map(len, parts)) + len(parts) * len(between) > _MOST_TEXT:
        raise SecurityError("the text would be too long")
    return between.join(parts)


def _environment() -> _Environment:
    made = _Environment(undefined=StrictUndefined, autoescape=False)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.filters |= {"join": _join, "number": _number}
    return made


_ENVIRONMENT = _environment()


@contextmanager
def _in_words() -> Iterator[None]:
    """Raises BadExpression for whatever an expression may raise."""
    try:
        yield
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        raise BadExpression(str(error) or type(error).__name__) from error


def expression(text: str) -> Expression:
    """A function of the names that are known. Raises BadExpression where it is none."""
    if len(text) > _LONGEST:
        raise BadExpression(f"it is longer than {_LONGEST} characters")
    with _in_words():
        return _ENVIRONMENT.compile_expression(text, undefined_to_none=False)


def message(text: str) -> Template:
    """A text with expressions in it. Raises BadExpression where it is none, or has statements."""
    if "{%" in text:
        raise BadExpression("a message holds {{ … }} only, no {% … %}")
    with _in_words():
        return _ENVIRONMENT.from_string(text)


def names_in(text: str) -> set[str]:
    """The names that a message asks for, or an expression between `{{` and `}}`."""
    return find_undeclared_variables(_ENVIRONMENT.parse(text))


def value_of(asked: Expression, names: Mapping[str, Any]) -> Any:
    """What an expression comes to. Raises BadExpression where it cannot be told."""
    with _in_words():
        found = asked(**names)
        if isinstance(found, StrictUndefined):
            bool(found)  # raises in its own words
        return found


def text_of(asked: Template, names: Mapping[str, Any]) -> str:
    """A message with its expressions filled in. Raises BadExpression where one cannot be told."""
    with _in_words():
        return asked.render(**names)
