# SPDX-License-Identifier: GPL-3.0-or-later
"""`validate` for forges: what is wrong on changed lines first, and GitLab's code quality."""

import json
from pathlib import Path

import pytest
from end_to_end.world import Ran, git, run_cli


def spoil(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def validate(root: Path, *options: str) -> Ran:
    return run_cli("--repo", str(root), "validate", *options, environ={})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository in a folder of a git repository, with one old problem and, on a branch, three
    new ones: in a changed line, beside it, and in a new file whose path has an ñ."""
    root = tmp_path / "mono" / "wisp"
    assert run_cli("init", str(root), "--lang=en", environ={}).code == 0
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    spoil(root, "plans/community-8.yaml", "mode: pcq", "mode: pqc")
    spoil(root, "plans/home-10.yaml", "upload: 2M", "upload: fast")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "old")
    git(tmp_path, "switch", "--quiet", "--create", "change")
    spoil(root, "plans/home-10.yaml", "mode: pppoe", "mode: popoe")
    new = root / "inventory/clients/ñandú/eva.yaml"
    new.parent.mkdir()
    new.write_text("id: eva\nname: Eva\nzone: nowhere\nservices: []\n", encoding="utf-8")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "new")
    return root


def places(ran: Ran) -> list[str]:
    found = json.loads(ran.out)["problems"]
    return [f"{one['file']}:{one['line']}" for one in found]


def test_what_is_wrong_on_changed_lines_comes_first(root: Path) -> None:
    old = ["plans/community-8.yaml:6", "plans/home-10.yaml:8"]
    first = places(validate(root, "--format=json", "--since=main"))
    assert first[-2:] == old
    assert "plans/home-10.yaml:6" in first[:-2]
    assert "inventory/clients/ñandú/eva.yaml:3" in first[:-2]
    assert sorted(first) == sorted(places(validate(root, "--format=json")))
    refused = validate(root, "--since=nowhere")
    assert refused.code == 1
    assert "What changed since nowhere cannot be told" in refused.err


def test_gitlab_gets_code_quality(root: Path) -> None:
    ran = validate(root, "--format=gitlab")
    assert ran.code == 1
    found = json.loads(ran.out)
    (one,) = (each for each in found if each["location"]["path"] == "plans/community-8.yaml")
    assert one["check_name"] == "value"
    assert one["severity"] == "major"
    assert one["location"]["lines"] == {"begin": 6}
    assert one["description"].startswith("mode `pqc` is not one of")
    prints = [each["fingerprint"] for each in found]
    assert len(set(prints)) == len(found)
    # A line more above it is the same finding.
    spoil(root, "plans/community-8.yaml", "id: community-8", "\nid: community-8")
    again = json.loads(validate(root, "--format=gitlab").out)
    assert [each["fingerprint"] for each in again] == prints
