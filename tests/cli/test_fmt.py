# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile fmt`, `secrets check`, and the hooks that run them before a commit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from end_to_end.world import KEY, Ran, copy_example, run_cli

ROOT = Path(__file__).resolve().parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ANA = "inventory/clients/norte/ana-lopez.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    copy_example(tmp_path / "repo")
    return tmp_path / "repo"


def run(repo: Path, *arguments: str) -> Ran:
    return run_cli("--repo", str(repo), *arguments, environ={"RECONCILE_KEY": KEY})


def untidy(repo: Path) -> bytes:
    file = repo / ANA
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("id:"))
    lines.append(lines.pop(at))
    file.write_text("".join(lines), encoding="utf-8")
    return file.read_bytes()


def test_fmt_changes_what_is_untidy_and_nothing_else(repo: Path) -> None:
    before = (repo / ANA).read_bytes()
    changed = untidy(repo)
    ran = run(repo, "fmt", "--check")
    assert (ran.code, ran.out) == (1, ANA + "\n")
    assert (repo / ANA).read_bytes() == changed
    ran = run(repo, "fmt", "--diff")
    assert ran.code == 0
    assert "+id: ana-lopez" in ran.out
    assert (repo / ANA).read_bytes() == before
    assert run(repo, "fmt", "--check").code == 0


def test_fmt_of_named_files(repo: Path, tmp_path: Path) -> None:
    untidy(repo)
    assert run(repo, "fmt", str(repo / "reconcile.yaml")).out == ""
    assert run(repo, "fmt", str(repo / ANA)).out == ANA + "\n"
    elsewhere = tmp_path / "other.yaml"
    elsewhere.write_text("a: 1\n")
    assert run(repo, "fmt", str(elsewhere)).code == 64


def test_a_broken_file_is_said_and_the_others_are_formatted(repo: Path) -> None:
    broken = repo / "plans/broken.yaml"
    broken.write_text("id: [\n")
    untidy(repo)
    ran = run(repo, "fmt")
    assert ran.code == 1
    assert "plans/broken.yaml:2:" in ran.err
    assert ran.out == ANA + "\n"
    assert broken.read_text() == "id: [\n"


def test_secrets_check_finds_them_in_what_git_would_take(repo: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(repo)], check=True)
    assert run(repo, "secrets", "check").code == 0
    (repo / ".env").write_text("RECONCILE_KEY=verysecret\n")
    ran = run(repo, "secrets", "check")
    assert ran.code == 1
    assert ".env:1: A variable with a secret." in ran.out
    assert "verysecret" not in ran.out + ran.err
    (repo / ".gitignore").write_text(".env\n")
    assert run(repo, "secrets", "check").code == 0


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_every_hook_runs(hook: dict[str, object], repo: Path) -> None:
    words = str(hook["entry"]).split()
    assert words[0] == "reconcile"
    names = [] if hook.get("pass_filenames") is False else ["reconcile.yaml", ANA]
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", *words[1:], *names],
        cwd=repo, env={**os.environ, "RECONCILE_KEY": KEY, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
