# SPDX-License-Identifier: GPL-3.0-or-later
"""A state repository on disk with git, for tests of what billing does to files and branches."""

import os
import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from reconciler.cli import cli

SETTINGS = "format: 1\ncurrency: MXN\ntimezone: America/Mexico_City\nlocale: es_MX\n"
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
  reconnection_fee: {amount: "80.00"}
taxes: {name: IVA, rate: "16", included: true}
"""
CLIENT = """\
id: {name}
name: {name}
zone: norte
contact: {{phone: "+52 555 111 22{host:02}", tax_id: LOGA9001{host:02}AAA}}
services:
  - plan: p10
    status: active
    since: 2026-01-01
    address: 10.0.0.{host}
"""


def make(root: Path, *names: str) -> Path:
    """A zone with these clients at 350.00 a month, committed on main."""
    files = {
        "reconcile.yaml": SETTINGS,
        "inventory/routers/rb.yaml": (
            "id: rb\nhost: 127.0.0.1\nusername: u\npassword: {env: RB}\nblock_rules: false\n"
        ),
        "inventory/zones/norte.yaml": ZONE,
        "plans/p10.yaml": (
            "id: p10\nmode: simple-queue\ndownload: 10M\nupload: 2M\nprice: '350.00'\n"
        ),
    }
    for host, name in enumerate(names, 2):
        files[f"inventory/clients/{name}.yaml"] = CLIENT.format(name=name, host=host)
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    git(root, "init", "-q", "-b", "main", ".")
    git(root, "config", "user.name", "Test")
    git(root, "config", "user.email", "test@example.com")
    commit(root)
    return root


def git(root: Path, *arguments: str, check: bool = True, **environ: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        capture_output=True, check=False, text=True, env={**os.environ, **environ},
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


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


def told(result: Result) -> str:
    """All that a user would be told: output, and the error that ends the program."""
    return result.output + ("" if result.exception is None else str(result.exception))


def validate(root: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["--repo", str(root), "validate", *options])
