# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile billing …` on a repository with git: listing, issuing, paying, cutting, explaining."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from accounts.state import CLIENT, LATE, SEVEN, commit, data, done, git, issue, make, run, validate
from beancount import loader

from reconciler.cli.context import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Seven clients of one zone, committed on main."""
    return make(tmp_path / "repo", *SEVEN, fee=LATE)


def test_invoices_as_json_have_exactly_the_keys_of_the_contract(repo: Path) -> None:
    (first, *rest) = data(repo, "invoices", "--on", "2026-06-30")
    assert len(rest) == 6
    assert first == {
        "id": "ana/internet/internet/2026-07-01",
        "number": None,
        "client": "ana",
        "service": "internet",
        "kind": "internet",
        "period": {"start": "2026-07-01", "end": "2026-08-01"},
        "issued_on": "2026-06-25",
        "due_on": "2026-07-01",
        "cut_on": "2026-07-05",
        "lines": [
            {
                "description": "p10, 2026-07-01 al 2026-07-31",
                "quantity": "1",
                "unit_price": "350.00",
                "amount": "350.00",
                "item": None,
            }
        ],
        "subtotal": "301.72",
        "tax": "48.28",
        "total": "350.00",
        "open": "350.00",
        "currency": "MXN",
        "status": "draft",
    }


def test_invoices_as_csv_and_text(repo: Path) -> None:
    result = run(repo, "invoices", "--on", "2026-06-30", "--client", "bea", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert (row["client"], row["total"], row["status"]) == ("bea", "350.00", "draft")
    text = run(repo, "invoices", "--on", "2026-06-30", "--client", "bea").stdout
    assert "bea/internet/internet/2026-07-01" in text
    assert not data(repo, "invoices", "--on", "2026-06-30", "--status", "paid")


def test_unknown_names_are_wrong_usage(repo: Path) -> None:
    result = run(repo, "invoices", "--client", "anna")
    assert "There is no client anna. Did you mean ana?" in str(result.exception)
    assert "There is no zone x." in str(run(repo, "balance", "--zone", "x").exception)
    assert (
        run(repo, "balance", "--on", "0001-01-01").exit_code == 2
    )  # click's own; main makes it 64


def test_issue_numbers_in_order_and_only_once(repo: Path) -> None:
    issue(repo, "2026-06-25")
    issue(repo, "2026-08-30")
    assert "0 invoices issued" in run(repo, "issue", "--on", "2026-08-30").output
    found = data(repo, "invoices", "--on", "2026-08-30")
    numbers = sorted((one["issued_on"], one["client"], one["number"]) for one in found)
    assert [number for _, _, number in numbers] == [f"A-{n:06d}" for n in range(1, 22)]
    lines = [
        line
        for file in sorted((repo / "ledger/invoices").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    keys = set(found[0]) - {"open", "status"} | {"recorded_on", "previous", "hash"}
    assert all(set(json.loads(line)) == keys for line in lines)
    assert sorted(one.name for one in (repo / "ledger/invoices").iterdir()) == [
        "2026-06.jsonl", "2026-08.jsonl",
    ]  # fmt: skip


def test_issue_never_goes_back_in_time(repo: Path) -> None:
    issue(repo, "2026-08-30")
    (repo / "inventory/clients/new.yaml").write_text(CLIENT.format(name="new", host=99))
    result = run(repo, "issue", "--on", "2026-07-30")
    assert "Take a later --on" in str(result.exception)


def test_numbers_are_given_on_the_main_branch_alone(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "feature")
    assert "the branch feature" in str(run(repo, "issue", "--on", "2026-06-25").exception)
    assert not (repo / "ledger").exists()
    done(repo, "issue", "--on", "2026-06-25", "--dry-run", "--allow-branch")
    assert not (repo / "ledger").exists()
    done(repo, "issue", "--on", "2026-06-25", "--allow-branch")
    assert (repo / "ledger/invoices/2026-06.jsonl").exists()


def test_pay_puts_a_line_at_its_place_and_says_what_is_there_already(repo: Path) -> None:
    for on, reference in (("2026-07-05", "B"), ("2026-07-01", "X"), ("2026-07-05", "A")):
        done(repo, "pay", "ana", "100", "--on", on, "--reference", reference)
    file = repo / "ledger/payments/2026-07.csv"
    assert file.read_text(encoding="utf-8") == (
        "date,client,amount,method,reference,invoice,note\n"
        "2026-07-01,ana,100.00,cash,X,,\n"
        "2026-07-05,ana,100.00,cash,A,,\n"
        "2026-07-05,ana,100.00,cash,B,,\n"
    )
    before = file.read_bytes()
    assert "there already" in run(repo, "pay", "ana", "100", "--reference", "A").output
    assert "of ana" in str(run(repo, "pay", "bea", "100.00", "--reference", "A").exception)
    other = str(run(repo, "pay", "ana", "90", "--reference", "A").exception)
    assert "cash A is 90.00 here and 100.00 in ledger/payments/2026-07.csv:" in other
    assert run(repo, "pay", "ana", "x", "--on", "2026-07-05").exit_code == 1
    assert run(repo, "pay", "ana", "1.005", "--on", "2026-07-05").exit_code == 1
    # What was not written has no line that could be mended.
    for amount, why in (
        ("0", "`0` is no payment; one is taken back by its amount below zero"),
        ("9" * 21, f"`{'9' * 21}` is too large: at most 12 digits"),
        ("1,350.00", "`1,350.00` is not an amount: write a decimal such as 1350.00"),
    ):
        refused = run(repo, "pay", "ana", amount, "--on", "2026-07-05")
        assert refused.exit_code == 1
        assert why in str(refused.exception)
        assert "line" not in str(refused.exception)
    assert run(repo, "pay", "ana", "1", "--invoice", "A-9", "--on", "2026-07-05").exit_code == 1
    assert file.read_bytes() == before
    assert run(repo, "pay", "ana", "-100", "--reference", "A", "--on", "2026-07-09").exit_code == 2
    done(repo, "pay", "--reference", "A", "--on", "2026-07-09", "--", "ana", "-100")
    (ana,) = data(repo, "balance", "--client", "ana", "--on", "2026-07-10")
    assert ana == {"client": "ana", "open": "150.00", "credit": "0.00", "balance": "150.00"}


def test_the_cut_is_a_commit_and_a_payment_takes_a_name_off_it(repo: Path, tmp_path: Path) -> None:
    issue(repo, "2026-06-25")
    for name in ("carla", "dora", "eva", "flor", "gala"):
        done(repo, "pay", name, "350", "--on", "2026-07-01", "--reference", name)
    commit(repo)
    found = data(repo, "cuts", "--on", "2026-07-06")
    assert [one["client"] for one in found["cuts"]] == ["ana", "bea"]
    assert found["cuts"][0] == {
        "client": "ana", "service": "internet", "invoice": "ana/internet/internet/2026-07-01",
        "open": "350.00", "due_on": "2026-07-01", "cut_on": "2026-07-05",
        "reason": "unpaid since 2026-07-01",
    }  # fmt: skip
    expected = tmp_path / "cuts.json"
    expected.write_text(json.dumps({**found, "cuts": found["cuts"][1:]}), encoding="utf-8")
    done(repo, "pay", "bea", "350", "--on", "2026-07-06")
    result = done(repo, "cuts", "--on", "2026-07-06", "--write", "--expect", str(expected))
    assert "ana/internet is not on the expected list" in result.output
    assert "suspended" not in (repo / "inventory/clients/ana.yaml").read_text()
    done(repo, "cuts", "--on", "2026-07-06", "--write")
    text = (repo / "inventory/clients/ana.yaml").read_text(encoding="utf-8")
    assert "# A comment that stays." in text
    assert "status: suspended  # as long as it pays" in text
    assert "suspended: {since: 2026-07-06, cause: debt}" in text
    done(repo, "pay", "ana", "350", "--on", "2026-07-08")
    assert data(repo, "cuts", "--on", "2026-07-08")["restores"] == [
        {"client": "ana", "service": "internet", "reason": "paid"}
    ]
    done(repo, "cuts", "--on", "2026-07-08", "--write")
    text = (repo / "inventory/clients/ana.yaml").read_text(encoding="utf-8")
    assert re.search(r"status: active +# as long as it pays", text)
    assert "from: 2026-07-06, to: 2026-07-08" in text


def test_a_mass_cut_is_stopped(repo: Path) -> None:
    issue(repo, "2026-06-25")
    result = run(repo, "cuts", "--on", "2026-07-06", "--write")
    assert "--allow-cuts 7 lets it through" in str(result.exception)
    assert getattr(result.exception, "exit_code", None) == 4
    assert not git(repo, "status", "--porcelain")
    assert run(repo, "cuts", "--on", "2026-07-06", "--write", "--allow-cuts", "6").exit_code == 1
    done(repo, "cuts", "--on", "2026-07-06", "--write", "--allow-cuts", "7")
    assert len(git(repo, "status", "--porcelain").splitlines()) == 7


def test_what_the_ledger_did_not_hold_before_cuts_nobody(repo: Path) -> None:
    assert len(data(repo, "cuts", "--on", "2026-07-06")["cuts"]) == 7
    result = run(repo, "cuts", "--on", "2026-07-06", "--write")
    assert "7 invoices left out: not in the ledger before 2026-07-06." in result.output
    assert git(repo, "status", "--porcelain") == ""


def test_notices(repo: Path) -> None:
    issue(repo, "2026-06-25")
    assert data(repo, "notices", "--on", "2026-06-27") == []
    assert data(repo, "notices", "--on", "2026-06-28", "--client", "ana") == [
        {
            "client": "ana", "service": "internet", "address": "10.0.0.2",
            "invoice": "ana/internet/internet/2026-07-01", "open": "350.00",
            "notice_on": "2026-06-28", "due_on": "2026-07-01",
        }
    ]  # fmt: skip


def test_explain_names_rule_file_and_line(repo: Path) -> None:
    issue(repo, "2026-06-25")
    done(repo, "pay", "ana", "100", "--on", "2026-07-03", "--reference", "R")
    text = run(repo, "explain", "ana", "--on", "2026-07-30").stdout
    for part in (
        "due: 2026-07-01  due_day 1, clamped to the month  [inventory/zones/norte.yaml:8]",
        "issued: 2026-06-25  the last issue_day on or before the due date"
        "  [inventory/zones/norte.yaml:6]",
        "line: p10, 2026-07-01 al 2026-07-31: 350.00  the whole price of p10 350.00"
        "  [plans/p10.yaml:5]",
        "paid 2026-07-03: 100.00  cash R  [ledger/payments/2026-07.csv:2]",
        "recorded: 2026-06-25  an issued line is never changed  [ledger/invoices/2026-06.jsonl:1]",
        "ana/internet is cut: unpaid since 2026-07-01",
        "On 2026-07-30: open 650.00, credit 0.00, balance 650.00",
    ):
        assert part in text
    told = data(repo, "explain", "ana", "--on", "2026-07-30", "--invoice", "A-000001")
    assert [one["number"] for one in told["invoices"]] == ["A-000001"]


def test_validate_shows_the_ledger_too(repo: Path) -> None:
    (repo / "ledger/payments").mkdir(parents=True)
    (repo / "ledger/payments/2026-07.csv").write_text("date;client\n")
    result = validate(repo)
    assert result.exit_code == 1
    assert "Columns are separated by commas here, not by semicolons" in result.stdout
    # A client whose file is broken is no unknown client.
    (repo / "inventory/clients/ana.yaml").write_text("id: ana\nname: [\n")
    (repo / "ledger/payments/2026-07.csv").write_text(
        "date,client,amount,method,reference,invoice,note\n2026-07-01,ana,1.00,cash,R,,\n"
    )
    result = validate(repo)
    assert "There is no client" not in result.stdout


def test_the_files_folders_change_nothing(repo: Path) -> None:
    before = run(repo, "invoices", "--on", "2026-09-30", "--format", "json").stdout
    for number, file in enumerate(sorted((repo / "inventory/clients").glob("*.yaml"))):
        folder = repo / f"inventory/clients/{9 - number}"
        folder.mkdir()
        file.rename(folder / file.name)
    assert run(repo, "invoices", "--on", "2026-09-30", "--format", "json").stdout == before


def test_today_is_that_of_the_zone(repo: Path) -> None:
    assert Repo(repo).root == repo.resolve()
    done(repo, "balance")


def test_a_void_frees_its_period_only_with_a_reissue(repo: Path) -> None:
    issue(repo, "2026-06-25")
    done(repo, "pay", "ana", "100", "--on", "2026-06-28")
    done(repo, "void", "A-000001", "--on", "2026-06-30", "--reason", "wrong plan")
    again = run(repo, "void", "A-000001", "--on", "2026-06-30")
    assert "no longer valid since 2026-06-30" in str(again.exception)
    (first,) = data(repo, "invoices", "--on", "2026-06-30", "--client", "ana")
    assert (first["status"], first["open"]) == ("void", "0.00")
    (ana,) = data(repo, "balance", "--on", "2026-06-30", "--client", "ana")
    assert ana["credit"] == "100.00"
    done(repo, "void", "A-000002", "--on", "2026-07-03", "--reissue")
    bea = data(repo, "invoices", "--on", "2026-07-03", "--client", "bea")
    assert [(one["id"], one["number"], one["status"], one["due_on"]) for one in bea] == [
        ("bea/internet/internet/2026-07-01", "A-000002", "void", "2026-07-01"),
        ("bea/internet/internet/2026-07-01/r2", "A-000008", "issued", "2026-07-03"),
    ]
    assert validate(repo).exit_code == 0
    missing = run(repo, "void", "A-000099", "--on", "2026-07-03")
    assert "There is no invoice A-000099" in str(missing.exception)
    issue(repo, "2026-07-25")
    assert [one["id"] for one in data(repo, "invoices", "--on", "2026-07-25", "--client", "bea")][
        2:
    ] == ["bea/internet/internet/2026-08-01"]


def test_a_reissue_that_was_killed_between_its_two_files_is_finished(repo: Path) -> None:
    issue(repo, "2026-06-25")
    words = ("void", "A-000002", "--on", "2026-07-03", "--reissue")
    assert run(repo, *words).exit_code == 0
    invoices = repo / "ledger/invoices/2026-07.jsonl"
    whole, voids = invoices.read_bytes(), (repo / "ledger/credits/2026-07.jsonl").read_bytes()
    invoices.unlink()
    assert "no longer valid" in str(run(repo, *words[:-1]).exception)
    assert run(repo, *words).exit_code == 0
    assert invoices.read_bytes() == whole
    assert (repo / "ledger/credits/2026-07.jsonl").read_bytes() == voids
    assert "no longer valid" in str(run(repo, *words).exception)


def test_a_reissue_takes_over_what_its_first_issue_charged(repo: Path) -> None:
    issue(repo, "2026-07-25")
    found = data(repo, "invoices", "--on", "2026-07-25", "--client", "ana")
    fee = "late-fee:ana/internet/internet/2026-07-01"
    assert [line["item"] for line in found[1]["lines"]] == [None, fee]
    done(repo, "void", found[1]["id"], "--on", "2026-07-28", "--reissue")
    after = data(repo, "invoices", "--on", "2026-08-26", "--client", "ana")
    fees = [[line["item"] for line in one["lines"] if line["item"] == fee] for one in after]
    assert [len(each) for each in fees] == [0, 1, 1, 0]
    assert [one["status"] for one in after] == ["issued", "void", "issued", "draft"]


def test_joined_invoices_are_one_that_cuts_for_all(repo: Path) -> None:
    issue(repo, "2026-06-25")
    assert "two open invoices" in str(run(repo, "join", "ana", "--on", "2026-06-30").exception)
    issue(repo, "2026-07-25")
    done(repo, "pay", "ana", "100", "--on", "2026-07-26")
    done(repo, "join", "ana", "--on", "2026-07-27")
    *old, new = data(repo, "invoices", "--on", "2026-07-27", "--client", "ana")
    assert [(one["status"], one["open"]) for one in old] == [("transferred", "0.00")] * 2
    assert (new["id"], new["kind"], new["service"]) == ("ana/joined/2026-07-27", "internet", None)
    assert (new["due_on"], new["cut_on"]) == ("2026-07-01", "2026-07-05")
    assert new["period"] == {"start": "2026-07-01", "end": "2026-09-01"}
    assert [line["amount"] for line in new["lines"]] == ["250.00", "400.00"]
    assert (new["total"], new["open"]) == ("650.00", "650.00")
    assert (
        data(repo, "cuts", "--on", "2026-07-28", "--client", "ana")["cuts"][0]["open"] == "650.00"
    )
    # A payment that names a part goes to the whole.
    part = "ana/internet/internet/2026-07-01"
    done(repo, "pay", "ana", "650", "--on", "2026-07-29", "--invoice", part)
    assert data(repo, "balance", "--on", "2026-07-29", "--client", "ana")[0]["balance"] == "0.00"
    assert validate(repo).exit_code == 0


def test_promises(repo: Path) -> None:
    done(repo, "promise", "ana", "--until", "2026-07-08", "--on", "2026-07-04", "--by", "luz")
    text = (repo / "inventory/clients/ana.yaml").read_text(encoding="utf-8")
    assert "made_on: 2026-07-04" in text
    issue(repo, "2026-06-25")
    assert data(repo, "cuts", "--on", "2026-07-06", "--client", "ana")["held"] == [
        {"client": "ana", "service": "internet", "reason": "promise until 2026-07-08"}
    ]
    # Too long, overlapping: the files would hold an error, so nothing is written.
    assert run(repo, "promise", "ana", "--until", "2026-08-30", "--on", "2026-08-04").exit_code == 1
    assert run(repo, "promise", "ana", "--until", "2026-07-09", "--on", "2026-07-08").exit_code == 1
    done(repo, "promise", "ana", "--until", "2026-08-08", "--on", "2026-08-04")
    third = ("promise", "ana", "--until", "2026-09-08", "--on", "2026-09-04")
    result = run(repo, *third)
    assert "--allow-promises 3 lets it through" in str(result.exception)
    assert getattr(result.exception, "exit_code", None) == 4
    done(repo, *third, "--allow-promises", "3")


def test_a_statement_ends_with_the_balance(repo: Path) -> None:
    for on, amount, name in (("2026-07-02", "100", "A"), ("2026-07-04", "80", "B")):
        done(repo, "pay", "ana", amount, "--on", on, "--reference", name)
    assert (
        run(repo, "pay", "--on", "2026-07-09", "--reference", "B", "--", "ana", "-80").exit_code
        == 0
    )
    rows = data(repo, "statement", "ana", "--on", "2026-07-10")
    assert [(one["date"], one["charge"], one["payment"], one["balance"]) for one in rows] == [
        ("2026-06-25", "350.00", None, "350.00"),
        ("2026-07-02", None, "100.00", "250.00"),
        ("2026-07-04", None, "80.00", "170.00"),
        ("2026-07-09", "80.00", None, "250.00"),
    ]
    later = data(repo, "statement", "ana", "--on", "2026-07-10", "--since", "2026-07-05")
    assert [(one["text"], one["balance"]) for one in later] == [
        ("balance before", "170.00"), ("Return of cash B", "250.00"),
    ]  # fmt: skip


def test_the_books_are_exported(repo: Path) -> None:
    issue(repo, "2026-06-25")
    done(repo, "pay", "ana", "400", "--on", "2026-07-01")
    text = run(repo, "export", "--on", "2026-07-01").stdout
    _, errors, _ = loader.load_string(text)
    assert not errors
    assert "2026-07-02 balance Assets:Receivable  2100.00 MXN" in text
    assert "2026-07-02 balance Liabilities:Advances  -50.00 MXN" in text
    assert '2026-06-25 * "ana" "A-000001 ana/internet/internet/2026-07-01"' in text
    other = run(repo, "export", "--on", "2026-07-01", "--format", "hledger").stdout
    assert "    Assets:Receivable  0 MXN =* 2100.00 MXN" in other


def test_e17_a_credit_note_by_hand_and_its_void(repo: Path) -> None:
    """What it paid is owed again, and cuts: never a credit below zero beside open invoices."""
    issue(repo, "2026-06-25")
    done(repo, "pay", "ana", "310", "--on", "2026-07-01")
    given = run(repo, "invoice", "ana", "--line", "Cortesía=-50.00", "--on", "2026-07-02")
    assert "A-000008  ana/other/2026-07-02  -$50.00" in given.output
    owed = ("balance", "--client", "ana", "--on")
    assert data(repo, *owed, "2026-07-02") == [
        {"client": "ana", "open": "0.00", "credit": "10.00", "balance": "-10.00"}
    ]
    done(repo, "void", "A-000008", "--on", "2026-07-03")
    assert data(repo, *owed, "2026-07-03") == [
        {"client": "ana", "open": "40.00", "credit": "0.00", "balance": "40.00"}
    ]
    (cut,) = data(repo, "cuts", "--on", "2026-07-06", "--client", "ana")["cuts"]
    assert cut["open"] == "40.00"
    books, errors, _ = loader.load_string(run(repo, "export", "--on", "2026-07-06").stdout)
    assert books
    assert not errors


def test_s52_a_sale_by_hand_neither_cuts_nor_stops_billing(repo: Path) -> None:
    for number in ("A-000001", "A-000002"):
        result = done(repo, "invoice", "ana", "--line", "Antena=1450.00", "--on", "2026-06-22")
        assert number in result.output
    sale, again, month = data(repo, "invoices", "--on", "2026-07-20", "--client", "ana")
    assert (sale["id"], sale["kind"], sale["service"]) == ("ana/other/2026-06-22", "other", None)
    assert (again["id"], month["status"]) == ("ana/other/2026-06-22-2", "draft")
    (cut,) = data(repo, "cuts", "--on", "2026-07-20", "--client", "ana")["cuts"]
    assert cut["open"] == "350.00"
    assert validate(repo).exit_code == 0


def test_s56_a_month_given_away_by_hand_is_billed_no_more(repo: Path) -> None:
    given = ("invoice", "ana", "--kind", "internet", "--line", "Julio sin cargo=0")
    done(repo, *given, "--period", "2026-07-01..2026-08-01", "--on", "2026-06-23")
    free, august = data(repo, "invoices", "--on", "2026-07-30", "--client", "ana")
    assert (free["number"], free["total"], free["status"]) == (None, "0.00", "paid")
    assert august["period"]["start"] == "2026-08-01"
    again = run(repo, *given, "--period", "2026-07-01..2026-08-01", "--on", "2026-06-23")
    assert "is there already" in str(again.exception)


def test_wrong_lines_and_periods_of_an_invoice_by_hand(repo: Path) -> None:
    for arguments, told in (
        (("--line", "Antena"), "is no line"),
        (("--line", "Antena=1.005"), "more decimals"),
        (("--line", "A=1", "--period", "2026-07-01..2026-08-01"), "belong to --kind internet"),
        (("--line", "A=1", "--kind", "internet"), "needs its service and its period"),
        (("--line", "A=1", "--kind", "internet", "--period", "x"), "is no period"),
        (("--line", "A=1", "--due", "2026-06-01"), "before the day of issue"),
    ):
        result = run(repo, "invoice", "ana", "--on", "2026-06-23", *arguments)
        assert told in str(result.exception), result.output
    assert not (repo / "ledger").exists()


def test_the_report_adds_up(repo: Path, tmp_path: Path) -> None:
    issue(repo, "2026-07-25")
    done(repo, "pay", "ana", "100", "--on", "2026-07-26")
    page = tmp_path / "report.html"
    found = data(repo, "report", "--on", "2026-08-20", "--html", str(page))
    balances = data(repo, "balance", "--on", "2026-08-20")
    assert found["open"] == str(sum(Decimal(one["open"]) for one in balances))
    assert found["months"] == [
        {"month": "2026-06", "billed": "2450.00", "tax": "337.96", "collected": "0.00"},
        {"month": "2026-07", "billed": "2800.00", "tax": "386.19", "collected": "100.00"},
    ]
    assert [(one["age"], one["invoices"]) for one in found["ages"] if one["invoices"]] == [
        ("1-30", 7), ("31-60", 7),
    ]  # fmt: skip
    (norte,) = found["zones"]
    assert (norte["clients"], norte["open"], norte["overdue"]) == (7, "5150.00", "5150.00")
    assert found["plans"] == [
        {"plan": "p10", "invoices": 14, "billed": "5250.00", "open": "5150.00"}
    ]
    text = page.read_text(encoding="utf-8")
    assert "<title>jul 2026, Cobrado: $100.00</title>" in text
    assert "http" not in text
    assert run(repo, "report", "--on", "2026-08-20", "--format", "csv").stdout.startswith("month,")


def test_what_if_tells_money_and_cuts_and_writes_nothing(repo: Path) -> None:
    issue(repo, "2026-06-25")
    found = data(
        repo, "what-if", "--set", "plan.p10.price=385.00", "--set", "zone.norte.grace_days=60",
        "--on", "2026-07-30", "--client", "ana",
    )  # fmt: skip
    # July is issued and stays; August costs more, and owes no late fee within 60 days.
    assert found["billed"] == {"before": "750.00", "after": "735.00", "difference": "-15.00"}
    assert found["invoices"] == [
        {"invoice": "ana/internet/internet/2026-08-01", "before": "400.00", "after": "385.00"}
    ]
    assert found["cuts"] == {"before": 1, "after": 1, "more": [], "fewer": []}
    later = data(repo, "what-if", "--set", "zone.norte.min_debt=400.00", "--on", "2026-07-20")
    assert (later["cuts"]["before"], later["cuts"]["after"]) == (7, 0)
    assert later["cuts"]["fewer"][0] == "ana/internet"
    assert git(repo, "status", "--porcelain") == ""
    for wrong in ("zone.norte", "zone.x.grace_days=1", "plan.p10.price=", "router.rb.port=1"):
        assert run(repo, "what-if", "--set", wrong).exit_code == 1
    refused = run(repo, "what-if", "--set", "zone.norte.due_day=77")
    assert "out of range" in str(refused.exception)
