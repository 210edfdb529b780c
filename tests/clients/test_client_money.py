# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client owes, where the office looks at the client."""

import json
from pathlib import Path

import pytest
from end_to_end.world import KEY, Ran, copy_example, git, run_cli

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


def test_the_list_shows_balances_where_they_are_asked_for(repo: Path) -> None:
    columns = ("--columns", "id,balance,credit", "--format", "json")
    listed = json.loads(run(repo, "client", "list", *columns).out)
    told = json.loads(run(repo, "billing", "balance", "--format", "json").out)
    money = {one["client"]: one for one in told}
    assert any(one["balance"] != "0.00" for one in listed)
    assert listed == [
        {
            "id": one["id"],
            "balance": money[one["id"]]["balance"],
            "credit": money[one["id"]]["credit"],
        }
        for one in listed
    ]


def open_invoices(repo: Path, client: str, *day: str) -> list[dict[str, str]]:
    asked = ("billing", "invoices", *day, "--client", client, "--format", "json")
    return [one for one in json.loads(run(repo, *asked).out) if one["open"] != "0.00"]


def issued(repo: Path, client: str) -> list[dict[str, str]]:
    ran = run(repo, "billing", "issue", *DAY)
    assert ran.code == 0, ran.err
    return open_invoices(repo, client, *DAY)


def test_who_leaves_may_have_the_open_invoices_voided(repo: Path) -> None:
    unpaid = issued(repo, "luis-mora")
    assert unpaid
    ran = run(repo, "client", "cancel", "luis-mora", "--void-invoices", *DAY)
    assert ran.code == 0, ran.err
    for one in unpaid:
        assert f"void {one['number']} of luis-mora: {one['open']} open" in ran.err
    assert "made ledger/credits/2026-11.jsonl" in ran.err
    assert issued(repo, "luis-mora") == []
    assert run(repo, "validate").code == 0


def test_voiding_writes_nothing_in_a_dry_run_or_on_a_branch(repo: Path) -> None:
    issued(repo, "luis-mora")
    credits_file = repo / "ledger/credits/2026-11.jsonl"
    before = credits_file.read_bytes() if credits_file.exists() else None
    leaving = ("client", "cancel", "luis-mora", "--void-invoices", *DAY)
    assert run(repo, *leaving, "--dry-run").code == 0
    git(repo, "init", "--quiet", "--initial-branch", "leaving")
    ran = run(repo, *leaving)
    assert ran.code == 1
    assert "--allow-branch" in ran.err
    assert (credits_file.read_bytes() if credits_file.exists() else None) == before
    client = repo / "inventory/clients/norte/luis-mora.yaml"
    assert "status: active" in client.read_text(encoding="utf-8")
    assert run(repo, *leaving, "--allow-branch").code == 0
    assert credits_file.exists()


def test_a_draft_cannot_be_voided_and_is_named(repo: Path) -> None:
    ran = run(repo, "client", "cancel", "luis-mora", "--void-invoices", *DAY)
    assert ran.code == 0
    assert "luis-mora/internet/internet/2026-11-01 is not issued yet and stands" in ran.err


def test_who_keeps_a_service_keeps_its_invoices(repo: Path) -> None:
    [first, second] = [
        one["service"]
        for one in json.loads(run(repo, "client", "list", "--format", "json", "--columns",
                                  "id,service").out)
        if one["id"] == "taller-el-perico"
    ]  # fmt: skip
    month = ("--on", "2027-02-20")
    assert run(repo, "billing", "issue", *month).code == 0
    open_before = [one["id"] for one in open_invoices(repo, "taller-el-perico", *month)]
    assert {name.split("/")[1] for name in open_before} == {first, second}
    leaving = ("client", "cancel", "taller-el-perico", "--service", second, "--void-invoices")
    assert run(repo, *leaving, *month).code == 0
    left = [one["id"] for one in open_invoices(repo, "taller-el-perico", *month)]
    assert left == [name for name in open_before if name.split("/")[1] == first]
