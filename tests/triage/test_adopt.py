# SPDX-License-Identifier: GPL-3.0-or-later
"""`drift --adopt`: each kind of hand-made change, in each mode: in the files, or told why not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from end_to_end.world import Ran, World, commit

from reconciler.emulator import Device
from triage.conftest import DAY, RB, build, client

Q, S, H, L, ARP = (
    "/queue/simple",
    "/ppp/secret",
    "/ip/hotspot/user",
    "/ip/firewall/address-list",
    "/ip/arp",
)
OFF = {"status": "suspended", "suspended": {"since": "2026-11-01", "cause": "debt"}}
CUT = {"status": "suspended", "suspended": {"since": DAY, "cause": "manual"}}
BACK = {
    "status": "active",
    "suspended": None,
    "history": [{"status": "suspended", "cause": "debt", "from": "2026-11-01", "to": DAY}],
}


def moved(old: str, new: str) -> dict[str, Any]:
    return {"plan": new, "history": [{"plan": old, "from": "2026-01-01", "to": DAY}]}


@dataclass(frozen=True)
class Case:
    """A client, what a person did to its rows, and what its file says of it afterwards."""

    id: str
    plan: str
    service: dict[str, Any]
    turn: Callable[[Device, str], None]
    wanted: dict[str, Any] = field(default_factory=dict)
    refused: str = ""


def row(device: Device, path: str, name: str, listed: str = "") -> str:
    """The `.id` of the row of a client."""
    (found,) = [
        one[".id"]
        for one in device.rows(path)
        if one.get("comment", "").endswith(f"[rc:{name}/internet]")
        and listed in ("", one.get("list"))
    ]
    return found


def put(path: str, listed: str = "", **fields: str) -> Callable[[Device, str], None]:
    return lambda device, name: device.set(path, row(device, path, name, listed), **fields)


def drop(path: str, listed: str = "") -> Callable[[Device, str], None]:
    return lambda device, name: device.remove(path, row(device, path, name, listed))


def label(path: str, text: str) -> Callable[[Device, str], None]:
    def turn(device: Device, name: str) -> None:
        device.set(path, row(device, path, name), comment=f"{text} [rc:{name}/internet]")

    return turn


def stray(device: Device, name: str) -> None:
    queue = next(one for one in device.rows(Q) if one["name"] == name)
    device.add(L, list="rc-suspended", address=queue["target"].removesuffix("/32"))


MAC, NEW = "02:00:00:00:00:0A", "02:00:00:00:00:0B"
LOCAL = {"local_address": "10.20.0.1"}
CASES = [
    Case("speed", "casa", {}, put(Q, max_limit="2M/20M"), moved("casa", "casa-20")),
    Case(
        "odd-speed", "casa", {}, put(Q, max_limit="2M/7M"), refused="no plan of mode simple-queue"
    ),
    Case("twins", "casa", {}, put(Q, max_limit="2M/30M"), refused="twin-a and twin-b"),
    Case("target", "casa", {}, put(Q, target="10.20.2.200/32"), {"address": "10.20.2.200"}),
    Case(
        "targets",
        "casa",
        {},
        put(Q, target="10.20.2.201/32,10.50.0.0/24"),
        {"address": "10.20.2.201", "targets": ["10.50.0.0/24"]},
    ),
    Case("outside", "casa", {}, put(Q, target="10.99.0.1/32"), refused="10.99.0.1"),
    Case("no-host", "casa", {}, put(Q, target="bridge-dos"), refused="no list of addresses"),
    Case("queue-name", "casa", {}, put(Q, name="Peña 123"), {"name": "Peña 123"}),
    Case("label", "casa", {}, label(Q, 'La "ñ"'), {"comment": 'La "ñ"'}),
    Case("parent", "casa", {}, put(Q, parent="total"), {"parent": "total"}),
    Case("no-parent", "casa", {"parent": "total"}, put(Q, parent="none"), {"parent": None}),
    Case("queue-off", "casa", {}, put(Q, disabled="yes"), refused="client suspend queue-off"),
    Case("gone", "casa", {}, drop(Q), refused="client cancel gone"),
    Case("arp-mac", "casa", {"mac": MAC}, put(ARP, mac_address=NEW), {"mac": NEW}),
    Case(
        "arp-port",
        "casa",
        {"mac": MAC},
        put(ARP, interface="bridge-dos"),
        {"interface": "bridge-dos"},
    ),
    Case("let-in", "casa", OFF, drop(L, "rc-suspended"), BACK),
    Case("cut", "casa", {}, stray, CUT),
    Case(
        "group",
        "cola",
        {},
        put(L, "rc-plan-cola", list="rc-plan-cola-20"),
        moved("cola", "cola-20"),
    ),
    Case("member", "cola", {}, put(L, address="10.20.2.210"), {"address": "10.20.2.210"}),
    Case("ppp-name", "hogar", LOCAL, put(S, name="0123"), {"name": "0123"}),
    Case("ppp-yes", "hogar", LOCAL, put(S, name="yes"), {"name": "yes"}),
    Case("profile", "hogar", LOCAL, put(S, profile="hogar-20"), moved("hogar", "hogar-20")),
    Case("strange", "hogar", LOCAL, put(S, profile="default"), refused="the profile `default`"),
    Case(
        "remote", "hogar", LOCAL, put(S, remote_address="10.20.2.220"), {"address": "10.20.2.220"}
    ),
    Case(
        "local", "hogar", LOCAL, put(S, local_address="10.20.0.2"), {"local_address": "10.20.0.2"}
    ),
    Case("caller", "hogar", LOCAL, put(S, caller_id=NEW), {"mac": NEW}),
    Case("no-caller", "hogar", {**LOCAL, "mac": MAC}, put(S, caller_id=""), {"mac": None}),
    Case("kind", "hogar", LOCAL, put(S, service="any"), {"ppp_service": "any"}),
    Case("ppp-off", "hogar", LOCAL, put(S, disabled="yes"), refused="client suspend ppp-off"),
    Case("pool-cut", "libre", {"address": None}, put(S, profile="rc-suspended-libre"), CUT),
    Case("pool-back", "libre", {**OFF, "address": None}, put(S, profile="libre"), BACK),
    Case("user", "ficha", {}, put(H, name="juan"), {"name": "juan"}),
    Case("ticket", "ficha", {}, put(H, profile="rc-ficha-20"), moved("ficha", "ficha-20")),
    Case("hs-mac", "ficha", {}, put(H, mac_address=NEW), {"mac": NEW}),
    Case("hs-place", "ficha", {}, put(H, address="10.20.2.230"), {"address": "10.20.2.230"}),
    Case("hs-server", "ficha", {}, put(H, server="plaza"), {"server": "plaza"}),
    Case("hs-cut", "ficha", {"address": None}, put(H, disabled="yes"), CUT),
    Case("hs-back", "ficha", {**OFF, "address": None}, put(H, disabled="no"), BACK),
    Case("hs-off", "ficha", {}, put(H, disabled="yes"), refused="client suspend hs-off"),
]
# Somebody has each plan and profile that a person chooses, so that the router has them.
OTHERS = [
    client("x-cola", "cola-20", address="10.20.3.1"),
    client("x-hogar", "hogar-20", address="10.20.3.2"),
    client("x-ficha", "ficha-20", address="10.20.3.3"),
    client("x-libre", "libre", status="suspended", suspended=OFF["suspended"]),
]


@dataclass
class Told:
    """What the command said, and what it left."""

    world: World
    before: dict[str, str]
    dry: Ran
    ran: Ran
    after: Ran


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All cases at once: applied, turned, adopted, committed, read again."""
    clients = list(OTHERS)
    for at, case in enumerate(CASES):
        service = {"address": f"10.20.1.{at + 1}", **case.service}
        clients.append(
            client(case.id, case.plan, **{k: v for k, v in service.items() if v is not None})
        )
    with build(tmp_path_factory.mktemp("adopt") / "repo", clients) as world:
        ran = world.run("apply", "--yes", "--on", DAY)
        assert ran.code == 0, ran.text
        for case in CASES:
            case.turn(world.device(RB), case.id)
        before = {str(p): p.read_text() for p in world.root.rglob("*.yaml")}
        dry = world.run("drift", "--adopt", "--on", DAY)
        assert {str(p): p.read_text() for p in world.root.rglob("*.yaml")} == before
        ran = world.run("drift", "--adopt", "--yes", "--on", DAY)
        commit(world.root)
        after = world.run("drift", "--on", DAY)
        yield Told(world, before, dry, ran, after)


