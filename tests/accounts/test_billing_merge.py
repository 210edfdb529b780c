# SPDX-License-Identifier: GPL-3.0-or-later
"""Ledgers of two branches: merged by real git, with the driver and without, and by hand."""

import json
import random
import sys
from pathlib import Path

import pytest
from accounts.state import commit, done, git, make, run, told, validate
from hypothesis import given
from hypothesis import strategies as st

from billing.ledger.merging import Unmergeable, merge_payments, split_marks
from billing.ledger.relinking import Diverged, relink

HEAD = "date,client,amount,method,reference,invoice,note\n"
FILE = "ledger/payments/2026-07.csv"
ATTRIBUTES = "ledger/** merge=reconcile-ledger\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make(tmp_path, "ana", "bea", "carla")


def pay(root: Path, who: str, reference: str, amount: str = "100", on: str = "2026-07-02") -> None:
    done(root, "pay", who, amount, "--on", on, "--method", "spei", "--reference", reference)


def fork(root: Path, branch: str) -> None:
    git(root, "checkout", "-q", "-b", branch, "main")


def use_driver(root: Path) -> None:
    command = f'"{sys.executable}" -m reconciler billing merge --driver %O %A %B %P'
    git(root, "config", "merge.reconcile-ledger.driver", command)
    (root / ".gitattributes").write_text(ATTRIBUTES)
    commit(root)


def conflicts(root: Path) -> list[str]:
    return git(root, "diff", "--name-only", "--diff-filter=U").split()


def two_branches_pay(root: Path) -> None:
    """Both add the first payments of a month: a new file on both sides."""
    fork(root, "counter")
    pay(root, "bea", "B")
    commit(root)
    git(root, "checkout", "-q", "main")
    pay(root, "ana", "A")
    pay(root, "carla", "C")
    commit(root)


ALL = HEAD + "".join(
    f"2026-07-02,{who},100.00,spei,{reference},,\n"
    for who, reference in (("ana", "A"), ("bea", "B"), ("carla", "C"))
)


def test_payments_of_other_days_do_not_even_conflict(repo: Path) -> None:
    for day in range(1, 29, 3):
        pay(repo, "carla", f"C{day}", on=f"2026-07-{day:02}")
    commit(repo)
    fork(repo, "counter")
    pay(repo, "bea", "B", on="2026-07-05")
    commit(repo)
    git(repo, "checkout", "-q", "main")
    pay(repo, "ana", "A", on="2026-07-20")
    commit(repo)
    git(repo, "merge", "-q", "counter")
    lines = (repo / FILE).read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == 12
    assert lines == sorted(lines)


def test_the_driver_puts_payments_together(repo: Path) -> None:
    use_driver(repo)
    two_branches_pay(repo)
    git(repo, "merge", "-q", "counter")
    assert (repo / FILE).read_text(encoding="utf-8") == ALL
    assert validate(repo).exit_code == 0


@pytest.mark.parametrize("style", ["merge", "diff3"])
@pytest.mark.parametrize("stages", [True, False], ids=["stages", "marks"])
def test_a_conflict_is_settled_by_the_command(repo: Path, style: str, stages: bool) -> None:
    git(repo, "config", "merge.conflictStyle", style)
    two_branches_pay(repo)
    git(repo, "merge", "-q", "counter", check=False)
    assert conflicts(repo) == [FILE]
    if not stages:  # as where somebody committed the marks
        commit(repo)
    assert "ledger-conflict" in validate(repo, "--format", "json").output
    result = done(repo, "merge", *([] if stages else [str(repo / FILE)]))
    assert f"put together {FILE}" in result.output
    assert (repo / FILE).read_text(encoding="utf-8") == ALL
    assert conflicts(repo) == []
    commit(repo)
    assert "nothing to put together" in done(repo, "merge").output


