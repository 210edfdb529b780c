# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schemas (draft 2020-12) of what the program says: plans, problems, events of an apply.

`python -m reconciler.outputs` writes them to `schemas/`. What is added later breaks no reader, so
further keys are allowed. Imports events and plans.
"""

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from reconciler.outputs.events import ApplyEvent
from reconciler.outputs.plans import PlanOutput, ValidateOutput

OUTPUTS: dict[str, TypeAdapter[Any]] = {
    "plan-output": TypeAdapter(PlanOutput),
    "validate-output": TypeAdapter(ValidateOutput),
    "apply-event": TypeAdapter(ApplyEvent),
}


def schema(name: str) -> dict[str, Any]:
    """The schema of one output."""
    made = OUTPUTS[name].json_schema()
    for part in (made, *made.get("$defs", {}).values()):
        part.pop("title", None)
        for field in part.get("properties", {}).values():
            field.pop("title", None)
            field.pop("default", None)  # what is left out has no value at all
    title = f"reconcile {name.replace('-', ' ')}"
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": title, **made}


def text(name: str) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"
