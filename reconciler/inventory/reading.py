# SPDX-License-Identifier: GPL-3.0-or-later
"""One file: bytes and its path in, a model and problems out. Pure, so that it may run anywhere.

Imports of the project: errors, wording, yamlfile, models, its neighbours.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from reconciler.errors import Problem, Where
from reconciler.inventory.complaints import complaint
from reconciler.inventory.finding import Finding
from reconciler.inventory.kinds import SETTINGS, Kind
from reconciler.inventory.salvage import WHOLE, Origins, salvage
from reconciler.models.base import Model
from reconciler.wording import counted, show
from reconciler.yamlfile import Document, Loc, parse

_MOST_PROBLEMS = 1000


class Reading(NamedTuple):
    """What became of one file.

    `damaged`: parts of the file are missing from `model`, or all of it. `service_lines` are the
    lines of the services that `model` has; `origins` is empty unless items were left out of lists.
    """

    kind: Kind
    file: str
    model: Model | None
    problems: tuple[Problem, ...] = ()
    line: int = 1
    origins: Origins = WHOLE
    service_lines: tuple[int, ...] = ()
    damaged: bool = False


def read(kind: Kind, file: str, data: bytes) -> Reading:
    """Read one file of the repository; `file` is its path relative to the root."""
    document, problems = parse(data, file)
    if document is None:
        return Reading(kind, file, None, tuple(problems), damaged=True)
    damaged = bool(problems)
    model: Model | None
    try:
        model = kind.model.model_validate(document.value)
        origins = WHOLE
        findings: list[Finding] = []
    except ValidationError as error:
        damaged = True
        findings = [
            complaint(kind.model, document.value, detail)
            for detail in error.errors(include_url=False)
        ]
        model, origins = salvage(kind.model, file, document.value, error)
    problems += [finding.at(Where(file, document.line(finding.loc))) for finding in findings]
    if model is not None:
        for finding in broken_rules(kind, file, model):
            if not (finding.needs_all and damaged):
                loc = original(finding.loc, origins)
                problems.append(finding.at(Where(file, document.line(loc))))
    return Reading(
        kind=kind,
        file=file,
        model=model,
        problems=_bounded(problems, file),
        line=document.line(("id",)),
        origins=origins,
        service_lines=tuple(_service_lines(document, model, origins)),
        damaged=damaged,
    )


def original(loc: Loc, origins: Origins) -> Loc:
    """A path in a model as a path in its file, from which items may have been left out."""
    if not origins:
        return loc
    found: list[str | int] = []
    for depth, part in enumerate(loc):
        origin = origins.get(loc[:depth])
        found.append(origin[part] if origin is not None and isinstance(part, int) else part)
    return tuple(found)


def broken_rules(kind: Kind, file: str, model: Model) -> Iterator[Finding]:
    """What the rules within one file say of its model."""
    for rule in kind.rules:
        yield from rule(model)
    stem = file.rpartition("/")[2].removesuffix(".yaml")
    if kind is not SETTINGS and (its_id := getattr(model, "id", stem)) != stem:
        message = f"The id {show(its_id)} is not the file's name."
        hint = f"Name the file {its_id}.yaml, or write `id: {show(stem)[1:-1]}`"
        yield Finding("id-not-file-name", ("id",), message, hint)


def _service_lines(document: Document, model: Model | None, origins: Origins) -> Iterator[int]:
    """The line of the first key of each service."""
    written = document.value.get("services")
    for index in range(len(getattr(model, "services", ()))):
        loc = original(("services", index), origins)
        # A misspelled `services` was read all the same: then its services have the file's line.
        service = written[int(loc[1])] if isinstance(written, list) else {}
        yield document.line((*loc, *list(service)[:1]))


def _bounded(problems: list[Problem], file: str) -> tuple[Problem, ...]:
    if len(problems) <= _MOST_PROBLEMS:
        return tuple(problems)
    more = len(problems) - _MOST_PROBLEMS
    last = Problem(
        "too-many", f"Not shown: {counted(more, 'more problem')} in this file.", None, Where(file)
    )
    return (*problems[:_MOST_PROBLEMS], last)
