# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients billed slice by slice, on several cores, come out to the byte as all of them at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from accounts.state import done, git, make, run
from hypothesis import given
from hypothesis import strategies as st

from billing.cli import slices
from billing.jsontext import items_text, json_text, list_text

ROOT = Path(__file__).resolve().parents[2]
NAMES = [f"c{number:02}" for number in range(11)]
COMMANDS = [
    ["invoices", "--format", "json"],
    ["invoices", "--format", "csv"],
    ["invoices"],
    ["invoices", "--status", "void", "--format", "json"],
    ["cuts", "--format", "json"],
    ["cuts"],
    ["notices", "--format", "json"],
    ["balance", "--format", "json"],
    ["issue", "--dry-run", "--format", "json"],
    ["cuts", "--write", "--dry-run", "--yes", "--allow-cuts", "11"],
]
RECHARGE = """\
billing:
  recharge: true
  own: {timing: prepaid, issue_day: 25, due_day: 1, cut_day: 5}
"""
# Runs the commands in one process and says which processes made books.
SCRIPT = """\
import json, os, sys
from click.testing import CliRunner
from billing.cli import slices
from reconciler import cores
from reconciler.cli import cli

slices.SLICE, count = int(sys.argv[2]), int(sys.argv[3])
cores.cores = lambda: count
real, said, worked = slices.drawn_up, [], set()

def noted(*given):
    with open(sys.argv[5], "a") as file:
        file.write(f"{os.getpid()}\\n")
    return real(*given)

slices.drawn_up = noted
for words in json.loads(sys.argv[4]):
    ran = CliRunner().invoke(cli, ["--repo", sys.argv[1], "billing", *words, "--on", "2026-09-05"])
    said.append([ran.exit_code, ran.stdout, ran.stderr, repr(ran.exception)])
print(json.dumps([os.getpid(), said]))
"""


def company(root: Path) -> Path:
    """Eleven clients: some pay, one too much, one twice the same, one is written by hand."""
    make(root, *NAMES)
    done(root, "issue", "--on", "2026-07-25")
    paid = "".join(
        f"2026-07-30,{name},{amount},cash,{number or ''},,\n"
        for number, (name, amount) in enumerate(zip(NAMES, ["350.00", "700.00"] * 3, strict=False))
    )
    file = root / "ledger/payments/2026-07.csv"
    file.parent.mkdir(parents=True)
    repeated = "2026-07-30,c00,350.00,cash,,,\n"
    file.write_text(f"date,client,amount,method,reference,invoice,note\n{paid}{repeated}")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "payments")
    return root


def outputs(root: Path, size: int, count: int, log: Path) -> tuple[list[list[object]], set[str]]:
    """What the commands said with slices of a size on so many cores; who made books beside it."""
    words = [str(root), str(size), str(count), json.dumps(COMMANDS), str(log)]
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        capture_output=True, text=True, timeout=120, check=True, cwd=ROOT,
    )  # fmt: skip
    own, said = json.loads(ran.stdout)
    return said, set(log.read_text().split()) - {str(own)}


def test_slices_on_two_cores_say_what_one_process_says(tmp_path: Path) -> None:
    root = company(tmp_path / "repository")
    alone, nobody = outputs(root, 10_000, 1, tmp_path / "alone.log")
    assert not nobody
    assert [one[0] for one in alone] == [0] * len(COMMANDS), alone
    shared, others = outputs(root, 2, 2, tmp_path / "shared.log")
    assert len(others) > 1
    assert shared == alone
    assert "c03" in str(alone)


def test_warnings_are_told_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "repository", "ana", "eva", "luz")
    for name in ("ana", "eva", "luz"):
        file = root / f"inventory/clients/{name}.yaml"
        file.write_text(file.read_text() + RECHARGE)
    done(root, "issue", "--on", "2026-07-25")
    file = root / "ledger/payments/2026-07.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"2026-07-29,{name},700.00,cash,{name},,\n" for name in ("luz", "ana", "eva"))
    file.write_text(f"date,client,amount,method,reference,invoice,note\n{rows}")
    whole = run(root, "invoices", "--on", "2026-09-05", "--format", "json")
    monkeypatch.setattr(slices, "SLICE", 1)
    sliced = run(root, "invoices", "--on", "2026-09-05", "--format", "json")
    assert whole.exit_code == 0, whole.output
    assert whole.stderr.count("paid on 2026-07-29") == 3
    assert (sliced.stdout, sliced.stderr) == (whole.stdout, whole.stderr)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(PLAIN)
def test_json_is_that_of_the_standard_library(data: object) -> None:
    assert json_text(data) == json.dumps(data, indent=1, ensure_ascii=False)


@given(st.lists(st.lists(PLAIN, max_size=3), max_size=4))
def test_a_list_written_in_parts_is_one_list(parts: list[list[object]]) -> None:
    whole = [one for part in parts for one in part]
    text = "".join(list_text([items_text(part) for part in parts]))
    assert text == json.dumps(whole, indent=1, ensure_ascii=False)
