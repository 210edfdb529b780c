# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of jinja2 in a sandbox: ours, and those by which a company replaces them.

A company's template has the name of the one it replaces; ours stay in reach below `reconcile/`:
`{% extends "reconcile/invoice.html" %}`. Everything is escaped. Pure. Imports of the project:
errors.
"""

from collections.abc import Mapping
from typing import Any

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reconciler.errors import ReconcileError


def render(name: str, own: Mapping[str, str], **values: Any) -> str:
    """A page of a template. `own`: a company's templates by name.

    Raises ReconcileError where one of them cannot be used: the message names it and the line.
    """
    ours = PackageLoader("billing.pages", "templates")
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([DictLoader(own), PrefixLoader({"reconcile": ours}), ours]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        return environment.get_template(name).render(values)
    except TemplateSyntaxError as error:
        place = f"{error.name or name}:{error.lineno}"
        raise ReconcileError(f"The template {place} cannot be read: {error.message}.") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        if not own:
            raise
        place = f"{name}:{_line(error)}"
        raise ReconcileError(f"The template {place} cannot be used: {error}.") from error


def _line(error: BaseException) -> int:
    """The line of the template at which it was left, which jinja2 puts in the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith((".html", "<template>")):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
