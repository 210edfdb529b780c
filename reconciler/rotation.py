# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotating what the files hold of secrets: age texts encrypted anew, derived passwords raised.

Edits of files come out, nothing is written. Imports clients, edit, errors, inventory, models,
sealing, secrets, staging and yamlfile.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from reconciler.clients.select import Chosen
from reconciler.edit import Edit, Put
from reconciler.errors import FilesError, Problem
from reconciler.inventory import Inventory
from reconciler.inventory.kinds import SETTINGS_FILE
from reconciler.models import AgeSecret, DerivedSecret
from reconciler.models.base import Model
from reconciler.sealing import seal_line
from reconciler.secrets import Secrets
from reconciler.staging import EditFile
from reconciler.yamlfile import Loc


def parts_with_secrets(inventory: Inventory) -> Iterator[tuple[str, Model]]:
    """Every file that may hold secrets, with its model."""
    yield SETTINGS_FILE, inventory.settings
    for part in (*inventory.routers.values(), *inventory.clients.values()):
        yield inventory.where(part).file, part


def encrypt_anew(
    parts: Iterable[tuple[str, Model]], secrets: Secrets, recipients: Sequence[Any]
) -> list[EditFile]:
    """Every age text of these files, opened and sealed for the recipients and nobody else.

    Raises FilesError with every text that does not open.
    """
    acts: list[EditFile] = []
    problems: list[Problem] = []
    for file, part in parts:
        edits: list[Edit] = []
        for loc, secret in age_secrets(part):
            try:
                sealed = seal_line(secrets.resolve(secret), list(recipients))
            except FilesError as error:
                problems += [_placed(one, file, loc) for one in error.problems]
            else:
                edits.append(Put((*loc, "age"), sealed))
        if edits:
            acts.append(EditFile(file, tuple(edits), model=type(part)))
    if problems:
        raise FilesError(list(dict.fromkeys(problems)))
    return acts


def age_secrets(part: object, loc: Loc = ()) -> Iterator[tuple[Loc, AgeSecret]]:
    """Every age text of a model, with its path in the file."""
    if isinstance(part, AgeSecret):
        yield loc, part
    elif isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            yield from age_secrets(getattr(part, name), (*loc, field.alias or name))
    elif isinstance(part, tuple):
        for index, one in enumerate(part):
            yield from age_secrets(one, (*loc, index))


def _placed(problem: Problem, file: str, loc: Loc) -> Problem:
    if problem.where is not None:  # the identity itself cannot be had
        return problem
    place = ".".join(map(str, loc))
    return Problem(problem.code, f"{file}: {place}: {problem.message}", problem.hint)


def raise_generations(chosen: Iterable[Chosen]) -> tuple[list[EditFile], list[str]]:
    """The next derived password for each login among the services, and whose they are."""
    edits: dict[str, list[Edit]] = {}
    names: list[str] = []
    for one in chosen:
        password = one.sub.service.password
        is_login = one.sub.plan.has_login and one.sub.service.has_rows
        if is_login and isinstance(password, DerivedSecret):
            put = Put((*one.at, "password", "derived"), password.derived + 1)
            edits.setdefault(one.file, []).append(put)
            names.append(one.sub.id)
    return [EditFile(file, tuple(some)) for file, some in edits.items()], names
