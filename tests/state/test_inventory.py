# SPDX-License-Identifier: GPL-3.0-or-later
"""What loading promises its callers; wrong files are in tests/mistakes."""

import os
import pickle
import shutil
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Where
from reconciler.inventory import Inventory, find_root, free_address, load
from reconciler.inventory.files import contents
from reconciler.inventory.kinds import CLIENT, KINDS, SETTINGS
from reconciler.inventory.reading import read
from reconciler.models import DerivedSecret, PastPlan
from reconciler.report import ReportFormat, render
from reconciler.wording import did_you_mean
from reconciler.yamlfile import MAX_BYTES

PROJECT = Path(__file__).resolve().parents[2]
BASE = PROJECT / "tests" / "mistakes" / "_base"
ANA = "inventory/clients/norte/ana-lopez.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "repository"))


def sound(root: Path) -> Inventory:
    inventory, problems = load(root)
    assert problems == []
    assert inventory is not None
    return inventory


def codes(root: Path) -> list[str]:
    return [problem.code for problem in load(root)[1]]


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_the_example_repository_has_no_error() -> None:
    inventory, problems = load(PROJECT)
    assert [str(problem) for problem in problems if problem.is_error] == []
    assert inventory is not None
    modes = {sub.plan.mode for sub in inventory.subscriptions}
    assert len(modes) == 4


def test_subscriptions_are_by_client_and_in_the_order_of_the_file(root: Path) -> None:
    write(
        root,
        "inventory/clients/a/b/eva.yaml",
        "id: eva\nformer_ids: [casa-1]\nname: Eva\nzone: norte\nservices:\n"
        "  - {id: voip, plan: rural-6, since: 2026-01-01, address: 10.20.0.9}\n"
        "  - plan: hogar-10\n    since: 2026-01-01\n    address: 10.20.0.10\n",
    )
    inventory = sound(root)
    subs = {sub.id: sub for sub in inventory.subscriptions}
    assert list(subs) == ["ana-lopez/internet", "eva/voip", "eva/internet", "luis-mora/internet"]
    assert [sub.name for sub in subs.values()] == ["ana-lopez", "eva-voip", "eva", "luis-mora"]
    assert subs["eva/voip"].former_ids == ("casa-1/voip",)
    assert subs["eva/internet"].where == Where("inventory/clients/a/b/eva.yaml", 7)
    assert inventory.where(subs["eva/internet"].service) == subs["eva/internet"].where
    assert inventory.where(subs["eva/internet"].client).line == 1
    assert inventory.where(inventory.zones["norte"]) == Where("inventory/zones/norte.yaml", 1)
    assert subs["eva/voip"].service.password == DerivedSecret(derived=1)
    with pytest.raises(LookupError):
        inventory.where(subs["eva/voip"].service.model_copy())


@pytest.mark.parametrize(
    ("service", "plan", "zone", "expected"),
    [
        (True, True, True, "10.9.0.1"),
        (False, True, True, None),
        (False, False, True, "10.9.0.3"),
    ],
)
def test_local_address_of_the_secret(
    root: Path, service: bool, plan: bool, zone: bool, expected: str | None
) -> None:
    """The plan's is on the profile; the zone's is only for plans without one."""
    for file, said, address in (
        (ANA, service, "    local_address: 10.9.0.1\n"),
        ("plans/hogar-10.yaml", plan, "local_address: 10.9.0.2\n"),
        ("inventory/zones/norte.yaml", zone, "local_address: 10.9.0.3\n"),
    ):
        text = (root / file).read_text().replace("local_address: 10.20.0.1\n", "")
        (root / file).write_text(text + (address if said else ""))
    (sub,) = (sub for sub in sound(root).subscriptions if sub.client.id == "ana-lopez")
    assert sub.local_address == (IPv4Address(expected) if expected else None)


def test_interface_of_service_zone_router(root: Path) -> None:
    def interface() -> str | None:
        return sound(root).subscriptions[1].interface

    assert interface() == "bridge-clientes"
    zone, luis = root / "inventory/zones/norte.yaml", root / ANA.replace("ana-lopez", "luis-mora")
    zone.write_text(zone.read_text() + "interface: vlan20\n")
    assert interface() == "vlan20"
    luis.write_text(luis.read_text() + "    interface: ether7\n")
    assert interface() == "ether7"


