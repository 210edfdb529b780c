# SPDX-License-Identifier: GPL-3.0-or-later
"""The house rules that a program can check: headers, sizes, purity, who knows the outside.

Which module may use which is in docs/architecture.md and held to it by its own test.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [ROOT / name for name in ("reconciler", "billing") if (ROOT / name).is_dir()]
PRODUCT = sorted(file for package in PACKAGES for file in package.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 350

# Third parties -> the units that may use them: a library that is everywhere cannot be replaced.
THIRD_PARTIES = {
    "librouteros": {"wire"},
    "click": {"cli"},
    "rich": {"cli", "demo"},
    "distributed": {"executor"},
    "dask": {"executor"},
    "yaml": {
        "yamlfile",
        "yamlform",
        "yamltext",
        "surgery",
        "edit",
        "newfile",
        "formatting",
        "plaintext",
        "adopt",
    },
}
# The standard library's ways to the outside; a module that says it is pure has none of them.
OUTSIDE = set(
    "asyncio concurrent getpass http logging multiprocessing os random secrets select shutil signal"
    " socket ssl subprocess sys tempfile threading time urllib".split()
)
# Ours that speak to a router, to the disk or to a person.
DOING = set(
    "apply cli conversation data demo emulator endpoint git journal lease pen rehearse router"
    " staging wire".split()
)
# What asks the clock or the environment -> the units that may. The others are told.
ASKING = {
    r"\bdate(time)?\.(now|today|utcnow)\(": {"cli", "demo", "emulator", "journal"},
    r"\btime\.time\(": {"emulator"},
    r"\bos\.(environ|getenv)\b": {"cli", "demo"},
    r"\bsys\.(stdin|stdout|argv)\b": {"cli", "demo", "emulator", "schemas"},
}


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def unit_of(file: Path) -> str:
    """The module or the folder of the package that a file belongs to; of billing, billing."""
    package, *rest = file.relative_to(ROOT).with_suffix("").parts
    return rest[0] if package == "reconciler" else package


def imports(file: Path) -> Iterator[str]:
    """`os`, `rich.text`, `reconciler.router`: every module that a file uses."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


PURE = [file for file in PRODUCT if re.search(r"\bPure\b", docstring(file))]


@pytest.mark.parametrize("file", PRODUCT + TESTS, ids=name_of)
def test_every_file_begins_with_its_licence_and_its_promise(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n")
    if file.name != "__init__.py" or file in PRODUCT:
        promise = docstring(file).partition("\n")[0]
        assert len(promise) > 20, "a module says in a sentence what it promises"


@pytest.mark.parametrize("file", PRODUCT, ids=name_of)
def test_a_module_can_be_read_in_one_go(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("file", PRODUCT + TESTS, ids=name_of)
def test_nothing_is_put_off(file: Path) -> None:
    # The words are put together so that this file does not hold them.
    put_off = "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"])
    assert not re.search(rf"\b({put_off})\b", file.read_text(encoding="utf-8"))


def test_enough_modules_promise_to_be_pure() -> None:
    assert {"diff", "planning", "drift", "render", "machine"} <= {unit_of(file) for file in PURE}


@pytest.mark.parametrize("file", PURE, ids=name_of)
def test_what_says_that_it_is_pure_is(file: Path) -> None:
    used = set(imports(file))
    assert not {name for name in used if name.partition(".")[0] in OUTSIDE}
    ours = {name.split(".")[1] for name in used if name.startswith("reconciler.")}
    assert not ours & DOING


@pytest.mark.parametrize("file", PRODUCT, ids=name_of)
def test_a_library_is_used_in_its_place_alone(file: Path) -> None:
    used = {name.partition(".")[0] for name in imports(file)}
    wrong = {name for name in used if unit_of(file) not in THIRD_PARTIES.get(name, {unit_of(file)})}
    assert unit_of(file) == "billing" or not wrong


def test_the_product_needs_what_it_imports_and_no_more() -> None:
    """But for its extras, which are imported where they are asked for."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        needs = tomllib.load(file)["project"]["dependencies"]
    asked = {re.split(r"[^\w.-]", one)[0].lower() for one in needs}
    owners = packages_distributions()
    tops = {name.partition(".")[0] for file in PRODUCT for name in imports(file)}
    found = {owner.lower() for top in tops for owner in owners.get(top, ())}
    assert asked - found == {"tzdata"}  # zoneinfo reads it where the system brings none
    assert "ruamel" not in tops  # the second reader that what we write is held against


@pytest.mark.parametrize("file", PRODUCT, ids=name_of)
def test_clock_and_environment_are_asked_for_in_few_places(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    asked = [what for what, who in ASKING.items() if re.search(what, text)]
    assert not [what for what in asked if unit_of(file) not in ASKING[what] | {"billing"}]


UNITS = {unit_of(file) for file in PRODUCT}
# Everybody's words, of which no header needs to speak.
COMMON = {"__init__", "errors", "marks", "wording"}
_LIST = re.compile(r"\bImports (?:of the project: )?([^.:]*?)\.(?=\s|$)", re.DOTALL)


def listed(file: Path) -> set[str] | None:
    """The modules at the top that a header says it imports; None where it lists none.

    What has the name of a neighbour is the neighbour, unless it is imported.
    """
    found = _LIST.search(docstring(file))
    if found is None or "everything" in found[1]:
        return None
    names = set() if "nothing" in found[1] else set(re.findall(r"[a-z_]+", found[1])) & UNITS
    top = file.parent.name == "reconciler"
    neighbours = set() if top else {path.stem for path in file.parent.iterdir()}
    return names - (neighbours - used(file)) - {unit_of(file)}


def used(file: Path) -> set[str]:
    """The modules at the top, but its own, that a file imports."""
    ours = {name.split(".")[1] for name in imports(file) if name.startswith("reconciler.")}
    return (ours & UNITS) - {unit_of(file)}


LISTING = [
    file
    for file in PRODUCT
    if unit_of(file) != "billing" and file.name != "__init__.py" and listed(file) is not None
]


def test_enough_headers_list_their_imports() -> None:
    assert len(LISTING) > 100


@pytest.mark.parametrize("file", LISTING, ids=name_of)
def test_a_header_names_what_is_imported(file: Path) -> None:
    assert (listed(file) or set()) - COMMON == used(file) - COMMON


def test_the_product_never_uses_billing_but_for_its_commands() -> None:
    users = {
        unit_of(file)
        for file in PRODUCT
        if unit_of(file) != "billing"
        and any(name.partition(".")[0] == "billing" for name in imports(file))
    }
    assert users <= {"cli"}