@pytest.mark.parametrize("driver", [True, False])
def test_a_contradiction_is_left_between_marks(repo: Path, driver: bool) -> None:
    if driver:
        use_driver(repo)
    fork(repo, "counter")
    pay(repo, "ana", "X", "300")
    pay(repo, "bea", "B")
    commit(repo)
    git(repo, "checkout", "-q", "main")
    pay(repo, "ana", "X", "350")
    commit(repo)
    told_by_git = git(repo, "merge", "-q", "counter", check=False)
    if driver:
        said = told_by_git
    else:
        result = run(repo, "merge")
        assert result.exit_code == 1
        said = told(result)
        assert f"{FILE}: settle what is left between the marks, then `git add`." in said
    assert f"{FILE}: spei X is two payments: reference, client or amount is wrong." in said
    assert (repo / FILE).read_text(encoding="utf-8") == HEAD + (
        "2026-07-02,bea,100.00,spei,B,,\n"
        "<<<<<<< ours\n2026-07-02,ana,350.00,spei,X,,\n=======\n"
        "2026-07-02,ana,300.00,spei,X,,\n>>>>>>> theirs\n"
    )
    assert conflicts(repo) == [FILE]
    text = (repo / FILE).read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if line[:1] not in "<=>" and "300" not in line]
    (repo / FILE).write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    assert "settled by hand" in done(repo, "merge").output
    assert conflicts(repo) == []
    assert "300" not in (repo / FILE).read_text(encoding="utf-8")


def lines(*rows: str) -> str:
    return HEAD + "".join(f"{row}\n" for row in rows)


ONE, TWO = "2026-07-01,ana,1.00,spei,1,,", "2026-07-02,bea,2.00,spei,2,,"
CASH = "2026-07-03,ana,5.00,cash,,,"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ([ONE], [ONE, TWO], [ONE, CASH], [ONE, TWO, CASH]),
        ([ONE, TWO], [ONE], [ONE, TWO, CASH], [ONE, CASH]),
        ([ONE], [ONE.replace("1.00", "9.00")], [ONE, TWO], [ONE.replace("1.00", "9.00"), TWO]),
        ([CASH], [CASH, CASH], [CASH], [CASH, CASH]),
        ([CASH, CASH], [CASH], [CASH, CASH, ONE], [ONE, CASH]),
        ([], [ONE + "by hand"], [ONE], [ONE]),
        ([], [ONE], [ONE.replace("07-01", "07-09")], [ONE]),
        ([], [TWO, ONE], [], [ONE, TWO]),
        ([ONE], [ONE, ONE.replace("1.00", "-1.00")], [ONE], [ONE, ONE.replace("1.00", "-1.00")]),
        ([], [ONE], ["  " + ONE.replace(",", " , ")], ["  " + ONE.replace(",", " , ")]),
    ],
    ids="both out edit two-cash one-cash-out hand other-day unsorted return spaces".split(),
)
def test_what_becomes_of_lines(
    base: list[str], ours: list[str], theirs: list[str], merged: list[str]
) -> None:
    for one, other in ((ours, theirs), (theirs, ours)):
        found = merge_payments(lines(*base), lines(*one), lines(*other))
        assert not found.contradictions
        assert found.text == lines(*merged)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "why"),
    [
        ([], [CASH], [CASH], "both branches added this line, which has no reference: is it one"
         " payment or two?"),
        ([ONE], [], [ONE.replace("1.00", "9.00")], "one branch corrected this line, the other took"
         " it out"),
        ([], [ONE], [ONE.replace("ana", "bea")], "spei 1 is two payments: reference, client or"
         " amount is wrong"),
        ([], [ONE], [ONE.replace("1.00", "1.0x")], "spei 1 is two payments: reference, client or"
         " amount is wrong"),
    ],
    ids="cash edit-and-out client amount".split(),
)  # fmt: skip
def test_what_cannot_both_be_true(
    base: list[str], ours: list[str], theirs: list[str], why: str
) -> None:
    for one, other in ((ours, theirs), (theirs, ours)):
        found = merge_payments(lines(*base), lines(*one), lines(*other))
        assert [each.why for each in found.contradictions] == [why]
        marks = split_marks(found.text)
        assert marks is not None
        assert marks[1:] == (lines(*one), lines(*other))


