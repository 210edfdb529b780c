# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing backtest`: a lived history computes to what was issued, and every change shows."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from accounts.company import Company
from accounts.state import git
from click.testing import CliRunner, Result

from billing.books.bill import Books
from billing.ledger import chain
from reconciler.cli import cli
from reconciler.git import PastTrees, commits_of

LAST = "2026-03-11"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventy days of fifteen clients, a commit for each day on which somebody looked."""
    root = tmp_path_factory.mktemp("lived")
    company = Company(root, 15)
    (root / ".gitignore").write_text(".cache\n", encoding="utf-8")
    git(root, "init", "-q", "-b", "main", ".")
    monkey = pytest.MonkeyPatch()
    monkey.setattr(company, "look", committing(company.look, root))
    company.live(70)
    assert all(company.done[name] for name in ("cuts", "restores", "joins", "reissued", "sales"))
    return root


def committing(look: Callable[[date], Books], root: Path) -> Callable[[date], Books]:
    def looked(day: date) -> Books:
        books = look(day)
        git(root, "add", "-A")
        git(root, "commit", "-q", "--allow-empty", "-m", f"the {day}")
        return books

    return looked


@pytest.fixture
def repo(lived: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(lived, tmp_path / "repo"))


def backtest(root: Path, *options: str) -> Result:
    command = ["--repo", str(root), "billing", "backtest", "--on", LAST, *options]
    return CliRunner().invoke(cli, command)


def differences(root: Path) -> list[dict[str, Any]]:
    done = backtest(root, "--format", "json")
    assert done.exit_code == 2, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def rewrite(root: Path, change: Callable[[str, dict[str, Any]], None], message: str) -> None:
    """The ledger as if other invoices had been issued: lines changed, and the chain made anew."""
    previous = None
    for file in sorted((root / "ledger/invoices").glob("*.jsonl")):
        lines = []
        for line in file.read_text(encoding="utf-8").splitlines():
            value = json.loads(line)
            change(value["id"], value)
            value["previous"] = chain.digest(previous)
            del value["hash"]
            previous = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            previous = chain.sealed(previous)
            lines.append(previous + "\n")
        file.write_text("".join(lines), encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def test_a_history_computes_to_what_was_issued(lived: Path) -> None:
    done = backtest(lived)
    assert done.exit_code == 0, done.output
    assert "0 differences" in done.output
    assert "0 invoices," not in done.output
    assert "0 cuts" not in done.output


def test_what_was_issued_otherwise_is_told_by_line_amount_and_date(repo: Path) -> None:
    """A ledger that came as a whole with one commit, as after a move to another repository."""
    changed: list[str] = []

    def change(id_: str, value: dict[str, Any]) -> None:
        if changed or value["recorded_on"] < "2026-02-01" or value["kind"] != "internet":
            return
        if len(value["lines"]) != 1 or "joined" in id_ or "/r" in id_ or value["tax"] == "0.00":
            return
        changed.append(id_)
        value["cut_on"] = "2026-12-31"
        value["lines"][0] |= {"amount": "1.16", "unit_price": "1.16"}
        value |= {"subtotal": "1.00", "tax": "0.16", "total": "1.16"}

    rewrite(repo, change, "moved")
    shutil.rmtree(repo / ".git")
    git(repo, "init", "-q", "-b", "main", ".")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "all at once")
    found = [one for one in differences(repo) if one["name"] == changed[0]]
    assert [one["field"] for one in found] == [
        "cut_on", "line 1 amount", "subtotal", "tax", "total",
    ]  # fmt: skip
    assert found[0] == {
        "commit": git(repo, "rev-parse", "HEAD")[:12], "day": found[0]["day"], "what": "invoice",
        "name": changed[0], "field": "cut_on", "then": "2026-12-31", "now": found[0]["now"],
    }  # fmt: skip
    assert found[1]["then"] == "1.16"
    table = backtest(repo).stdout
    assert changed[0] in table
    header, *rows = backtest(repo, "--format", "csv").stdout.splitlines()
    assert header == "day,commit,what,name,field,then,now"
    assert len(rows) == len(differences(repo))


def test_a_cut_that_the_list_does_not_hold_is_told(repo: Path) -> None:
    for file in sorted((repo / "inventory/clients").rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        if text.count("status: active") == 1 and "services:\n" in text:
            edit = "status: suspended\n    suspended: {since: 2026-03-11, cause: debt}"
            file.write_text(text.replace("status: active", edit), encoding="utf-8")
            break
    git(repo, "commit", "-aqm", "a cut by hand")
    (one,) = differences(repo)
    assert (one["what"], one["name"], one["then"], one["now"]) == (
        "cut", f"{file.stem}/internet", "done", None,
    )  # fmt: skip


def test_files_that_the_present_program_finds_wrong_are_told(repo: Path) -> None:
    zone = repo / "inventory/zones/norte.yaml"
    sound = zone.read_text(encoding="utf-8")
    zone.write_text(sound + "nonsense: 1\n", encoding="utf-8")
    issued = repo / "ledger/invoices/2026-03.jsonl"
    text = issued.read_text(encoding="utf-8")
    issued.write_text("".join(text.splitlines(keepends=True)[:-1]), encoding="utf-8")
    git(repo, "commit", "-aqm", "broken")
    issued.write_text(text, encoding="utf-8")
    git(repo, "commit", "-aqm", "issued on broken files")
    zone.write_text(sound, encoding="utf-8")
    git(repo, "commit", "-aqm", "mended")
    (one,) = [one for one in differences(repo) if one["what"] == "files"]
    assert "inventory/zones/norte.yaml" in one["now"]
    assert "nonsense" in one["now"]


def test_a_shallow_clone_and_no_clone_are_told_so(lived: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "-q", "--depth", "2", f"file://{lived}", str(shallow)], check=True
    )
    assert "This clone is shallow" in str(backtest(shallow).exception)
    assert "git fetch --unshallow" in str(backtest(shallow).exception)
    shutil.rmtree(shallow / ".git")
    done = backtest(shallow)
    assert done.exit_code == 1
    assert f"{shallow} is not in git" in str(done.exception)
    assert "fatal" not in str(done.exception)


def test_past_trees_are_those_of_the_commits(repo: Path, tmp_path: Path) -> None:
    """Each is made from the one before it: also where files go, come back or move."""
    inner = repo / "inventory/clients"
    first = min(inner.rglob("*.yaml"))
    odd = inner / "Ñ [odd] name.yaml"
    first.rename(odd)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "moved")
    odd.unlink()
    git(repo, "commit", "-aqm", "gone")
    commits = [one.hash for one in commits_of(repo, ["inventory"])][-6:]
    (tmp_path / "tree").mkdir()
    trees = PastTrees(repo, tmp_path / "tree")
    for commit in (*commits, *reversed(commits)):
        root = trees.at(commit)
        files = sorted(str(x.relative_to(root)) for x in root.rglob("*") if x.is_file())
        listed = git(repo, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")
        assert files == sorted(name for name in listed if name)
        for file in files:
            assert (root / file).read_text() == git(repo, "show", f"{commit}:{file}")