def service_of(root: Path, name: str) -> dict[str, Any]:
    data = yaml.load((root / f"inventory/clients/{name}.yaml").read_bytes(), yaml.BaseLoader)
    found: dict[str, Any] = data["services"][0]
    return found


def test_it_ends_with_2_as_some_changes_are_not_for_the_files_to_say(told: Told) -> None:
    assert (told.dry.code, told.ran.code) == (2, 2), told.ran.text
    assert "Nothing was written: add --yes" in told.dry.err


@pytest.mark.parametrize("case", [one for one in CASES if one.wanted], ids=lambda one: one.id)
def test_what_was_done_by_hand_is_in_the_file_and_no_drift_any_more(told: Told, case: Case) -> None:
    service = service_of(told.world.root, case.id)
    found = {key: service.get(key) for key in case.wanted}
    assert str(found) == str(case.wanted), told.ran.text
    assert f"{case.id}/internet (Peña" in told.ran.out
    mine = told.after.out.partition(f"  {case.id}/internet")[2].partition("\n  ")[0]
    assert "drift:" not in mine, told.after.out


@pytest.mark.parametrize("case", [one for one in CASES if one.refused], ids=lambda one: one.id)
def test_what_no_file_can_say_is_told_with_the_reason_and_left(told: Told, case: Case) -> None:
    part = told.ran.out.partition(f"{case.id}/internet: not for the files to say\n")[2]
    assert case.refused in " ".join(part.split("\n")[:2]), told.ran.text
    file = told.world.root / f"inventory/clients/{case.id}.yaml"
    assert file.read_text() == told.before[str(file)]
    assert f"  {case.id}/internet" in told.after.out