Rows = list[tuple[int, str, int, int]]
ROWS = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from("ab"), st.integers(1, 3), st.integers(0, 9)),
    max_size=6, unique_by=lambda row: row[3],
)  # fmt: skip


@given(ROWS, ROWS, ROWS)
def test_no_payment_is_lost_or_made_up(base: Rows, ours: Rows, theirs: Rows) -> None:
    """Every reference of a side is in the result or in a contradiction, unless it was taken out."""
    texts = [
        lines(*(f"2026-07-0{day},{who},{amount}.00,spei,{ref},," for day, who, amount, ref in rows))
        for rows in (base, ours, theirs)
    ]
    found = merge_payments(*texts)
    again = merge_payments(texts[0], texts[2], texts[1])
    if not found.contradictions:
        assert again.text == found.text
    before, mine, other = ({row[3]: row for row in rows} for rows in (base, ours, theirs))
    kept = {int(line.cells[4]) for line in found.lines}
    for one in found.contradictions:
        kept |= {int(line.cells[4]) for line in (one.ours, one.theirs) if line}
    for reference in before | mine | other:
        out = [reference in before and side.get(reference) is None for side in (mine, other)]
        if not any(out):
            assert reference in kept
    assert kept <= set(before | mine | other)


@pytest.mark.parametrize(
    ("text", "told_"),
    [
        ("date;client\n", "Line 1 of our side has no header."),
        (HEAD + "2026-07-01,ana,1.350,00,spei,1,,\n", "Line 2 of our side has 8 columns instead of"
         " 7."),
    ],
)  # fmt: skip
def test_a_side_that_is_no_file_of_payments(repo: Path, text: str, told_: str) -> None:
    with pytest.raises(Unmergeable, match=told_):
        merge_payments("", text, lines(ONE))
    use_driver(repo)
    two_branches_pay(repo)
    (repo / FILE).write_text(text, encoding="utf-8")
    commit(repo)
    said = git(repo, "merge", "-q", "counter", check=False)
    assert f"{FILE}: {told_}" in said
    assert "<<<<<<< ours" in (repo / FILE).read_text(encoding="utf-8")
    refused = run(repo, "merge")
    assert str(refused.exception) == f"{FILE}: {told_} Mend it first. Nothing was written."


def test_windows_lines_and_a_mark_stay(repo: Path) -> None:
    ours, theirs = ("\ufeff" + lines(ONE)).replace("\n", "\r\n"), lines(TWO)
    assert merge_payments("", ours, theirs).text == "\ufeff" + lines(ONE, TWO).replace("\n", "\r\n")
    wrong = run(repo, "merge", "reconcile.yaml")
    assert str(wrong.exception) == "reconcile.yaml is no file of the ledger."
    assert "gets four paths" in str(run(repo, "merge", "--driver", "a").exception)


def two_branches_issue(root: Path) -> None:
    """ana has A-000001 on main, and 2 and 3 are given on both branches."""
    done(root, "issue", "--on", "2026-06-25", "--client", "ana")
    commit(root)
    fork(root, "counter")
    sale = ("--line", "Antena=50", "--on", "2026-06-26", "--allow-branch")
    done(root, "invoice", "carla", *sale)
    done(root, "issue", "--on", "2026-06-27", "--client", "bea", "--allow-branch")
    done(root, "void", "A-000001", "--on", "2026-06-28", "--allow-branch")
    commit(root)
    git(root, "checkout", "-q", "main")
    done(root, "issue", "--on", "2026-06-29")
    commit(root)


