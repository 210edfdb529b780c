# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of the files: never anything but what reading them anew gives."""

import os
import pickle
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from reconciler import cores
from reconciler.errors import Problem
from reconciler.inventory import Inventory, bulk, load, loading, packs, scouting, store
from reconciler.inventory.draft import Draft
from reconciler.inventory.files import Found
from reconciler.inventory.frozen import UNUSABLE, SecretInClear, freeze, thaw
from reconciler.inventory.kinds import CLIENT
from reconciler.inventory.reading import read

PROJECT = Path(__file__).resolve().parents[2]
MISTAKES = PROJECT / "tests" / "mistakes"
ANA = "inventory/clients/norte/ana-lopez.yaml"
SECRET = "Contraseña-7731"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are many, and files that were written just now count as old."""
    monkeypatch.setattr(scouting, "FEW", 0)
    monkeypatch.setattr(bulk, "GRAIN", -(10**15))
    monkeypatch.setattr(scouting, "PACK", 4)
    monkeypatch.setattr(bulk, "FEW_PACKS", 0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MISTAKES / "_base", tmp_path / "repository"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "reconcile"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed; all of it happens in this process."""
    monkeypatch.setattr(bulk, "may_fork", lambda: False)
    monkeypatch.setattr(cores, "may_fork", lambda: False)
    files: list[str] = []

    def note(fresh: Sequence[tuple[Found, bytes, bytes]], now: packs.Contents) -> object:
        files.extend(one.file for one, _, _ in fresh)
        return parse(fresh, now)

    parse = packs._parse
    monkeypatch.setattr(packs, "_parse", note)
    return files


def texts(problems: list[Problem]) -> list[str]:
    return [repr(problem) for problem in problems]


def same(cached: tuple[Inventory | None, list[Problem]], root: Path) -> bool:
    """Whether it is in every respect what loading without a cache gives."""
    inventory, problems = cached
    plain, plain_problems = load(root)
    assert texts(problems) == texts(plain_problems)
    assert repr(inventory) == repr(plain)
    assert inventory == plain
    if inventory is None or plain is None:
        return inventory is plain
    for one, other in zip(inventory.clients.values(), plain.clients.values(), strict=True):
        assert one.model_fields_set == other.model_fields_set
        assert one.model_dump() == other.model_dump()
        assert inventory.where(one) == plain.where(other)
    return [sub.where for sub in inventory.subscriptions] == [
        sub.where for sub in plain.subscriptions
    ]


def files_of(cache: Path) -> Iterator[Path]:
    return (file for file in cache.rglob("*") if file.is_file())


def test_a_second_run_parses_nothing(root: Path, cache: Path, parsed: list[str]) -> None:
    assert same(load(root, cache), root)
    assert len(parsed) > 3
    parsed.clear()
    cached = load(root, cache)
    assert parsed == []
    assert same(cached, root)


def test_in_several_processes(root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bulk, loading):
        monkeypatch.setattr(module, "LEAST_PARALLEL", 0)
    for module in (bulk, cores):
        monkeypatch.setattr(module, "cores", lambda: 2)
    shutil.copytree(MISTAKES / "duplicate-address", root, dirs_exist_ok=True)
    for _ in range(2):
        assert same(load(root, cache), root)
    assert same(load(root, None), root)


