# SPDX-License-Identifier: GPL-3.0-or-later
"""Every wrong repository in tests/mistakes prints exactly what its expected.txt says."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli.context import Repo
from reconciler.cli.validate import validate

MISTAKES = Path(__file__).resolve().parents[1] / "mistakes"
CASES = sorted(folder.name for folder in MISTAKES.iterdir() if folder.is_dir())


def laid_over_base(slug: str, root: Path) -> Path:
    """The repository of one case, below `root`."""
    case = MISTAKES / slug
    shutil.copytree(MISTAKES / "_base", root, dirs_exist_ok=True)
    without = case / "without.txt"
    for line in without.read_text().split() if without.exists() else ():
        path = root / line
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    ignored = shutil.ignore_patterns("expected.txt", "without.txt")
    shutil.copytree(case, root, dirs_exist_ok=True, symlinks=True, ignore=ignored)
    return root


@pytest.mark.parametrize("slug", CASES)
def test_mistake(slug: str, tmp_path: Path) -> None:
    root = laid_over_base(slug, tmp_path / "repository")
    result = CliRunner().invoke(validate, obj=Repo(root))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    expected = (MISTAKES / slug / "expected.txt").read_text(encoding="utf-8")
    assert result.stdout == expected
    *_, summary = expected.splitlines()
    assert result.exit_code == (1 if " error" in summary else 0)


def test_there_are_enough_mistakes_and_the_base_is_none() -> None:
    assert len(CASES) >= 100
    expected = (MISTAKES / "_base" / "expected.txt").read_text(encoding="utf-8")
    assert expected.startswith("no problems: ")
