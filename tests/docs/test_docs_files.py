# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/file-format.md names every key of every model, with its default, and no other key."""

import re
from datetime import time
from enum import Enum

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docs.pages import DOCS, blocks, rows, text_of, words
from reconciler.inventory.kinds import CLIENT, KINDS, PLAN, ROUTER, SETTINGS, ZONE
from reconciler.models import Weekday
from reconciler.models.base import Model
from reconciler.yamlfile import parse

pytestmark = pytest.mark.docs

PAGE = DOCS / "file-format.md"
_MARK = re.compile(r"^<!-- model: (\w+) -->\n((?:\|.*\n)+)", re.MULTILINE)
_EXAMPLES = {
    "Settings: `reconcile.yaml`": SETTINGS,
    "Router": ROUTER,
    "Zone": ZONE,
    "Plan": PLAN,
    "Client": CLIENT,
}


def _models(of: type[Model] = Model) -> dict[str, type[Model]]:
    found: dict[str, type[Model]] = {}
    for model in of.__subclasses__():
        if model.__module__.startswith("reconciler."):
            found[model.__name__] = model
        found |= _models(model)
    return found


MODELS = _models()
TABLES = dict(_MARK.findall(text_of(PAGE)))


def test_every_model_has_one_table() -> None:
    names = [match[1] for match in _MARK.finditer(text_of(PAGE))]
    assert sorted(names) == sorted(MODELS)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_keys_of_a_model_are_those_of_its_table(name: str) -> None:
    fields = MODELS[name].model_fields
    keys = [field.alias or key for key, field in fields.items()]
    documented = [words(row[0])[0] for row in rows(TABLES[name])]
    assert documented == keys


@pytest.mark.parametrize("name", sorted(MODELS))
def test_defaults_are_true(name: str) -> None:
    fields = {field.alias or key: field for key, field in MODELS[name].model_fields.items()}
    for key, _type, default, meaning, _example in rows(TABLES[name]):
        field = fields[words(key)[0]]
        if default == "see meaning":
            assert not field.is_required()
            assert re.search("Without it|Required unless", meaning), f"{name}.{key}: {meaning}"
        elif field.is_required():
            assert default == "required", f"{name}.{key}"
        else:
            expected = _written(field)
            assert default.split(",")[0] == expected, f"{name}.{key}: {default} is {expected}"


def _written(field: FieldInfo) -> str:
    """A default as a file would hold it."""
    value = field.default
    if isinstance(value, BaseModel):
        given = value.model_dump(exclude_unset=True).items()
        inner = ", ".join(f"{key}: {one}" for key, one in given)
        return f"`{{{inner}}}`" if inner else "–"
    if value is None or value == ():
        return "–"
    if value == tuple(Weekday):
        return "all"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    if isinstance(value, float):
        return f"`{value:g}s`"
    shown = value.value if isinstance(value, Enum) else value
    return f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_choice_is_named(name: str) -> None:
    fields = {field.alias or key: field for key, field in MODELS[name].model_fields.items()}
    for key, kind, *_ in rows(TABLES[name]):
        annotation = fields[words(key)[0]].annotation
        for choices in _enums(annotation):
            assert set(words(kind)) == {choice.value for choice in choices}, f"{name}.{key}"


def _enums(annotation: object) -> list[type[Enum]]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [annotation]
    return [one for part in getattr(annotation, "__args__", ()) for one in _enums(part)]


@pytest.mark.parametrize("kind", [SETTINGS, *KINDS], ids=lambda kind: kind.name)
def test_the_example_of_a_file_is_a_file(kind: object) -> None:
    """The YAML blocks are read as the program reads files; each says by its heading what it is."""
    heading = next(name for name, one in _EXAMPLES.items() if one is kind)
    text = text_of(PAGE).split(f"\n## {heading}\n", 1)[1]
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert example
    document, problems = parse(example[1].encode(), "example.yaml")
    assert not problems
    assert document
    _EXAMPLES[heading].model.model_validate(document.value)


def test_there_is_an_example_for_every_kind_of_file() -> None:
    assert len(list(blocks(PAGE, "yaml"))) == len(_EXAMPLES)
