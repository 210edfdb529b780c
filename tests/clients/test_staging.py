# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of many files: checked as a whole before, written entirely or not at all."""

import resource
import shutil
from pathlib import Path

import pytest
from end_to_end.world import World, copy_example, git

from reconciler.edit import Put
from reconciler.errors import FilesError, ReconcileError
from reconciler.filehistory import history_of
from reconciler.inventory.overlay import load_with
from reconciler.staging import (
    Act,
    DeleteFile,
    EditFile,
    NewFile,
    check,
    diff_lines,
    stage,
    write,
)

NORTE = "inventory/clients/norte"
LUIS = f"{NORTE}/luis-mora.yaml"
MARIA = f"{NORTE}/maria-nunez.yaml"


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_what_would_break_the_repository_is_refused_before_anything_is_written(
    example: World,
) -> None:
    before = tree(example.root)
    edits = (Put(("services", 0, "address"), "10.20.0.7"),)
    staged = stage(example.root, [EditFile(LUIS, edits)])
    with pytest.raises(FilesError, match=f"also given to luis-mora .{LUIS}:12") as caught:
        check(example.root, staged)
    assert str(caught.value.problems[0].where) == f"{NORTE}/ana-lopez.yaml:16"
    assert tree(example.root) == before


def test_lines_of_problems_are_those_of_the_new_text(example: World) -> None:
    text = "id: neu\n\n\nname: Neu\nzone: nowhere\n"
    staged = stage(example.root, [NewFile(f"{NORTE}/neu.yaml", text)])
    with pytest.raises(FilesError, match="no zone `nowhere`") as caught:
        check(example.root, staged)
    assert str(caught.value.problems[0].where) == f"{NORTE}/neu.yaml:5"


def test_with_nothing_in_it_the_overlay_is_what_is_on_disk(example: World) -> None:
    inventory, problems = load_with(example.root, {})
    assert inventory is not None
    assert inventory.clients == example.load().inventory.clients
    assert problems == list(example.load().problems)


def test_a_disk_that_is_full_is_told_with_the_file_and_nothing_lies_about(example: World) -> None:
    """A limit on the size of files refuses a write as late as a full disk does."""
    before = tree(example.root)
    staged = stage(example.root, [EditFile(LUIS, (Put(("name",), "Uno"),))])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(ReconcileError) as caught:
            write(example.root, staged)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(caught.value) == f"Not written: {LUIS}: File too large. All is as before."
    assert tree(example.root) == before


def test_where_one_file_cannot_be_written_all_are_put_back(
    in_git: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = in_git.root
    before = tree(root)
    acts: list[Act] = [
        EditFile(LUIS, (Put(("name",), "Uno"),)),
        EditFile(MARIA, (Put(("id",), "otra"),), f"{NORTE}/otra.yaml"),
        NewFile(f"{NORTE}/neu.yaml", "id: neu\nname: Neu\nzone: norte\n"),
        DeleteFile(f"{NORTE}/pedro-quiroz.yaml"),
    ]
    staged = stage(root, acts)
    check(root, staged)
    deleted = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "pedro-quiroz.yaml":
            raise PermissionError(13, "Permission denied", str(path))
        deleted(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ReconcileError, match="All is as before"):
        write(root, staged)
    assert tree(root) == before
    assert git(root, "status", "--porcelain") == ""
    monkeypatch.undo()
    write(root, staged)
    assert sorted(git(root, "status", "--porcelain").split()[::2])
    assert not (root / NORTE / "pedro-quiroz.yaml").exists()
    assert in_git.load().inventory.clients["otra"].name == "María Núñez Peña"


def test_moves_that_stop_in_the_middle_are_undone(in_git: World) -> None:
    root = in_git.root
    before = tree(root)
    acts = [
        EditFile(LUIS, (), "inventory/clients/sur/luis-mora.yaml"),
        EditFile(MARIA, (), "inventory/clients/sur/deep/maria-nunez.yaml"),
    ]
    staged = stage(root, acts)
    (root / "inventory/clients/sur/deep").write_text("in the way")
    with pytest.raises(ReconcileError, match="All is as before"):
        write(root, staged)
    (root / "inventory/clients/sur/deep").unlink()
    assert tree(root) == before
    git(root, "rm", "--quiet", "--cached", MARIA)
    lock = root / ".git/index.lock"
    lock.write_text("")
    with pytest.raises(ReconcileError, match="All is as before"):
        write(root, staged)  # the second is moved by a rename, the first cannot be by git
    lock.unlink()
    assert tree(root) == before


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(example: World) -> None:
    staged = stage(example.root, [EditFile(LUIS, (Put(("name",), "Uno"),))])
    path = example.root / LUIS
    path.write_text(path.read_text() + "# by hand\n")
    with pytest.raises(ReconcileError, match="changed meanwhile"):
        write(example.root, staged)
    assert path.read_text().endswith("# by hand\n")


def test_a_secret_in_clear_is_in_no_diff(example: World) -> None:
    path = example.root / LUIS
    path.write_text(path.read_text().replace("{env: WIFI_LUIS_MORA}", "{plain: 'first one'}"))
    edits = (
        Put(("services", 0, "wifi", "password"), {"plain": "second"}),
        Put(("services", 0, "password"), {"plain": "third"}),
    )
    shown = "\n".join(diff_lines(stage(example.root, [EditFile(LUIS, edits)])))
    assert "plain: ***" in shown
    assert "*** (new)" in shown
    for secret in ("first", "second", "third"):
        assert secret not in shown


def test_files_keep_their_mode_and_links_stay_links(example: World) -> None:
    path = example.root / LUIS
    path.chmod(0o640)
    real = path.with_name("real.txt")
    shutil.move(path, real)
    path.symlink_to("real.txt")
    write(example.root, stage(example.root, [EditFile(LUIS, (Put(("name",), "Uno"),))]))
    assert path.is_symlink()
    assert "name: Uno" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640


def test_moves_are_moves_for_git_and_history_follows_them(in_git: World) -> None:
    root = in_git.root
    new = f"{NORTE}/luis.yaml"
    write(root, stage(root, [EditFile(LUIS, (Put(("id",), "luis"),), new)]))
    assert git(root, "status", "--porcelain").splitlines() == [f"RM {LUIS} -> {new}"]
    git(root, "commit", "--quiet", "--all", "--message", "Rename Luis; por fin")
    assert [one.subject for one in history_of(root, new)] == ["Rename Luis; por fin", "first state"]


def test_without_git_there_is_no_history_and_files_move_all_the_same(tmp_path: Path) -> None:
    copy_example(tmp_path)
    new = "inventory/clients/elsewhere/luis.yaml"
    write(tmp_path, stage(tmp_path, [EditFile(LUIS, (Put(("id",), "luis"),), new)]))
    assert (tmp_path / new).exists()
    assert not (tmp_path / LUIS).exists()
    assert history_of(tmp_path, new) == []


def test_what_exists_is_not_overwritten(example: World) -> None:
    with pytest.raises(ReconcileError, match="exists already"):
        stage(example.root, [NewFile(LUIS, "id: luis-mora\n")])
    with pytest.raises(ReconcileError, match="exists already"):
        stage(example.root, [EditFile(LUIS, (), MARIA)])