def test_free_address_passes_over_all_that_is_taken(root: Path) -> None:
    luis = root / "inventory/clients/norte/luis-mora.yaml"
    luis.write_text(luis.read_text() + "    targets: [10.20.0.4/30]\n")
    inventory = sound(root)
    # .1 reserved, .2 and .3 clients', .4 to .7 targets
    assert free_address(inventory, inventory.zones["norte"]) == IPv4Address("10.20.0.8")


def test_a_released_address_is_free_again(root: Path) -> None:
    path = root / ANA
    text = path.read_text().replace("    address: 10.20.0.2\n", "    status: cancelled\n")
    path.write_text(text + "    cancelled: {on: 2026-11-05, released: 10.20.0.2}\n")
    inventory = sound(root)
    assert str(free_address(inventory, inventory.zones["norte"])) == "10.20.0.2"
    assert not inventory.subscriptions[0].service.has_rows


def test_addresses_may_repeat_on_different_routers(root: Path) -> None:
    router = (root / "inventory/routers/rb-norte.yaml").read_text()
    zone = (root / "inventory/zones/norte.yaml").read_text()
    ana = (root / ANA).read_text()
    south = router.replace("rb-norte", "rb-sur").replace("10.0.0.1", "10.0.0.2")
    write(root, "inventory/routers/rb-sur.yaml", south)
    write(root, "inventory/zones/sur.yaml", zone.replace("norte", "sur"))
    eva = ana.replace("ana-lopez", "eva").replace("norte", "sur")
    write(root, "inventory/clients/eva.yaml", eva + "    name: ana-lopez\n")
    assert len(sound(root).subscriptions) == 3


def test_find_root(root: Path) -> None:
    assert find_root(root / "inventory" / "clients" / "norte") == root.resolve()
    assert find_root(root.parent) is None


def test_reading_one_file_is_pure_and_can_go_to_another_process() -> None:
    data = (BASE / ANA).read_bytes()
    reading = read(CLIENT, ANA, data)
    assert reading == read(CLIENT, ANA, data)
    assert pickle.loads(pickle.dumps(reading)).model == reading.model
    assert (reading.line, reading.service_lines) == (1, (5,))


def test_a_salvaged_file_keeps_the_lines_of_its_services() -> None:
    services = "  - {id: a}\n  - {id: b, plan: p}\n  - {id: c, plan: q}\n"
    text = f"id: x\nname: X\nzone: z\nservices:\n{services}"
    reading = read(CLIENT, "x.yaml", text.encode())
    assert reading.damaged
    assert [service.id for service in reading.model.services] == ["b", "c"]  # type: ignore[union-attr]
    assert reading.service_lines == (6, 7)


def test_a_salvaged_file_keeps_the_lines_of_every_list() -> None:
    history = "".join(
        f"      - {{plan: p, from: {day}, to: 2026-01-01}}\n" for day in ("soon", "2026-05-05")
    )
    text = (
        f"id: x\nname: X\nzone: z\nservices:\n  - {{id: a}}\n  - plan: p\n    history:\n{history}"
    )
    problems = {problem.code: problem for problem in read(CLIENT, "x.yaml", text.encode()).problems}
    assert problems["missing-key"].where == Where("x.yaml", 5)
    assert problems["value"].where == Where("x.yaml", 8)
    assert problems["span"].where == Where("x.yaml", 9)


@pytest.mark.parametrize("more", ["zone: nrote", "telefono: 5", "contact: {phone: []}"])
def test_a_wrong_part_does_not_hide_the_rest(root: Path, more: str) -> None:
    text = (root / ANA).read_text().replace("10.20.0.2", "10.99.0.1").replace("plan: h", "plan: x")
    (root / ANA).write_text(
        text.replace("zone: norte", more if "zone" in more else f"zone: norte\n{more}")
    )
    assert "no-such-plan" in codes(root)


def test_a_damaged_zone_does_not_make_its_clients_wrong(root: Path) -> None:
    zone = root / "inventory/zones/norte.yaml"
    zone.write_text(zone.read_text().replace("10.20.0.0/24", "10.20.0.0/240"))
    assert codes(root) == ["value"]


