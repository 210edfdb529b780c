# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of problems as text, JSON, GitHub annotations, GitLab code quality or SARIF 2.1.0.

Texts of files may be made to fool a terminal or a log, so nothing leaves here unescaped.
Imports of the project: errors, wording.
"""

import hashlib
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.errors import Problem, Where
from reconciler.wording import counted, printable


class ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"
    GITLAB = "gitlab"


def render(problems: Sequence[Problem], form: ReportFormat, summary: str = "") -> str:
    """The problems in one of the forms, ending with a newline; `summary` closes the text form."""
    match form:
        case ReportFormat.TEXT:
            return _text(problems, summary)
        case ReportFormat.JSON:
            return _json({"problems": [problem_data(problem) for problem in problems]})
        case ReportFormat.GITHUB:
            return "".join(_annotation(problem) + "\n" for problem in problems)
        case ReportFormat.SARIF:
            return _json(_sarif(problems))
        case ReportFormat.GITLAB:
            return _json([_issue(problem) for problem in problems])


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem as the JSON of plan and validate has it; what is absent is null."""
    return {
        "severity": problem.severity.value,
        "code": problem.code,
        "file": problem.where.file if problem.where else None,
        "line": problem.where.line if problem.where else None,
        "router": problem.router,
        "message": problem.message,
        "hint": problem.hint,
    }


def count(problems: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`, or `no problems`."""
    errors = sum(problem.is_error for problem in problems)
    parts = [
        counted(number, word)
        for number, word in ((errors, "error"), (len(problems) - errors, "warning"))
        if number
    ]
    return ", ".join(parts) or "no problems"


def _text(problems: Sequence[Problem], summary: str) -> str:
    lines = [printable(str(problem)) for problem in problems]
    closing = f"{count(problems)}: {summary}" if summary else count(problems)
    return "\n".join([*lines, *([""] if lines else []), closing]) + "\n"


def _json(data: object) -> str:
    # Anything that is not ASCII is escaped: a name of a file may hold what UTF-8 cannot.
    return json.dumps(data, indent=2) + "\n"


def _annotation(problem: Problem) -> str:
    """A workflow command: % and line ends are escaped, in properties `:` and `,` too."""
    properties = {"title": problem.code}
    if problem.where is not None:
        properties["file"] = problem.where.file
        if problem.where.line is not None:
            properties["line"] = str(problem.where.line)
    listed = ",".join(
        f"{key}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}"
        for key, value in properties.items()
    )
    text = _sentence(problem)
    return f"::{problem.severity.value} {listed}::{_escaped(text)}"


def _sentence(problem: Problem) -> str:
    """What stands beside a place that is told otherwise; a router has no other place."""
    parts = [f"{problem.router}:" if problem.router else None, problem.message, problem.hint]
    return " ".join(part for part in parts if part)


def _issue(problem: Problem) -> dict[str, Any]:
    """What GitLab reads of a Code Climate issue (docs.gitlab.com/ci/testing/code_quality).

    `fingerprint` is what makes it the same finding on two branches, so it leaves out the line.
    """
    text = _sentence(problem)
    where = problem.where or Where("reconcile.yaml")
    same = f"{problem.code}\0{where.file}\0{text}".encode(errors="replace")
    return {
        "check_name": problem.code,
        "description": printable(text),
        "severity": "major" if problem.is_error else "minor",
        "fingerprint": hashlib.sha256(same).hexdigest(),
        "location": {"path": where.file, "lines": {"begin": where.line or 1}},
    }


def _escaped(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    driver = {
        "name": "reconcile",
        "version": __version__,
        "rules": [{"id": code} for code in sorted({problem.code for problem in problems})],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem) for problem in problems],
            }
        ],
    }


def _result(problem: Problem) -> dict[str, Any]:
    text = _sentence(problem)
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "level": problem.severity.value,
        "message": {"text": text},
    }
    if problem.where is not None:
        uri = quote(problem.where.file.encode(errors="surrogateescape"))
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
        if problem.where.line is not None:
            physical["region"] = {"startLine": problem.where.line}
        result["locations"] = [{"physicalLocation": physical}]
    return result
