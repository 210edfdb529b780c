# SPDX-License-Identifier: GPL-3.0-or-later
"""A state repository on disk with git, for tests of what billing does to files and branches."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from reconciler.cli import cli

WRITER = {
    f"GIT_{who}_{what}": "t@t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
SEVEN = ("ana", "bea", "carla", "dora", "eva", "flor", "gala")
LATE, RECONNECTION = 'late_fee: {amount: "50.00"}', 'reconnection_fee: {amount: "80.00"}'
ZONE = """\
id: norte
router: rb
addresses: [10.0.0.0/24]
billing:
  start: 2026-06-20
  issue_day: 25
  notice_day: 28
  due_day: 1
  cut_day: 5
  FEE
taxes: {name: IVA, rate: "16", included: true}
"""
CLIENT = """\
# A comment that stays.
id: {name}
name: {name}
zone: norte
services:
  - plan: p10
    status: active   # as long as it pays
    since: 2026-01-01
    address: 10.0.0.{host}
"""


def texts(*names: str, fee: str = RECONNECTION) -> dict[str, str]:
    """The files of a zone with that fee and these clients, at 350.00 a month."""
    files = {
        "reconcile.yaml": (
            "format: 1\ncurrency: MXN\ntimezone: America/Mexico_City\nlocale: es_MX\n"
        ),
        "inventory/routers/rb.yaml": (
            "id: rb\nhost: 127.0.0.1\nusername: u\npassword: {env: RB}\nblock_rules: false\n"
        ),
        "inventory/zones/norte.yaml": ZONE.replace("FEE", fee),
        "plans/p10.yaml": (
            "id: p10\nmode: simple-queue\ndownload: 10M\nupload: 2M\nprice: '350.00'\n"
        ),
    }
    for host, name in enumerate(names, 2):
        files[f"inventory/clients/{name}.yaml"] = CLIENT.format(name=name, host=host)
    return files


def make(root: Path, *names: str, fee: str = RECONNECTION) -> Path:
    """The same on disk, committed on main."""
    for file, text in texts(*names, fee=fee).items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    git(root, "init", "-q", "-b", "main", ".")
    commit(root)
    return root


def git(root: Path, *arguments: str, check: bool = True, **environ: str) -> str:
    ran = subprocess.run(
        ["git", "-C", str(root), *arguments],
        capture_output=True, check=False, text=True, env={**os.environ, **WRITER, **environ},
    )  # fmt: skip
    assert not check or ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def commit(root: Path, message: str = "state") -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def run(root: Path, *arguments: str) -> Result:
    """A billing command."""
    return CliRunner().invoke(cli, ["--repo", str(root), "billing", *arguments])


def done(root: Path, *arguments: str) -> Result:
    """A billing command that must succeed."""
    result = run(root, *arguments)
    assert result.exit_code == 0, f"{result.output}{result.exception}"
    return result


def data(root: Path, *arguments: str) -> Any:
    """What a billing command prints for programs."""
    return json.loads(done(root, *arguments, "--format", "json").stdout)


def issue(root: Path, on: str) -> None:
    """Drafts up to a day become invoices of the ledger, committed."""
    done(root, "issue", "--on", on)
    commit(root)


def told(result: Result) -> str:
    """All that a user would be told: output, and the error that ends the program."""
    return result.output + ("" if result.exception is None else str(result.exception))


def validate(root: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["--repo", str(root), "validate", *options])
