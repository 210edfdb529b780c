# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts that a server with systemd or cron runs, in a clone of the company's repository."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipelines.jobs import Company, company
from pipelines.test_jobs import rate, turn_a_knob


@pytest.fixture
def server(tmp_path: Path, program: Path) -> Iterator[Company]:
    with company(tmp_path, program, "systemd") as one:
        yield one


def run(one: Company, clone: Path, script: str) -> tuple[int, str]:
    done = subprocess.run(
        [clone / "deploy" / script],
        env=one.environ() | one.secrets,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_what_is_on_the_main_branch_is_applied_and_looked_after(server: Company) -> None:
    clone = server.clone("main")
    plan = server.root / "plans/home-10.yaml"
    text = plan.read_text(encoding="utf-8").replace("download: 10M", "download: 12M")
    plan.write_text(text, encoding="utf-8")
    server.save("faster")
    code, said = run(server, clone, "apply.sh")
    assert code == 0, said
    assert rate(server) == "2M/12M"
    assert run(server, clone, "drift.sh")[0] == 0
    turn_a_knob(server, "1k/1k")
    code, said = run(server, clone, "drift.sh")
    assert code == 2, said
    assert run(server, clone, "apply.sh")[0] == 0
    assert rate(server) == "2M/12M"


def test_invoices_and_cuts_are_proposed_as_branches(server: Company) -> None:
    clone = server.clone("main")
    before = server.git("rev-parse", "HEAD", cwd=clone)
    code, said = run(server, clone, "billing.sh")
    assert code == 0, said
    assert "ana-lopez/internet/internet/2027-01-01" in said
    server.git("fetch", "--quiet", "origin")
    changed = server.git("diff", "--name-only", "main", "origin/billing/invoices")
    assert changed.startswith("ledger/invoices/")
    assert "billing/cuts" not in server.git("branch", "--remotes")
    # The clone that apply and drift read is where it was, and no work tree is left behind.
    assert server.git("status", "--porcelain", "--branch", cwd=clone) == "## main...origin/main"
    assert server.git("rev-parse", "HEAD", cwd=clone) == before
    assert len(server.git("worktree", "list", cwd=clone).splitlines()) == 1
    # Merged, there is nothing to do any more, and the branch of the proposal goes.
    server.git("merge", "--quiet", "--ff-only", "origin/billing/invoices")
    server.git("push", "--quiet", "origin", "main")
    assert run(server, clone, "billing.sh")[0] == 0
    server.git("fetch", "--quiet", "--prune", "origin")
    assert "billing/" not in server.git("branch", "--remotes")