def issued(root: Path) -> list[tuple[str, str | None, str]]:
    files = sorted((root / "ledger/invoices").glob("*.jsonl"))
    values = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return [(one["id"], one["number"], one["recorded_on"]) for one in values]


BOTH = [
    ("ana/internet/internet/2026-07-01", "A-000001", "2026-06-25"),
    ("bea/internet/internet/2026-07-01", "A-000002", "2026-06-29"),
    ("carla/internet/internet/2026-07-01", "A-000003", "2026-06-29"),
    ("carla/other/2026-06-26", "A-000004", "2026-06-29"),
]


@pytest.mark.parametrize("driver", [True, False])
def test_numbers_of_the_main_branch_stand_and_the_others_follow(repo: Path, driver: bool) -> None:
    if driver:
        use_driver(repo)
    two_branches_issue(repo)
    said = git(repo, "merge", "-q", "counter", check=False)
    assert conflicts(repo) == ["ledger/invoices/2026-06.jsonl"]
    assert ("each line names the one before it. Run `reconcile billing merge`" in said) is driver
    assert "ledger-conflict" in validate(repo, "--format", "json").output
    result = done(repo, "merge")
    for part in (
        "A-000002 of the other branch is A-000004 now: correct what was printed with A-000002.",
        "A-000003 of the other branch is on the main branch already: dropped.",
        "put together ledger/invoices/2026-06.jsonl",
    ):
        assert part in result.output
    assert issued(repo) == BOTH
    assert conflicts(repo) == []
    git(repo, "commit", "-q", "--no-edit")
    assert validate(repo).exit_code == 0
    assert "nothing to put together" in done(repo, "merge").output


def test_on_another_branch_no_number_is_given_anew(repo: Path) -> None:
    two_branches_issue(repo)
    git(repo, "checkout", "-q", "counter")
    git(repo, "merge", "-q", "main", check=False)
    refused = run(repo, "merge")
    assert "invoices get their numbers on the main branch alone" in str(refused.exception)
    assert conflicts(repo) == ["ledger/invoices/2026-06.jsonl"]
    done(repo, "merge", "--allow-branch")
    assert issued(repo) == BOTH
    assert validate(repo).exit_code == 0


def test_between_two_other_branches_git_cannot_tell(repo: Path) -> None:
    two_branches_issue(repo)
    for old, new in (("main", "mine"), ("mine", "mine")):
        git(repo, "branch", "-q", "-M", old, new)
    git(repo, "merge", "-q", "counter", check=False)
    refused = run(repo, "merge", "--allow-branch")
    assert str(refused.exception) == (
        "Both branches issued invoices. Say which side is the main branch's, whose numbers stand:"
        " --main ours or --main theirs."
    )
    done(repo, "merge", "--allow-branch", "--main", "theirs")
    assert [number for _, number, _ in issued(repo)] == ["A-000001", "A-000002", "A-000003",
                                                         "A-000004"]  # fmt: skip
    assert issued(repo)[1][0] == "carla/other/2026-06-26"


def test_a_merge_without_a_conflict_may_break_the_chain_all_the_same(repo: Path) -> None:
    """Lines of other months are other files for git, and one chain for the ledger."""
    done(repo, "issue", "--on", "2026-06-25")
    commit(repo)
    fork(repo, "counter")
    sale = ("--line", "Antena=50", "--allow-branch", "--on")
    done(repo, "invoice", "carla", *sale, "2026-06-28")
    commit(repo)
    git(repo, "checkout", "-q", "main")
    done(repo, "invoice", "bea", *sale, "2026-07-02")
    commit(repo)
    git(repo, "merge", "-q", "--no-edit", "counter")
    assert conflicts(repo) == []
    assert "ledger-chain" in validate(repo, "--format", "json").output
    result = done(repo, "merge")
    assert "A-000004 of the other branch is A-000005 now" in result.output
    assert issued(repo)[-1] == ("carla/other/2026-06-28", "A-000005", "2026-07-02")
    assert validate(repo).exit_code == 0


