# SPDX-License-Identifier: GPL-3.0-or-later
"""`drift --adopt` of plans, of the router's own lists, of passwords, and on a terminal."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from end_to_end.world import World, commit

from reconciler.cli import cli, triage
from triage.conftest import DAY, RB, build, client

pyrage: Any = import_module("pyrage")
PROFILE, LIST, SECRET = "/ppp/profile", "/ip/firewall/address-list", "/ppp/secret"
CLIENTS = [
    client("ana", "casa", address="10.20.1.1"),
    client("eva", "casa", address="10.20.1.2"),
    client("rita", "hogar", address="10.20.1.3"),
    client("luz", "ficha", address="10.20.1.4"),
    client("sol", "cola", address="10.20.1.5"),
    client("mar", "libre", status="suspended", suspended={"since": DAY, "cause": "manual"}),
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with build(tmp_path / "repo", CLIENTS) as world:
        assert world.run("apply", "--yes", "--on", DAY).code == 0
        yield world


def held(world: World, file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((world.root / file).read_bytes(), yaml.BaseLoader)
    return found


def test_plans_and_the_allowed_list_as_they_were_set_by_hand(world: World) -> None:
    device = world.device(RB)
    device.set(PROFILE, "hogar", rate_limit="2M/12M 4M/20M 1M/8M 16s/16s 5 1M/3M")
    device.set(PROFILE, "hogar", local_address="10.20.0.3", comment="Hogar ñ [rc:plan/hogar]")
    device.set(PROFILE, "rc-suspended-libre", rate_limit="1M/1M")
    device.set("/ip/hotspot/user/profile", "rc-ficha", shared_users="3", rate_limit="3M/9M")
    device.set("/queue/type", "rc-cola-down", pcq_rate="15M")
    device.set("/queue/tree", "rc-cola-up", priority="3")
    ids = {row["address"]: row[".id"] for row in device.rows(LIST) if row["list"] == "rc-allowed"}
    device.remove(LIST, ids["203.0.113.7"])
    device.set(LIST, ids["203.0.113.8"], address="203.0.113.9")
    rules = device.rows("/ip/firewall/filter")
    device.set("/ip/firewall/filter", rules[0][".id"], disabled="yes")
    ran = world.run("drift", "--adopt", "--yes", "--on", DAY)
    assert ran.code == 2, ran.text
    hogar = held(world, "plans/hogar.yaml")
    assert (hogar["download"], hogar["upload"], hogar["priority"]) == ("12M", "2M", "5")
    assert hogar["burst"] == {
        "download": "20M",
        "upload": "4M",
        "threshold": {"download": "8M", "upload": "1M"},
        "time": "16s",
    }
    assert hogar["guaranteed"] == {"download": "3M", "upload": "1M"}
    assert (hogar["local_address"], hogar["name"]) == ("10.20.0.3", "Hogar ñ")
    ficha = held(world, "plans/ficha.yaml")
    assert [ficha[key] for key in ("download", "upload", "shared_users")] == ["9M", "3M", "3"]
    assert held(world, "plans/cola.yaml")["download"] == "15M"
    assert held(world, "inventory/routers/rb-norte.yaml")["allowed"] == ["203.0.113.9"]
    assert "profile of suspended clients follows that of plan libre" in ran.out
    assert "no file says them otherwise" in ran.out
    commit(world.root)
    after = world.run("drift", "--on", DAY).out
    by_hand = [line.split("drift: ")[1] for line in after.split("\n") if "drift: " in line]
    assert [line.split(":")[0] for line in by_hand] == [
        "/ip/firewall/filter rc-forward allowed",
        "/ppp/profile rc-suspended-libre",
    ], after


def test_one_priority_of_two_trees_is_no_plan(world: World) -> None:
    world.device(RB).set("/queue/tree", "rc-cola-up", priority="3")
    world.device(RB).set("/queue/tree", "rc-cola-down", priority="3")
    ran = world.run("drift", "--adopt", "--yes", "--on", DAY)
    assert ran.code == 0, ran.text
    assert held(world, "plans/cola.yaml")["priority"] == "3"
    assert ran.out.count("plan/cola: cola as the router has it") == 1


def settings(world: World, **secrets: object) -> None:
    data = held(world, "reconcile.yaml")
    data["secrets"] |= secrets
    world.write("reconcile.yaml", data)


def test_a_password_is_sealed_for_the_recipients_and_never_shown(world: World) -> None:
    identity = pyrage.x25519.Identity.generate()
    world.environ["AGE_IDENTITY"] = str(identity)
    secret = 'cañón "9" 0123'
    world.device(RB).set(SECRET, "rita", password=secret)
    refused = world.run("drift", "--adopt", "--yes", "--on", DAY)
    assert refused.code == 2
    assert "age_recipients" in refused.out
    settings(world, age_identity={"env": "AGE_IDENTITY"})
    ran = world.run("drift", "--adopt", "--yes", "--on", DAY)
    assert ran.code == 0, ran.text
    (service,) = held(world, "inventory/clients/rita.yaml")["services"]
    assert list(service["password"]) == ["age"]
    assert secret not in refused.text + ran.text
    assert all(secret not in file.read_text() for file in world.root.rglob("*.yaml"))
    commit(world.root)
    assert world.run("drift", "--on", DAY).code == 0


# -- on a terminal ----------------------------------------------------------------


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage, "is_interactive", lambda: True)


def ask(world: World, answers: str) -> Result:
    line = ["--repo", str(world.root), "drift", "--adopt", "--on", DAY]
    return CliRunner().invoke(cli, line, input=answers, env={**world.environ, "NO_COLOR": "1"})


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("answers", "code", "plans"),
    [
        ("y\nn\n", 2, ["casa-20", "casa"]),
        ("n\ny\n", 2, ["casa", "casa-20"]),
        ("y\nq\n", 2, ["casa-20", "casa"]),
        ("q\n", 2, ["casa", "casa"]),
        ("a\n", 0, ["casa-20", "casa-20"]),
    ],
)
def test_a_terminal_is_asked_line_by_line(
    world: World, answers: str, code: int, plans: list[str]
) -> None:
    for name in ("ana", "eva"):
        world.device(RB).set("/queue/simple", name, max_limit="2M/20M")
    done = ask(world, answers)
    assert done.exit_code == code, done.output
    assert "ana/internet (Peña “ana”): plan casa-20 instead of casa" in done.output
    assert "--- inventory/clients/ana.yaml" in done.output
    files = [held(world, f"inventory/clients/{name}.yaml") for name in ("ana", "eva")]
    assert [one["services"][0]["plan"] for one in files] == plans


# -- what is no hand-made change -----------------------------------------------------


def test_nothing_by_hand_is_nothing_to_adopt(world: World) -> None:
    world.write("inventory/clients/ana.yaml", client("ana", "casa-20", address="10.20.1.1"))
    ran = world.run("drift", "--adopt", "--yes", "--on", DAY)
    assert ran.code == 0
    assert "there is nothing to adopt" in ran.err


def test_it_wants_text_and_yes_wants_it(world: World) -> None:
    assert world.run("drift", "--yes").code == 64
    assert world.run("drift", "--adopt", "--format", "json").code == 64


def test_billing_hears_of_it_the_day_after_an_issued_invoice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.device(RB).set("/queue/simple", "ana", max_limit="2M/20M")
    issued = lambda _root, days: {("ana/internet", day) for day in days}  # noqa: E731
    monkeypatch.setattr(triage, "issued_on", issued)
    ran = world.run("drift", "--adopt", "--on", DAY)
    assert "the plan counts from 2026-11-21" in ran.err, ran.text
    assert '"to": "2026-11-21"' in ran.out or "to: 2026-11-21" in ran.out