def test_what_was_put_together_meanwhile_holds_only_if_nothing_changed(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guess is made in this process while another looks, so it is made whatever lies there."""
    for name in ("may_fork", "cores"):
        monkeypatch.setattr(bulk, name, lambda: 2)
    guesses: list[bool] = []

    def note(*given: Any) -> Draft:
        guesses.append(len(given) == 3)
        return put_together(*given)

    put_together = bulk._put_together
    monkeypatch.setattr(bulk, "_put_together", note)
    load(root, cache)
    load(root, cache)
    assert guesses == [False, True]
    text = (root / ANA).read_text()
    acts: tuple[Callable[[], object], ...] = (
        lambda: (root / ANA).write_text(text.replace("Ana", "Eva")),
        lambda: (root / "inventory/clients/ana-lopez.yaml").write_text(text),
        (root / ANA).unlink,
        next((root / "plans").glob("*.yaml")).unlink,
        lambda: shutil.rmtree(root / "inventory"),
    )
    for act in acts:
        act()
        guesses.clear()
        assert same(load(root, cache), root)
        assert guesses[:2] == [True, False]
        guesses.clear()
        assert same(load(root, cache), root)
        assert guesses[0]


@pytest.mark.parametrize(
    "case", sorted(p.name for p in MISTAKES.iterdir() if p.is_dir() and not p.name.startswith("_"))
)
def test_mistakes_are_told_again(case: str, root: Path, cache: Path) -> None:
    shutil.copytree(MISTAKES / case, root, dirs_exist_ok=True)
    for _ in range(2):
        assert same(load(root, cache), root)


def test_the_example_repository(cache: Path) -> None:
    for _ in range(2):
        assert same(load(PROJECT, cache), PROJECT)


def test_a_changed_byte_is_seen_though_size_and_time_are_as_before(
    root: Path, cache: Path, parsed: list[str]
) -> None:
    load(root, cache)
    before = (root / ANA).stat()
    text = (root / ANA).read_text()
    (root / ANA).write_text(text.replace("Ana", "Eva"))
    os.utime(root / ANA, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (root / ANA).stat().st_size == before.st_size
    parsed.clear()
    inventory, _ = load(root, cache)
    assert inventory is not None
    assert inventory.clients["ana-lopez"].name.startswith("Eva")
    assert parsed == [ANA]


def test_a_file_written_while_the_clock_stood_still_is_read(
    root: Path, cache: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the grain of the clock a second change looks like the first: it is not trusted."""
    monkeypatch.setattr(bulk, "GRAIN", store.GRAIN)
    as_ever = scouting.Look("as-ever", (root / ANA).stat().st_ctime_ns)
    for module in (bulk, scouting):
        monkeypatch.setattr(module, "looked_at", lambda _root, _found: as_ever)
    load(root, cache)
    (root / ANA).write_text((root / ANA).read_text().replace("Ana", "Eva"))
    parsed.clear()
    assert same(load(root, cache), root)
    assert ANA in parsed


def test_files_that_only_look_new_are_not_parsed_again(
    root: Path, cache: Path, parsed: list[str]
) -> None:
    load(root, cache)
    for file in root.rglob("*.yaml"):
        file.touch()
    parsed.clear()
    cached = load(root, cache)
    assert parsed == []
    assert same(cached, root)


def test_added_removed_and_renamed_files(root: Path, cache: Path) -> None:
    load(root, cache)
    text = (root / ANA).read_text()
    (root / ANA).rename(root / "inventory/clients/eva-ruiz.yaml")
    assert same(load(root, cache), root)
    (root / "inventory/clients/eva-ruiz.yaml").unlink()
    assert same(load(root, cache), root)
    (root / ANA).write_text(text)
    assert same(load(root, cache), root)


def test_other_code_or_another_library_is_a_miss(
    root: Path, cache: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(root, cache)
    parsed.clear()
    monkeypatch.setattr(store, "_readers", lambda: b"another version")
    assert same(load(root, cache), root)
    assert ANA in parsed


def test_checks_are_made_again_when_any_file_changed(root: Path, cache: Path) -> None:
    load(root, cache)
    settings = (root / "reconcile.yaml").read_text()
    (root / "reconcile.yaml").write_text(settings.replace("currency", "currenzy"))
    assert same(load(root, cache), root)
    (root / "reconcile.yaml").write_text(settings)
    zone = root / "inventory/zones/norte.yaml"
    zone.write_text(zone.read_text().replace("10.20.0.0/24", "10.99.0.0/24"))
    for _ in range(2):
        assert same(load(root, cache), root)
    assert any(problem.code == "outside-pools" for problem in load(root, cache)[1])


def test_what_the_checks_found_is_not_looked_for_again(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ANA).write_text((root / ANA).read_text().replace("10.20.0.", "10.99.0."))
    before = texts(load(root, cache)[1])
    monkeypatch.setattr(loading, "CHECKS", ())
    assert texts(load(root, cache)[1]) == before != []


@pytest.mark.parametrize("how", ["cut", "flipped", "emptied", "garbage"])
def test_a_damaged_cache_counts_as_none(how: str, root: Path, cache: Path) -> None:
    load(root, cache)
    for file in files_of(cache):
        data = file.read_bytes()
        middle = len(data) // 2
        damaged = {
            "cut": data[:middle],
            "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "emptied": b"",
            "garbage": pickle.dumps({"a": 1}),
        }
        file.write_bytes(damaged[how])
    assert same(load(root, cache), root)
    assert same(load(root, cache), root)


def test_a_file_of_another_pack_is_of_no_use(root: Path, cache: Path) -> None:
    """As when two runs write at once: a look is of the very bytes that it was put for."""
    load(root, cache)
    packs = sorted(file for file in files_of(cache) if file.name.startswith("pack"))
    assert len(packs) > 1
    shutil.copy(packs[0], packs[1])
    assert same(load(root, cache), root)


def test_no_secret_in_clear_is_kept(root: Path, cache: Path) -> None:
    settings = (root / "reconcile.yaml").read_text()
    (root / "reconcile.yaml").write_text(settings + "secrets: {allow_plain: true}\n")
    for number, spelled in enumerate(("plain", '"pl\\x61in"')):
        text = (root / ANA).read_text().replace("ana-lopez", f"eva-{number}")
        text = text.replace("plan:", f"password: {{{spelled}: {SECRET}}}\n    plan:", 1)
        (root / f"inventory/clients/eva-{number}.yaml").write_text(text)
    wrong = (root / ANA).read_text().replace("plan:", f"pasword: {SECRET}\n    plan:", 1)
    (root / "inventory/clients/wrong.yaml").write_text(wrong)
    for _ in range(2):
        inventory, _ = cached = load(root, cache)
        assert same(cached, root)
        assert inventory is not None
        assert SECRET in repr(inventory.clients["eva-1"].services[0].password.model_dump())
    kept = b"".join(file.read_bytes() for file in files_of(cache))
    assert b"ana-lopez" in kept
    assert SECRET.encode() not in kept
    assert b"7731" not in kept


def test_freezing_refuses_a_secret_in_clear() -> None:
    text = f"id: a\nname: A\nzone: z\nservices: [{{plan: p, password: {{plain: {SECRET}}}}}]\n"
    reading = read(CLIENT, "inventory/clients/a.yaml", text.encode())
    assert reading.model is not None
    with pytest.raises(SecretInClear):
        freeze([reading])


def test_thawing_calls_nothing_of_anybody() -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, ("exit 1",)

    for value in (Bomb(), [Bomb()], os.getcwd, {"a": 1}, [1]):
        with pytest.raises(UNUSABLE):
            thaw(pickle.dumps(value) if not isinstance(value, Bomb) else pickle.dumps([value]))


def test_nobody_else_can_look_into_it(root: Path, cache: Path) -> None:
    load(root, cache)
    folder = next(cache.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in files_of(cache)} == {0o600}


def test_a_folder_that_others_can_write_to_is_not_used(root: Path, cache: Path) -> None:
    load(root, cache)
    folder = next(cache.iterdir())
    shutil.rmtree(folder)
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    assert same(load(root, cache), root)
    assert list(folder.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_none(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert same(load(root, tmp_path / "file" / "cache"), root)


def test_it_is_bounded(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_REPOSITORIES", 2)
    for number in range(4):
        root = tmp_path / f"repository-{number}"
        shutil.copytree(MISTAKES / "_base", root)
        load(root, cache)
    assert len(list(cache.iterdir())) == 2
    last = store.Store(cache, tmp_path / "repository-3").folder
    assert last in cache.iterdir()


def test_where_it_is() -> None:
    assert store.cache_folder({"XDG_CACHE_HOME": "/x", "HOME": "/h"}) == Path("/x/reconcile")
    assert store.cache_folder({"HOME": "/h"}) == Path("/h/.cache/reconcile")
    assert store.cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path(
        "/h/.cache/reconcile"
    )
    assert store.cache_folder({}) is None
