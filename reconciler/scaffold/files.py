# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a new state repository has, and their texts.

A template says `<< … >>` for a value and `<% … %>` for a condition, so that it may hold what
shells, pipelines and YAML say with braces. `t("…", "…")` takes the Spanish or the English text.
Imports answers; data, schemas, yamltext.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reconciler import __version__
from reconciler.data import schemas_dir
from reconciler.scaffold.answers import Answers
from reconciler.schemas import SCHEMAS
from reconciler.yamltext import scalar

_TEMPLATES = Path(__file__).resolve().parent / "templates"

# Template -> file; names in braces are fields of Answers, of the words of a language, or the month.
_BASE = {
    "reconcile.yaml": "reconcile.yaml",
    "router.yaml": "inventory/routers/{router}.yaml",
    "zone.yaml": "inventory/zones/{zone}.yaml",
    "client.yaml": "inventory/clients/{zone}/ana-lopez.yaml",
    "plan-pppoe.yaml": "plans/{home}-10.yaml",
    "plan-simple-queue.yaml": "plans/{business}-20.yaml",
    "plan-pcq.yaml": "plans/{community}-8.yaml",
    "plan-hotspot.yaml": "plans/plaza-3.yaml",
    "policy-sessions.yaml": "policies/few-sessions-a-run.yaml",
    "policy-weekend.yaml": "policies/no-cuts-before-the-weekend.yaml",
    "payments.csv": "ledger/payments/{month}.csv",
    "README.{lang}.md": "README.md",
    "CODEOWNERS": "CODEOWNERS",
    "gitignore": ".gitignore",
    "gitattributes": ".gitattributes",
    "env.example": ".env.example",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "requirements.txt": "requirements.txt",
}
PIPELINES = {
    "github": {
        "github/action.yml": ".github/actions/reconcile/action.yml",
        "github/actionlint.yaml": ".github/actionlint.yaml",
        "github/pull-request.yml": ".github/workflows/pull-request.yml",
        "github/apply.yml": ".github/workflows/apply.yml",
        "github/drift.yml": ".github/workflows/drift.yml",
        "github/billing.yml": ".github/workflows/billing.yml",
    },
    "gitlab": {"gitlab/gitlab-ci.yml": ".gitlab-ci.yml"},
    "systemd": {
        **{f"systemd/{job}.sh": f"deploy/{job}.sh" for job in ("apply", "drift", "billing")},
        "systemd/crontab": "deploy/crontab",
        **{
            f"systemd/reconcile-{job}.{kind}": f"deploy/systemd/reconcile-{job}.{kind}"
            for job in ("apply", "drift", "billing")
            for kind in ("service", "timer")
        },
    },
}
"""What runs pipelines -> its templates and their files."""

_GUIDE = {"PIPELINES.{lang}.md": "PIPELINES.md"}
# Third parties' actions by commit, for a tag can be moved.
_ACTIONS = {
    "checkout": "actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8  # v6.0.1",
    "upload": "actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f  # v6.0.0",
}
_MINUTE = 17
"""Of the hour at which schedules run: at the full hour everybody's do, and some are left out."""

_WORDS = {
    "es": {"home": "hogar", "business": "negocio", "community": "comunidad"},
    "en": {"home": "home", "business": "business", "community": "community"},
}


def scaffold(answers: Answers, pipelines: Iterable[str], today: date) -> dict[str, str]:
    """Path -> text of every file; `reconcile.yaml`, which marks a repository, is the first.

    Raises UsageError where the network cannot hold the example.
    """
    pipelines = list(dict.fromkeys(pipelines))
    words = _WORDS[answers.lang]
    names = {
        "lang": answers.lang,
        "router": answers.router,
        "zone": answers.zone,
        "month": f"{today:%Y-%m}",
        **words,
    }
    environment = _environment(answers.lang)
    values = {
        "a": answers,
        "pipelines": pipelines,
        "today": today,
        "version": __version__,
        "minute": _MINUTE,
        **words,
        **_ACTIONS,
    }
    tables = [_BASE, *([_GUIDE] if pipelines else []), *(PIPELINES[one] for one in pipelines)]
    files = {
        file.format(**names): environment.get_template(template.format(**names)).render(values)
        for table in tables
        for template, file in table.items()
    }
    for kind in SCHEMAS:
        path = schemas_dir() / f"{kind}.schema.json"
        files[f"schemas/{path.name}"] = path.read_text(encoding="utf-8")
    return files


def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # YAML, shell and markdown; what people say goes through `yaml`
    )
    environment.filters["yaml"] = scalar
    environment.globals["t"] = lambda spanish, english: spanish if lang == "es" else english
    return environment
