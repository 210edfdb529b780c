# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once and runs that are killed: the ledger is as before, or whole, or refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from accounts.state import commit, done, make, run, told, validate

from reconciler.staging import Staged, write

# The command of the program, which dies as if by SIGKILL at the Nth rename.
DYING = """\
import os, sys
from pathlib import Path
from reconciler.cli import main
left, replace = [int(sys.argv[1])], Path.replace
def dying(self, target):
    left[0] -= 1
    if not left[0]:
        os._exit(9)
    return replace(self, target)
Path.replace = dying
sys.argv = ["reconcile", *sys.argv[2:]]
main()
"""


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "reconciler", "--repo", str(root), "billing", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_at(root: Path, rename: int, *arguments: str) -> int:
    command = [sys.executable, "-c", DYING, str(rename), "--repo", str(root), "billing", *arguments]
    return subprocess.run(command, capture_output=True, check=False).returncode


def contents(root: Path) -> dict[str, bytes]:
    """What readers see: files whose names begin with a dot are nobody's."""
    files = (root / "ledger").rglob("[!.]*.*")
    return {str(file.relative_to(root)): file.read_bytes() for file in files if file.is_file()}


def test_payments_at_once_are_all_kept(tmp_path: Path) -> None:
    root = make(tmp_path, "ana", "bea")
    runs = [
        start(root, "pay", who, "100", "--reference", f"R{number}", "--on", "2026-07-02")
        for number, who in enumerate(("ana", "bea", "ana"))
    ]
    for one in runs:
        _, errors = one.communicate(timeout=60)
        assert one.returncode == 0, errors
    text = (root / "ledger/payments/2026-07.csv").read_text(encoding="utf-8")
    assert [line.split(",")[4] for line in text.splitlines()] == ["reference", "R0", "R1", "R2"]


def test_issuing_at_once_gives_each_number_once(tmp_path: Path) -> None:
    root = make(tmp_path, "ana", "bea")
    runs = [start(root, "issue", "--on", "2026-06-25") for _ in range(2)]
    said = sorted(one.communicate(timeout=60)[1].strip().splitlines()[-1] for one in runs)
    assert said == ["0 invoices issued", "2 invoices issued"]
    assert validate(root).exit_code == 0


def test_a_file_that_was_made_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("from another run")
    with pytest.raises(Exception, match=r"new\.csv was changed meanwhile\. Nothing was written\."):
        write(tmp_path, [Staged("new.csv", None, b"mine")])
    assert (tmp_path / "new.csv").read_text() == "from another run"


def test_a_month_above_a_mebibyte_is_still_added_to(tmp_path: Path) -> None:
    """Files that people write are bounded; those of the ledger are not."""
    root = make(tmp_path, "ana")
    done(root, "invoice", "ana", "--on", "2026-06-21", "--line", f"{'x' * (1 << 20)}=10.00")
    done(root, "invoice", "ana", "--on", "2026-06-22", "--line", "Antena=10.00")
    assert validate(root).exit_code == 0


def test_a_killed_payment_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    root = make(tmp_path, "ana")
    paying = ("pay", "ana", "100", "--on", "2026-07-02", "--reference")
    done(root, *paying, "A")
    before = contents(root)
    assert kill_at(root, 1, *paying, "B") == 9
    assert contents(root) == before
    assert validate(root).exit_code == 0
    done(root, *paying, "B")
    assert b",B," in contents(root)["ledger/payments/2026-07.csv"]


def test_a_join_killed_between_two_files_is_refused_by_all(tmp_path: Path) -> None:
    """Never a joined invoice beside the open ones that it took over."""
    root = make(tmp_path, "ana")
    done(root, "issue", "--on", "2026-07-25")
    commit(root)
    before = contents(root)
    join = ("join", "ana", "--on", "2026-07-27")
    assert kill_at(root, 1, *join) == 9
    assert contents(root) == before
    assert kill_at(root, 2, *join) == 9
    said = told(run(root, "balance"))
    assert "ledger/credits/2026-07.jsonl:1: There is no joined invoice" in said
    (root / "ledger/credits/2026-07.jsonl").unlink()  # git restores nothing but this
    done(root, *join)
    assert validate(root).exit_code == 0


@pytest.mark.parametrize("kind", ["invoices", "credits"])
def test_the_last_line_cannot_be_edited_unseen(kind: str, tmp_path: Path) -> None:
    root = make(tmp_path, "ana")
    done(root, "issue", "--on", "2026-06-25")
    done(root, "void", "A-000001", "--on", "2026-06-30", "--reason", "wrong plan")
    file = root / f"ledger/{kind}/2026-06.jsonl"
    old, new = ("2026-07-05", "2026-09-05") if kind == "invoices" else ("wrong plan", "his wish")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert text != file.read_text(encoding="utf-8")
    said = validate(root).output
    assert f"ledger/{kind}/2026-06.jsonl:1: The line was changed after it was written" in said


def test_ledgers_from_before_there_were_hashes_stay_valid(tmp_path: Path) -> None:
    root = make(tmp_path, "ana")
    done(root, "issue", "--on", "2026-06-25")
    file = root / "ledger/invoices/2026-06.jsonl"
    value = json.loads(file.read_text(encoding="utf-8"))
    del value["hash"]
    old = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
    file.write_text(old, encoding="utf-8")
    assert validate(root).exit_code == 0
    done(root, "issue", "--on", "2026-07-25")
    assert validate(root).exit_code == 0
    (new,) = (root / "ledger/invoices/2026-07.jsonl").read_text(encoding="utf-8").splitlines()
    assert list(json.loads(new))[-2:] == ["previous", "hash"]


def test_a_period_by_hand_overlaps_no_issued_one(tmp_path: Path) -> None:
    root = make(tmp_path, "ana")
    done(root, "issue", "--on", "2026-06-25")
    by_hand = ("invoice", "ana", "--kind", "internet", "--line", "Julio=100", "--on", "2026-06-26")
    refused = run(root, *by_hand, "--period", "2026-07-15..2026-08-01")
    assert str(refused.exception) == (
        "The period 2026-07-15..2026-08-01 overlaps 2026-07-01..2026-08-01 of"
        " ana/internet/internet/2026-07-01 (ledger/invoices/2026-06.jsonl:1)."
        " Take days that it leaves free, or void it first."
    )
    assert run(root, *by_hand, "--period", "2026-06-15..2026-07-02").exit_code == 1
    done(root, *by_hand, "--period", "2026-06-15..2026-07-01")
    done(root, "void", "A-000001", "--on", "2026-06-27")
    done(root, *by_hand[:-1], "2026-06-28", "--period", "2026-07-15..2026-08-01")
    assert validate(root).exit_code == 0
