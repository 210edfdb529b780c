# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad ledgers: each file of ledgers/ says what is wrong with a sound one, and what a user is told.

A case begins with a sound ledger of four invoices, two credits and three payments. `put` replaces
whole files (`hex` as bytes), `replace` parts of lines, `drop` and `swap` lines by number,
`cut_hash` the hash of a line.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from accounts.town import client, credit, day, town
from click.testing import CliRunner

from billing.books.bill import bill
from billing.ledger.chain import digest
from billing.ledger.loading import load_ledger
from billing.ledger.writing import drafts_of, issue_lines
from billing.money import Rounding
from reconciler.cli import cli
from reconciler.inventory import Inventory

CASES = sorted((Path(__file__).parent / "ledgers").glob("*.yaml"))
MONEY = Rounding(2)
PAYMENTS = """\
date,client,amount,method,reference,invoice,note
2026-07-01,ana,350.00,oxxo,R-1,,
2026-07-02,bea,100.00,cash,R-2,bea/internet/internet/2026-07-01,
2026-07-03,bea,-100.00,cash,R-2,,returned
"""


def inventory() -> Inventory:
    services = [{"since": "2026-07-01"}]
    other = [{"since": "2026-07-01", "address": "10.0.0.3"}]
    return town(client(services=services), client("bea", services=other, former_ids=["beatriz"]))


def sound(root: Path) -> None:
    """Writes the ledger that every case spoils."""
    here = inventory()
    for folder in ("payments", "invoices", "credits"):
        (root / "ledger" / folder).mkdir(parents=True)
    (root / "ledger/payments/2026-07.csv").write_text(PAYMENTS, encoding="utf-8")
    for on in ("2026-07-10", "2026-08-10"):
        ledger, problems = load_ledger(root, here)
        assert not problems
        done = issue_lines(drafts_of(bill(here, ledger, day(on))), ledger, day(on), "A", MONEY)
        for file, lines in done.lines.items():
            (root / file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    previous = None
    lines = []
    for kind, invoice, amount in (
        ("void", "bea/internet/internet/2026-07-01", "350.00"),
        ("credit", "ana/internet/internet/2026-08-01", "50.00"),
    ):
        made = credit("2026-08-12", kind, invoice, amount)
        value = {
            "id": made.id, "date": "2026-08-12", "kind": kind, "invoice": invoice,
            "amount": amount, "into": None, "reason": None, "previous": digest(previous),
        }  # fmt: skip
        previous = json.dumps(value)
        lines.append(previous + "\n")
    (root / "ledger/credits/2026-08.jsonl").write_text("".join(lines), encoding="utf-8")


def spoil(root: Path, case: dict[str, Any]) -> None:
    for file, text in case.get("put", {}).items():
        (root / file).write_text(text, encoding="utf-8")
    for file, text in case.get("hex", {}).items():
        (root / file).write_bytes(bytes.fromhex(text))
    for file, pairs in case.get("replace", {}).items():
        path = root / file
        for old, new in pairs:
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{file} does not hold {old}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for file, rows in case.get("drop", {}).items():
        path = root / file
        kept = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text(
            "".join(x for i, x in enumerate(kept, 1) if i not in rows), encoding="utf-8"
        )
    for file, (one, other) in case.get("swap", {}).items():
        path = root / file
        kept = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept[one - 1], kept[other - 1] = kept[other - 1], kept[one - 1]
        path.write_text("".join(kept), encoding="utf-8")
    for file, row in case.get("cut_hash", {}).items():
        path = root / file
        kept = path.read_text(encoding="utf-8").splitlines()
        kept[row - 1] = kept[row - 1].partition(',"hash"')[0] + "}"
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    for old, new in case.get("rename", {}).items():
        (root / old).rename(root / new)


def test_the_ledger_that_is_spoilt_is_sound(tmp_path: Path) -> None:
    sound(tmp_path)
    ledger, problems = load_ledger(tmp_path, inventory())
    assert not problems
    assert (len(ledger.invoices), len(ledger.credits), len(ledger.payments)) == (4, 2, 2)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_bad_ledger_is_told_exactly(file: Path, tmp_path: Path) -> None:
    case = yaml.safe_load(file.read_text(encoding="utf-8"))
    sound(tmp_path)
    spoil(tmp_path, case)
    _, problems = load_ledger(tmp_path, inventory())
    assert [f"{one.code}: {one}" for one in problems] == case["expect"]


def test_there_are_many() -> None:
    assert len(CASES) >= 40


def test_nothing_is_computed_with_a_broken_ledger(tmp_path: Path) -> None:
    """Every command stops with all problems, and the files stay as they are."""
    repository = tmp_path / "repo"
    (repository / "ledger/payments").mkdir(parents=True)
    (repository / "reconcile.yaml").write_text("format: 1\ncurrency: MXN\ntimezone: UTC\n")
    payments = repository / "ledger/payments/2026-07.csv"
    payments.write_text("date,client,amount,method,reference,invoice,note\n2026-07-01,x,1,a,b,,\n")
    before = payments.read_bytes()
    for command in ("invoices", "balance", "cuts", "notices", "issue"):
        done = CliRunner().invoke(
            cli, ["--repo", str(repository), "billing", command, "--on", "2026-07-31"]
        )
        assert "There is no client `x`." in str(done.exception), command
    assert payments.read_bytes() == before
    assert not (repository / "ledger/invoices").exists()
