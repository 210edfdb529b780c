# SPDX-License-Identifier: GPL-3.0-or-later
"""`plan --base`: what a branch wants, with neither routers nor secrets."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import KEY, Ran, commit, copy_example, git, run_cli

LUIS = "inventory/clients/norte/luis-mora.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    copy_example(root)
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    return root


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def preview(root: Path, *arguments: str) -> Ran:
    """Without a single variable that names a secret."""
    return run_cli("--repo", str(root), "plan", "--base", "main", *arguments, environ={})


def data(root: Path, *arguments: str) -> dict[str, Any]:
    ran = preview(root, *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def differing(found: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return [(one["path"], one["before"], one["after"]) for one in found["files"]]


def test_the_same_files_want_the_same(repo: Path) -> None:
    found = data(repo)
    assert (found["changes"], found["files"], found["problems"]) == ([], [], [])
    ran = preview(repo)
    assert ran.out == "No changes: these files want the same of the routers.\n"
    assert preview(repo, "--detailed-exitcode").code == 0


def test_values_and_rows_are_shown(repo: Path) -> None:
    edit(repo, LUIS, "plan: hogar-20", "plan: hogar-10")
    edit(repo, LUIS, "+52 555 111 3333", "+52 555 999")
    edit(repo, "plans/hogar-10.yaml", '"350.00"', '"390.00"')
    found = data(repo)
    assert differing(found) == [
        ("price", "350.00", "390.00"),
        ("contact.phone", "+52 555 111 3333", "+52 555 999"),
        ("services.internet.plan", "hogar-20", "hogar-10"),
    ]
    assert [(one["name"], one["details"]) for one in found["effects"]] == [
        ("Luis Mora", "20M to 10M")
    ]
    [change] = found["changes"]
    assert (change["path"], change["after"]) == ("/ppp/secret", {"profile": "hogar-10"})
    assert preview(repo, "--detailed-exitcode").code == 2
    text = preview(repo).out
    assert "~ contact.phone: +52 555 111 3333 → +52 555 999" in text
    assert f"Preview against {git(repo, 'rev-parse', 'main')[:12]}: " in text
    assert "no router was asked" in preview(repo, "--format", "markdown").out
    narrowed = data(repo, "--client", "ana-lopez")
    assert narrowed["changes"] == []


def test_what_main_did_meanwhile_is_not_shown(repo: Path) -> None:
    git(repo, "switch", "--quiet", "main")
    edit(repo, LUIS, "plan: hogar-20", "plan: hogar-10")
    commit(repo)
    git(repo, "switch", "--quiet", "change")
    assert data(repo)["files"] == []


def test_files_that_come_and_go(repo: Path) -> None:
    (repo / LUIS).unlink()
    new = (
        "id: uma-ñu\n".replace("ñ", "n")
        + "name: Uma Ñu\nzone: norte\nservices:\n"
        + ("  - {plan: hogar-20, since: 2026-11-01, status: active, address: 10.20.0.99}\n")
    )
    (repo / "inventory/clients/norte/uma-nu.yaml").write_text(new, encoding="utf-8")
    found = data(repo)
    assert differing(found) == [("", "there", None), ("", None, "there")]
    assert [one["what"] for one in found["effects"]] == ["lost", "new"]
    assert "    - gone" in preview(repo).out


def test_a_secret_that_is_defined_otherwise_is_said_and_not_shown(repo: Path) -> None:
    edit(repo, "reconcile.yaml", "allow_plain: false", "allow_plain: true")
    commit(repo)
    git(repo, "branch", "--force", "main", "HEAD")
    edit(repo, LUIS, "    wifi:", "    password: {plain: tres tristes tigres}\n    wifi:")
    for arguments in ((), ("--format", "markdown"), ("--format", "json")):
        ran = preview(repo, *arguments)
        assert ran.code == 0, ran.err
        assert "tristes" not in ran.out + ran.err
    found = data(repo)
    assert differing(found) == [("services.internet.password", "***", "*** (new)")]
    assert found["changes"][0]["after"] == {"password": "***"}
    assert [one["details"] for one in found["effects"]] == ["password"]


def test_a_broken_base_counts_as_far_as_it_can_be_read(repo: Path) -> None:
    git(repo, "switch", "--quiet", "main")
    edit(repo, LUIS, "zone: norte", "zone: nowhere")
    commit(repo)
    git(repo, "switch", "--quiet", "change")
    git(repo, "reset", "--quiet", "--hard", "main")
    edit(repo, LUIS, "zone: nowhere", "zone: norte")
    found = data(repo)
    assert differing(found) == [("zone", "nowhere", "norte")]
    assert [one["what"] for one in found["effects"]] == ["new"]


def test_without_git_there_is_nothing_to_compare_with(repo: Path, tmp_path: Path) -> None:
    bare = tmp_path / "no-git"
    shutil.copytree(repo, bare, ignore=shutil.ignore_patterns(".git"))
    ran = preview(bare)
    assert ran.code == 1
    assert f"{bare} is not in git" in ran.err
    assert "Fetch" not in ran.err


def test_wrong_usage(repo: Path, tmp_path: Path) -> None:
    def ended(*arguments: str) -> tuple[int, str]:
        ran = run_cli("--repo", str(repo), "plan", *arguments, environ={"RECONCILE_KEY": KEY})
        return ran.code, ran.err

    assert ended("--base", "nope") == (
        1,
        "error: git knows no commit 'nope' here. Fetch it first.\n",
    )
    assert ended("--base", "--upload-pack=x")[0] == 1
    assert ended("--base", "main", "--out", str(tmp_path / "plan"))[0] == 64
    assert ended("--base", "main", "--router", "rb-nort")[0] == 64
    edit(repo, LUIS, "zone: norte", "zone: nowhere")
    assert ended("--base", "main")[0] == 1
    git(repo, "checkout", "--quiet", "--orphan", "other")
    git(repo, "checkout", "--quiet", "change", "--", LUIS)
    git(repo, "commit", "--quiet", "--message", "another beginning")
    code, said = ended("--base", "main")
    assert code == 1
    assert "have no commit in common" in said
