# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels with the program is found in a checkout and in a wheel alike, byte for byte."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler import data
from reconciler.errors import Bug

ROOT = Path(__file__).resolve().parents[1]
ASK = """
import json
from reconciler import data
print(json.dumps([str(p) for p in
    (data.__file__, data.schemas_dir(), data.example_dir(), data.demo_export())]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    done = subprocess.run(
        [*build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as site-packages has it, without a checkout around."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def example_files(root: Path) -> dict[str, bytes]:
    """Path relative to the example's root -> bytes, of all that belongs to it."""
    paths = [
        found for part in data.EXAMPLE_PARTS for found in [root / part, *root.glob(f"{part}/**/*")]
    ]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths if path.is_file()}


def test_a_checkout_has_them_at_its_root() -> None:
    assert data.schemas_dir() == ROOT / "schemas"
    assert data.example_dir() == ROOT
    assert data.demo_export() == ROOT / "reconciler/demo/rb-norte.rsc"
    assert data.demo_export("rb-sur").is_file()


def test_a_missing_file_is_our_fault() -> None:
    with pytest.raises(Bug, match=r"rb-nowhere\.rsc is missing"):
        data.demo_export("rb-nowhere")


def test_an_installed_program_finds_its_own(installed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    module, schemas, example, export = map(Path, json.loads(done.stdout))
    assert module == installed / "reconciler/data.py"
    assert schemas == installed / "reconciler/_data/schemas"
    assert example == installed / "reconciler/_data/example"
    assert export.read_bytes() == data.demo_export().read_bytes()


def test_the_wheel_carries_the_example_and_the_schemas_unchanged(installed: Path) -> None:
    ours = example_files(ROOT)
    assert len(ours) > 25
    assert example_files(installed / "reconciler/_data/example") == ours
    schemas = {path.name: path.read_bytes() for path in data.schemas_dir().iterdir()}
    bundled = (installed / "reconciler/_data/schemas").iterdir()
    assert {path.name: path.read_bytes() for path in bundled} == schemas


@pytest.mark.parametrize(("package", "least"), [("scaffold", 15), ("page", 3)])
def test_the_wheel_carries_templates(installed: Path, package: str, least: int) -> None:
    def templates(root: Path) -> dict[str, bytes]:
        folder = root / f"reconciler/{package}/templates"
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    assert len(templates(ROOT)) >= least
    assert templates(installed) == templates(ROOT)


def test_the_wheel_holds_nothing_but_the_program(installed: Path) -> None:
    tops = {path.name for path in installed.iterdir()}
    (meta,) = (name for name in tops if name.endswith(".dist-info"))
    assert tops - {"reconciler", "billing", meta} == set()
    assert "reconcile = reconciler.cli:main" in (installed / meta / "entry_points.txt").read_text()
    assert (installed / meta / "licenses/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert "License-Expression: GPL-3.0-or-later" in (installed / meta / "METADATA").read_text()
    assert (installed / "reconciler/py.typed").is_file()


@pytest.mark.parametrize("path", sorted(p for p in example_files(ROOT) if p.endswith(".yaml")))
def test_each_file_names_the_schema_of_its_kind(path: str) -> None:
    kinds = {"reconcile.yaml": "settings", "inventory/routers": "router", "plans": "plan"}
    kinds |= {"ledger/maps": "payment-map"}
    kinds |= {"inventory/zones": "zone", "inventory/clients": "client"}
    (kind,) = (kind for start, kind in kinds.items() if path.startswith(start))
    first = (ROOT / path).read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    wanted = data.schemas_dir() / f"{kind}.schema.json"
    assert ((ROOT / path).parent / named).resolve() == wanted


@pytest.mark.parametrize("router", ["rb-norte", "rb-sur"])
def test_an_export_has_all_that_the_example_expects_of_its_router(router: str) -> None:
    """Queues, pools, servers and interfaces that the files name but that are not ours to make."""
    text = data.demo_export(router).read_text(encoding="ascii").replace("\\\n    ", "")
    present = set(re.findall(r'\bname="?([\w. -]+?)"?(?= |$)', text, re.MULTILINE))
    assert wanted_of(router) - present == set()
    assert "[rc:" not in text


def wanted_of(router: str) -> set[str]:
    def read(folder: str) -> list[dict[str, Any]]:
        files = sorted((ROOT / folder).glob("**/*.yaml"))
        return [yaml.load(file.read_bytes(), yaml.BaseLoader) for file in files]

    zones = {zone["id"]: zone for zone in read("inventory/zones") if zone["router"] == router}
    plans = {plan["id"]: plan for plan in read("plans")}
    (settings,) = (each for each in read("inventory/routers") if each["id"] == router)
    names = {settings["lan_interface"], *settings["wan_interfaces"]}
    names |= {zone.get("interface") for zone in zones.values()}
    for client in read("inventory/clients"):
        for service in client["services"] if client["zone"] in zones else []:
            plan = plans[service["plan"]]
            names |= {plan.get("pool"), plan.get("parent"), service.get("server")}
    return names - {None}
