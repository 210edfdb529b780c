# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines that `init` writes, as files: their schemas, their shell, what they may do."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from reconciler.scaffold import PIPELINES, Answers, scaffold

TOOLS = Path(sys.executable).parent
SHELLCHECK = shutil.which("shellcheck", path=TOOLS) or shutil.which("shellcheck")
ACTIONLINT = shutil.which("actionlint")
SYSTEMD_ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture(scope="module", params=["es", "en"])
def files(request: pytest.FixtureRequest) -> dict[str, str]:
    answers = Answers(lang=request.param, company='"Ñ" ${{ github.token }}', router="0-rb")
    return scaffold(answers, list(PIPELINES), date(2026, 11, 22))


@pytest.fixture
def folder(files: dict[str, str], tmp_path: Path) -> Path:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def workflows(files: dict[str, str]) -> dict[str, Any]:
    return {
        name: yaml.safe_load(text)
        for name, text in files.items()
        if name.startswith(".github/workflows/")
    }


def scripts(files: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every piece of shell: where it is from, and its text with the line of its shell."""
    for name, content in workflows(files).items():
        for job, each in content["jobs"].items():
            for step in each["steps"]:
                if "run" in step:
                    yield f"{name} {job}", f"#!/bin/bash\n{step['run']}"
    action = yaml.safe_load(files[".github/actions/reconcile/action.yml"])
    yield "action", f"#!/bin/bash\n{action['runs']['steps'][0]['run']}"
    pipeline = yaml.safe_load(files[".gitlab-ci.yml"])
    for job, each in [
        *pipeline.items(),
        ("default", {"script": pipeline["default"]["before_script"]}),
    ]:
        if isinstance(each, dict) and "script" in each:
            yield f"gitlab {job}", "#!/bin/bash\n" + "\n".join(each["script"])
    for name, text in files.items():
        if name.endswith(".sh"):
            yield name, text


def test_they_fit_the_schemas_of_their_forges(files: dict[str, str]) -> None:
    kinds = {
        r"\.github/workflows/.*": "github-workflows",
        r"\.github/actions/.*": "github-actions",
        r"\.gitlab-ci\.yml": "gitlab-ci",
    }
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    checked = 0
    for pattern, schema in kinds.items():
        validator = Draft7Validator(json.loads((vendored / f"{schema}.json").read_text()))
        for name in filter(re.compile(pattern).fullmatch, files):
            # YAML 1.2, where the key `on` is a word.
            content = YAML(typ="safe").load(files[name])
            assert [error.message for error in validator.iter_errors(content)] == [], name
            checked += 1
    assert checked == 4 + 1 + 1


@pytest.mark.skipif(ACTIONLINT is None, reason="actionlint is not installed")
def test_actionlint_has_nothing_to_say(folder: Path) -> None:
    assert ACTIONLINT is not None
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    done = subprocess.run([ACTIONLINT], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say(files: dict[str, str], tmp_path: Path) -> None:
    assert SHELLCHECK is not None
    paths = []
    for at, (_, text) in enumerate(scripts(files)):
        paths.append(tmp_path / f"{at}.sh")
        paths[-1].write_text(text, encoding="utf-8")
    assert len(paths) == 6 + 1 + 7 + 3
    done = subprocess.run([SHELLCHECK, *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nothing_of_a_forge_is_put_into_shell(files: dict[str, str]) -> None:
    """What a title or a branch says would be run."""
    for where, text in scripts(files):
        assert "${{" not in text, where


def test_actions_are_pinned_and_jobs_may_do_little(files: dict[str, str]) -> None:
    for name, content in workflows(files).items():
        assert content["permissions"] == {}, name
        assert content["concurrency"], name
        for job, each in content["jobs"].items():
            assert each["timeout-minutes"] <= 60
            assert each["permissions"]["contents"] == ("write" if job == "propose" else "read")
            used = [step["uses"] for step in each["steps"] if "uses" in step]
            assert all(re.fullmatch(r"\./\S+|[\w/-]+@[0-9a-f]{40}", one) for one in used)
            checkout = each["steps"][0]["with"]
            assert checkout["persist-credentials"] is False
            text = yaml.safe_dump(each)
            needs_routers = "secrets.RECONCILE_KEY" in text
            assert needs_routers == ("self-hosted" in each["runs-on"]), job
            assert needs_routers == ("secrets.ROUTER_0_RB_PASSWORD" in text), job
    assert workflows(files)[".github/workflows/apply.yml"]["jobs"]["apply"]["environment"]


@pytest.mark.skipif(SYSTEMD_ANALYZE is None, reason="systemd is not installed")
def test_systemd_accepts_the_units(folder: Path) -> None:
    assert SYSTEMD_ANALYZE is not None
    units = sorted((folder / "deploy/systemd").iterdir())
    assert len(units) == 6
    for unit in units:
        text = unit.read_text(encoding="utf-8").replace("/srv/reconcile/repo", str(folder))
        unit.write_text(text, encoding="utf-8")
    for script in folder.glob("deploy/*.sh"):
        script.chmod(0o755)
    done = subprocess.run(
        [SYSTEMD_ANALYZE, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    said = [
        line for line in done.stderr.splitlines() if str(folder) in line or "reconcile-" in line
    ]
    assert said == []
    calendars = [
        line.partition("=")[2]
        for unit in units
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("OnCalendar=")
    ]
    assert len(calendars) == 2
    subprocess.run([SYSTEMD_ANALYZE, "calendar", *calendars], capture_output=True, check=True)


def test_schedules_are_in_the_hours_of_the_company(files: dict[str, str]) -> None:
    """GitHub counts in UTC; 11:17 in Mexico City is 17:17."""
    billing = yaml.safe_load(files[".github/workflows/billing.yml"])
    # YAML 1.1, which PyYAML reads, takes `on` for true.
    assert billing[True]["schedule"] == [{"cron": "17 17 * * *"}]
    assert (
        "OnCalendar=*-*-* 11:17 America/Mexico_City"
        in files["deploy/systemd/reconcile-billing.timer"]
    )
