# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems in four forms; nothing that a file holds can speak to a terminal or a CI system."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reconciler.cli.context import Repo
from reconciler.cli.validate import validate
from reconciler.errors import Problem, Severity, Where
from reconciler.report import ReportFormat, count, render

# Through importlib, for its type stubs are a package of their own.
Draft202012Validator: Any = import_module("jsonschema").Draft202012Validator

PROBLEMS = [
    Problem(
        "no-such-zone", "There is no zone `x`.", "Did you mean `y`?", Where("a/b, c:1.yaml", 7)
    ),
    Problem("no-effect", "100% \r\n::error::forged \x1b[31m", severity=Severity.WARNING),
    Problem("conflict", "Held by another.", router="rb-norte"),
]


def test_text() -> None:
    assert render(PROBLEMS, ReportFormat.TEXT, "1 router") == (
        "a/b, c:1.yaml:7: There is no zone `x`. Did you mean `y`?\n"
        "warning: 100% \\r\\n::error::forged \\x1b[31m\n"
        "rb-norte: Held by another.\n"
        "\n"
        "2 errors, 1 warning: 1 router\n"
    )


def test_json_has_every_key_and_null_for_what_is_absent() -> None:
    made = json.loads(render(PROBLEMS, ReportFormat.JSON))
    keys = ["severity", "code", "file", "line", "router", "message", "hint"]
    assert [list(problem) for problem in made["problems"]] == [keys] * 3
    assert list(made["problems"][0].values()) == [
        "error", "no-such-zone", "a/b, c:1.yaml", 7, None,
        "There is no zone `x`.", "Did you mean `y`?",
    ]  # fmt: skip
    assert made["problems"][2]["router"] == "rb-norte"
    assert made["problems"][2]["file"] is None


def test_github_annotations_are_one_line_each_and_escaped() -> None:
    assert render(PROBLEMS, ReportFormat.GITHUB).splitlines() == [
        "::error title=no-such-zone,file=a/b%2C c%3A1.yaml,line=7::"
        "There is no zone `x`. Did you mean `y`?",
        "::warning title=no-effect::100%25 %0D%0A::error::forged \\x1b[31m",
        "::error title=conflict::rb-norte: Held by another.",
    ]


def test_sarif() -> None:
    (run,) = json.loads(render(PROBLEMS, ReportFormat.SARIF))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == sorted(
        problem.code for problem in PROBLEMS
    )
    first, second, _ = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "a/b%2C%20c%3A1.yaml"},
        "region": {"startLine": 7},
    }
    assert (first["level"], second["level"]) == ("error", "warning")
    assert "locations" not in second


def test_sarif_keeps_to_the_parts_of_the_standard_it_uses() -> None:
    """The requirements of SARIF 2.1.0 (sections 3.13, 3.14, 3.27, 3.28) for what is written."""
    text = {"type": "object", "required": ["text"]}
    result = {
        "type": "object",
        "required": ["message", "ruleId", "level"],
        "properties": {"message": text, "level": {"enum": ["none", "note", "warning", "error"]}},
    }
    driver = {"type": "object", "required": ["name"]}
    run = {
        "required": ["tool", "results"],
        "properties": {
            "tool": {"required": ["driver"], "properties": {"driver": driver}},
            "results": {"type": "array", "items": result},
        },
    }
    log = {"required": ["version", "runs"], "properties": {"version": {"const": "2.1.0"}}}
    made = json.loads(render(PROBLEMS, ReportFormat.SARIF))
    Draft202012Validator(log).validate(made)
    Draft202012Validator(run).validate(made["runs"][0])


@pytest.mark.parametrize("form", ReportFormat)
def test_no_form_lets_an_escape_character_out(form: ReportFormat) -> None:
    assert "\x1b" not in render(PROBLEMS, form)


def test_count() -> None:
    assert count([]) == "no problems"
    assert count(PROBLEMS[:1]) == "1 error"
    assert count(PROBLEMS) == "2 errors, 1 warning"


@pytest.mark.parametrize(("zone", "status"), [("norte", 0), ("sur", 1)])
def test_the_command_in_every_form(tmp_path: Path, zone: str, status: int) -> None:
    files = {
        "reconcile.yaml": "format: 1\n",
        "inventory/zones/norte.yaml": "id: norte\nrouter: r\n",
        "inventory/routers/r.yaml": "id: r\nhost: h\nusername: u\npassword: {env: P}\n",
        "inventory/clients/ana.yaml": f"id: ana\nname: Ana\nzone: {zone}\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    results = {
        form: CliRunner().invoke(validate, ["--format", form.value], obj=Repo(tmp_path))
        for form in ReportFormat
    }
    assert {result.exit_code for result in results.values()} == {status}
    assert all(result.stderr == "" for result in results.values())
    problems = json.loads(results[ReportFormat.JSON].stdout)["problems"]
    assert len(problems) == status
    assert len(results[ReportFormat.GITHUB].stdout.splitlines()) == status
    assert len(json.loads(results[ReportFormat.SARIF].stdout)["runs"][0]["results"]) == status
