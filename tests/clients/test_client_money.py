# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client owes, where the office looks at the client."""

import json
from pathlib import Path

import pytest
from end_to_end.world import KEY, Ran, copy_example, run_cli

DAY = ("--on", "2026-11-21")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    copy_example(tmp_path / "repo")
    return tmp_path / "repo"


def run(repo: Path, *arguments: str) -> Ran:
    return run_cli("--repo", str(repo), *arguments, environ={"RECONCILE_KEY": KEY})


def test_show_tells_the_balance(repo: Path) -> None:
    shown = json.loads(
        run(repo, "client", "show", "luis-mora", "--offline", "--format", "json").out
    )
    told = json.loads(
        run(repo, "billing", "balance", "--client", "luis-mora", "--format", "json").out
    )
    assert [shown["balance"]] == told
    ran = run(repo, "client", "show", "luis-mora", "--offline")
    assert f"{told[0]['open']} open on" in ran.out


def test_show_goes_on_with_a_broken_ledger(repo: Path) -> None:
    [*_, payments] = sorted((repo / "ledger/payments").glob("*.csv"))
    payments.write_text(payments.read_text() + "not,a,payment\n")
    ran = run(repo, "client", "show", "luis-mora", "--offline")
    assert ran.code == 0
    assert "not known: the ledger has problems" in ran.out


def test_who_comes_back_with_a_debt_is_named(repo: Path) -> None:
    assert run(repo, "client", "cancel", "luis-mora", *DAY).code == 0
    ran = run(repo, "client", "return", "luis-mora", *DAY)
    assert ran.code == 0
    assert "luis-mora owes" in ran.err
    assert "take the payment, or join them" in ran.err


def test_who_owes_nothing_is_not_warned(repo: Path) -> None:
    assert run(repo, "client", "cancel", "ana-lopez", *DAY).code == 0
    assert "owes" not in run(repo, "client", "return", "ana-lopez", *DAY).err
