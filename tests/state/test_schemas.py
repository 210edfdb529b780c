# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas are current, valid, describe every key and accept what people write."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.inventory.files import find_files
from reconciler.schemas import SCHEMAS, schema, text
from reconciler.yamlfile import parse

# Through importlib, for its type stubs are a package of their own.
Draft202012Validator: Any = import_module("jsonschema").Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]


def as_an_editor_reads(text_or_path: str | Path) -> Any:
    """YAML 1.2 with JSON's types: dates are text there."""
    loaded = YAML(typ="safe", pure=True).load(text_or_path)
    return json.loads(json.dumps(loaded, default=str))


def errors(name: str, data: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(data)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_current(name: str) -> None:
    written = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert written == text(name), "run `make schemas`"


@pytest.mark.parametrize("name", SCHEMAS)
def test_valid_and_every_key_described(name: str) -> None:
    made = schema(name)
    Draft202012Validator.check_schema(made)
    for part in (made, *made["$defs"].values()):
        for key, field in part.get("properties", {}).items():
            assert field.get("description"), key
        if "properties" in part:
            assert part["additionalProperties"] is False


def test_the_example_repository_is_accepted() -> None:
    found, _ = find_files(ROOT)
    assert len(found) > 10
    for one in found:
        assert errors(one.kind.name, as_an_editor_reads(ROOT / one.file)) == [], one.file
    assert errors("settings", as_an_editor_reads(ROOT / "reconcile.yaml")) == []


NATURAL = {
    "settings": ["{format: 1}", '{format: "1"}', "{format: 1, limits: {removals: '5'}}"],
    "plan": [
        "{id: p, mode: pcq, download: 10M, upload: 2000000, price: 350.00}",
        '{id: p, mode: pcq, download: "10M", upload: 2.5M, price: "350.00", priority: "8"}',
        "{id: 10, name: 123, mode: hotspot, download: 1M, upload: 1M}",
    ],
    "router": [
        f"{{id: r, host: 10.0.0.1, username: u, password: {{env: P}}, {more}}}"
        for more in (
            "port: 8729", 'port: "8729"', "tls: false", "tls: {anonymous: true}",
            "connections: always", "connections: {max: 50000}", "timeout: 10s",
            "notice: {address: 203.0.113.7, hours: 18h-21h}", "allowed: [pagos.example.com]",
        )
    ],
    "zone": [
        f"{{id: z, router: r, billing: {{issue_day: 25, due_day: 1, cut_day: 5, {more}}}}}"
        for more in (
            "start: 2026-11-01", "cut_time: 10:00", "holidays: MX", "holidays: [2026-12-25]",
            "min_debt: 0", "proration: 30", "late_fee: {percent: 5}", "cut_weekdays: [mon]",
        )
    ],
    "client": [
        f"{{id: c, name: C, zone: z, services: [{{plan: p, {more}}}]}}"
        for more in (
            "since: 2026-06-20", "mac: 02-11-22-33-44-55", "password: {derived: 1}",
            "history: [{plan: p, from: 2026-01-01, to: 2026-02-01}]", "targets: [10.0.0.8/29]",
            "wifi: {ssid: 123}", "suspended: {since: 2026-11-05, cause: debt}",
        )
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in NATURAL.items() for t in texts])
def test_natural_yaml_is_accepted_by_schema_and_model(name: str, text: str) -> None:
    assert errors(name, as_an_editor_reads(text)) == []
    document, _ = parse(text.encode(), "f")
    assert document is not None
    SCHEMAS[name].model_validate(document.value)


WRONG = {
    "settings": ["{format: 2}", "{}", "{format: 1, moneda: MXN}"],
    "plan": [
        "{id: p, mode: vlan}",
        "{id: p, mode: pcq, download: 10m}",
        "{id: p, mode: pcq, priority: 9}",
    ],
    "router": ["{id: r, host: h, username: u, password: hunter2}", "{id: r}"],
    "zone": ["{id: z, router: r, billing: {issue_day: 32, due_day: 1, cut_day: 5}}"],
    "client": ["{id: c, name: C, zone: z, services: [{plan: p, status: activ}]}"],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in WRONG.items() for t in texts])
def test_wrong_yaml_is_marked(name: str, text: str) -> None:
    assert errors(name, as_an_editor_reads(text)) != []