def test_one_void_on_both_branches_is_one(repo: Path) -> None:
    done(repo, "issue", "--on", "2026-06-25", "--client", "ana")
    commit(repo)
    for branch in ("counter", "main"):
        if branch != "main":
            fork(repo, branch)
        else:
            git(repo, "checkout", "-q", "main")
            done(repo, "void", "A-000001", "--on", "2026-06-28", "--allow-branch")
            done(repo, "invoice", "bea", "--line", "x=1", "--on", "2026-06-28")
            done(repo, "void", "A-000002", "--on", "2026-06-28")
            commit(repo)
            continue
        done(repo, "invoice", "carla", "--line", "x=1", "--on", "2026-06-27", "--allow-branch")
        done(repo, "void", "A-000002", "--on", "2026-06-27", "--allow-branch")
        done(repo, "void", "A-000001", "--on", "2026-06-28", "--allow-branch")
        commit(repo)
    git(repo, "merge", "-q", "counter", check=False)
    assert len(conflicts(repo)) == 2
    done(repo, "merge")
    assert [one[:2] for one in issued(repo)] == [
        ("ana/internet/internet/2026-07-01", "A-000001"), ("bea/other/2026-06-28", "A-000002"),
        ("carla/other/2026-06-27", "A-000003"),
    ]  # fmt: skip
    text = (repo / "ledger/credits/2026-06.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["invoice"] for line in text.splitlines()] == [
        "ana/internet/internet/2026-07-01", "bea/other/2026-06-28", "carla/other/2026-06-27",
    ]  # fmt: skip
    assert validate(repo).exit_code == 0


@pytest.mark.parametrize(
    ("base", "main", "branch", "why"),
    [
        (["a"], ["b"], ["a"], "The main branch changed lines that were issued: restore them from"),
        (["a"], ["a"], [], "The other branch changed lines that were issued: restore them from"),
        ([], ["a"], ["a,2"], "a is on both branches, and not the same."),
        ([], [], ["["], "A line is no object with an id: restore the ledger from git."),
    ],
)
def test_what_cannot_be_put_together(
    base: list[str], main: list[str], branch: list[str], why: str
) -> None:
    def files(names: list[str]) -> dict[str, str]:
        made = []
        for name in names:
            id_, _, total = name.partition(",")
            made.append(json.dumps({"id": id_, "total": total}) if name != "[" else name)
        return {"2026-07.jsonl": "".join(f"{line}\n" for line in made)} if made else {}

    with pytest.raises(Diverged) as error:
        relink(files(base), files(main), files(branch))
    assert str(error.value).startswith(why)


def test_what_would_not_be_sound_is_not_written(repo: Path) -> None:
    """The branch paid an invoice by a number that is another client's on the main branch."""
    two_branches_issue(repo)
    git(repo, "checkout", "-q", "counter")
    done(repo, "pay", "carla", "50", "--on", "2026-06-29", "--invoice", "A-000002")
    commit(repo)
    git(repo, "checkout", "-q", "main")
    git(repo, "merge", "-q", "counter", check=False)
    refused = run(repo, "merge")
    assert "Put together, the ledger would not be sound. Nothing was written." in refused.output
    assert "ledger/payments/2026-06.csv:2:" in str(refused.exception)
    assert conflicts(repo) == ["ledger/invoices/2026-06.jsonl"]


def test_the_order_of_many_merges_does_not_matter() -> None:
    rows = [f"2026-07-{day:02},ana,{day}.00,spei,R{day},," for day in range(1, 29)]
    branches = [rows[at::4] for at in range(4)]
    results = set()
    for seed in range(4):
        shuffled = random.Random(seed).sample(branches, len(branches))
        text = lines()
        for branch in shuffled:
            text = merge_payments(lines(), text, lines(*branch)).text
        results.add(text)
    assert results == {lines(*rows)}