def test_a_broken_file_is_not_a_dangling_reference(root: Path) -> None:
    (root / "plans/hogar-10.yaml").write_text("id: [")
    assert codes(root) == ["yaml"]


def test_a_large_file_is_not_read(root: Path) -> None:
    with (root / "plans" / "zeros.yaml").open("wb") as sparse:
        sparse.truncate(50 * MAX_BYTES)
    assert codes(root) == ["too-large"]


def test_pipes_devices_and_folders_with_a_files_name_do_not_hold_the_run(root: Path) -> None:
    os.mkfifo(root / "plans" / "pipe.yaml")
    (root / "plans" / "folder.yaml").mkdir()
    (root / "plans" / "zero.yaml").symlink_to("/dev/zero")
    assert codes(root) == ["not-a-file", "link-outside"]
    assert getattr(contents(root, "plans/pipe.yaml"), "code", None) == "not-a-file"


def test_links_inside_are_files_and_links_to_folders_are_not_followed(root: Path) -> None:
    (root / "inventory/clients/loop").symlink_to("..")
    (root / "more").mkdir()
    shutil.move(root / ANA, root / "more/ana-lopez.yaml")
    (root / ANA).symlink_to(root / "more/ana-lopez.yaml")
    inventory, problems = load(root)
    assert [problem.code for problem in problems] == ["link"]
    assert inventory is not None
    assert "ana-lopez" in inventory.clients


def test_names_that_are_no_text_or_would_move_a_cursor(root: Path) -> None:
    for name in (b"\xff.yaml", b"\x1b[31m.yaml"):
        with open(os.fsencode(root / "plans/") + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(b"id: x\nmode: pppoe\ndownload: 1M\nupload: 1M\n")
    problems = load(root)[1]
    assert [problem.code for problem in problems] == ["id-not-file-name", "not-read"]
    for form in ReportFormat:
        assert "\x1b" not in render(problems, form)
        render(problems, form).encode()


def test_history_keeps_the_keys_that_python_has_no_names_for(root: Path) -> None:
    past = "    history: [{plan: rural-6, from: 2026-06-20, to: 2026-07-10}]\n"
    (root / ANA).write_text((root / ANA).read_text() + past)
    (kept,) = sound(root).clients["ana-lopez"].services[0].history
    assert isinstance(kept, PastPlan)
    assert str(kept.from_) == "2026-06-20"


KEYS = sorted(
    {key for kind in (*KINDS, SETTINGS) for key in kind.model.model_fields}
    | {
        "plan",
        "address",
        "password",
        "derived",
        "env",
        "since",
        "from",
        "to",
        "own",
        "max",
        "?",
        "service",
        "item",
        "adress",
    }
)
SCALARS = st.sampled_from(
    ["", "a", "norte", "10.20.0.7", "10.20.0.0/24", "true", "1", "-1", "9" * 400, "1e9", "nan",
     "2026-02-30", "10M", "ñ", "[rc:", "pppoe", "suspended", "plan", "0x1", "\u202e", "/" * 50]
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=25,
)


def as_yaml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {as_yaml(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    return f"'{value}'"


@given(st.sampled_from([*KINDS, SETTINGS]), st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_mapping_ends_in_a_model_or_problems(kind: Any, value: dict[str, Any]) -> None:
    reading = read(kind, "norte.yaml", as_yaml(value).encode())
    assert reading.model is not None or reading.problems
    for problem in reading.problems:
        assert problem.where is not None
        assert problem.where.line is not None
        assert str(problem).isprintable()


FILES = [f"{kind.folder}/{name}.yaml" for kind in KINDS for name in ("a", "norte", "hogar-10")]


@given(
    st.dictionaries(st.sampled_from(FILES), st.text(max_size=80) | VALUES.map(as_yaml), max_size=4)
)
def test_load_never_raises(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> None:
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(BASE, root, dirs_exist_ok=True)
    for name, text in files.items():
        write(root, name, text.encode(errors="replace").decode())
    inventory, problems = load(root)
    assert inventory is not None
    assert all(problem.message for problem in problems)


@given(st.text(max_size=200))
def test_did_you_mean_takes_any_word(word: str) -> None:
    assert did_you_mean(word, ["address", "zone"]) in (None, "address", "zone")
