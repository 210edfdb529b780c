# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schemas (draft 2020-12) of the six kinds of files, for editors, made from the models.

`python -m reconciler.schemas [DIR]` writes them to `schemas/`. An editor reads YAML 1.2, where
`350.00` is a number and `true` no text, so numbers and booleans are accepted wherever the models
take their text. Descriptions are the docstrings of the fields. Imports of the project: models.
"""

import ast
import inspect
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from reconciler.models import Client, Plan, Router, Settings, Zone
from reconciler.models.base import Model
from reconciler.models.paymentmap import PaymentMap
from reconciler.models.policy import Policy

SCHEMAS: dict[str, type[Model]] = {
    "settings": Settings,
    "router": Router,
    "zone": Zone,
    "plan": Plan,
    "client": Client,
    "payment-map": PaymentMap,
    "policy": Policy,
}
_FOLDER = Path("schemas")


def schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file."""
    made = SCHEMAS[name].model_json_schema(schema_generator=_Generator)
    for part in (made, *made.get("$defs", {}).values()):
        _describe(part)
        _forget_titles(part)
    title = f"reconcile {name}"
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": title, **_short_forms(made)}


def text(name: str) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    """Write all schemas."""
    for name in SCHEMAS:
        (folder / f"{name}.schema.json").write_text(text(name), encoding="utf-8")


class _Generator(GenerateJsonSchema):
    """Defaults are left out: Python's values of them are not what a file holds."""

    def default_schema(self, schema: Any) -> dict[str, Any]:
        inner = self.generate_inner(schema["schema"])
        # An optional key is left out rather than written as null.
        options = [option for option in inner.get("anyOf", []) if option != {"type": "null"}]
        if len(options) == 1:
            return dict(options[0])
        return {**inner, "anyOf": options} if options else inner

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


def _short_forms(made: dict[str, Any]) -> dict[str, Any]:
    """What may be written shorter than the model says: a word for a mapping, 30 without quotes."""
    if (proration := made.get("$defs", {}).get("Proration")) is not None:
        made["$defs"]["Proration"] = {"enum": [*proration["enum"], 30]}
    connections = made.get("$defs", {}).get("Connections")
    if connections is not None:
        mapping = dict(connections)
        words = made["$defs"]["ConnectionsMode"]["enum"]
        connections.clear()
        connections.update(
            {"description": mapping.pop("description"), "anyOf": [{"enum": words}, mapping]}
        )
    return made


def _describe(part: dict[str, Any]) -> None:
    """Put the docstring of each field beside it."""
    words = _docstrings().get(part.get("title", ""), {})
    for key, field in part.get("properties", {}).items():
        if key in words:
            # A sibling of $ref overrides the description of what it refers to.
            field["description"] = words[key]


def _forget_titles(part: dict[str, Any]) -> None:
    part.pop("title", None)
    for field in part.get("properties", {}).values():
        field.pop("title", None)


@cache
def _docstrings() -> dict[str, dict[str, str]]:
    """Class name to key to docstring, for every model."""
    modules = {inspect.getmodule(model) for model in _all_models(Model)}
    found: dict[str, dict[str, str]] = {}
    for module in modules:
        assert module is not None
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = _of_class(node)
    return found


def _all_models(model: type[Model]) -> set[type[Model]]:
    return {model}.union(*(_all_models(inner) for inner in model.__subclasses__()))


def _of_class(node: ast.ClassDef) -> dict[str, str]:
    words: dict[str, str] = {}
    for field, doc in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match doc:
                case ast.Expr(value=ast.Constant(value=str(said))):
                    words[_ALIASES.get(field.target.id, field.target.id)] = said
    return words


_ALIASES = {"from_": "from", "maximum": "max"}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _FOLDER)
