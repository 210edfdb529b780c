# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions that were to end and did not: the run is one in part, and the next apply ends them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import KEY, World

from reconciler.emulator import Device
from reconciler.journal import last_run, read_journal
from reconciler.sessions import SessionKind
from reconciler.unfinished import Unfinished, read_unfinished, unfinished

ACTIVE, CONNECTIONS = "/ppp/active", "/ip/firewall/connection"
BEFORE, AFTER = "2w3d", "1s"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two logins as the files say; then both get a faster plan."""
    with World(tmp_path / "repo") as one:
        one.environ["RECONCILE_KEY"] = KEY
        one.serve("tower", Device(version="7.22.3", identity="tower"), connections="always")
        one.write(
            "reconcile.yaml",
            {
                "format": 1,
                "secrets": {"key": {"env": "RECONCILE_KEY"}},
                "limits": {"changes_percent": 100, "cuts_percent": 100},
            },
        )
        zone = {"id": "norte", "router": "tower", "addresses": ["10.60.0.0/16"]}
        one.write("inventory/zones/norte.yaml", zone | {"local_address": "10.60.255.1"})
        for plan, rate in (("slow", "5M"), ("fast", "50M")):
            rates = {"download": rate, "upload": "2M"}
            one.write(f"plans/{plan}.yaml", {"id": plan, "mode": "pppoe", **rates})
        for number, name in enumerate(("ana", "nandu")):
            client(one, name, number, "slow")
        assert one.run("apply", "--yes").code == 0
        for number, name in enumerate(("ana", "nandu")):
            log_in(one, name, BEFORE)
            client(one, name, number, "fast")
        yield one


def client(world: World, name: str, number: int, plan: str, **fields: Any) -> None:
    service = {"plan": plan, "since": "2026-01-01", "address": f"10.60.0.{number + 2}", **fields}
    world.write(
        f"inventory/clients/{name}.yaml",
        {"id": name, "name": name, "zone": "norte", "services": [service]},
    )


def log_in(world: World, name: str, uptime: str) -> None:
    device = world.device("tower")
    for row in device.rows(ACTIVE):
        if row["name"] == name:
            device.remove(ACTIVE, row[".id"])
    device.add_dynamic(ACTIVE, name=name, service="pppoe", uptime=uptime)


def live(world: World) -> set[str]:
    return {row["name"] for row in world.device("tower").rows(ACTIVE)}


def stopped_after(world: World, writes: int) -> None:
    """A run that loses its router for good behind so many writes."""
    faults = world.servers["tower"].faults
    faults.drop_after_write(writes)
    faults.refuse_login = True
    world.run("apply", "--yes")
    faults.clear()
    faults.refuse_login = False
    world.device("tower").clock.advance(121)


def refuse_drops(world: World) -> None:
    """Every removal of a session is refused, first the list and then each alone."""
    faults = world.servers["tower"].faults
    for write in (4, 5, 6):
        faults.trap_at_write(write, "failure: timeout")


def events(world: World, kind: str) -> list[Any]:
    path = last_run(world.root, "journal", ".jsonl")
    assert path is not None
    return [one for one in read_journal(path) if one["event"] == kind]


def test_a_session_that_could_not_be_ended_makes_the_run_one_in_part(world: World) -> None:
    refuse_drops(world)
    ran = world.run("apply", "--yes")
    assert ran.code == 5, ran.text
    assert "tower: ppp session of ana/internet could not be ended: failure: timeout." in ran.out
    assert "Applied in part" in ran.out
    assert live(world) == {"ana", "nandu"}
    assert [one["client"] for one in events(world, "ending")] == ["ana/internet", "nandu/internet"]
    assert events(world, "ended") == []


@pytest.mark.parametrize("how", [(), ("--resume",)])
def test_the_next_apply_ends_it(world: World, how: tuple[str, ...]) -> None:
    refuse_drops(world)
    assert world.run("apply", "--yes").code == 5
    ran = world.run("apply", "--yes", *how)
    assert ran.code == 0, ran.text
    assert "an earlier run had left 2 sessions to end: ana/internet and nandu/internet." in ran.out
    assert live(world) == set()
    assert read_unfinished(world.root) == ()


def test_a_run_that_died_before_its_sessions_leaves_them_to_the_next(world: World) -> None:
    stopped_after(world, 3)
    assert live(world) == {"ana", "nandu"}
    ran = world.run("apply", "--yes")
    assert ran.code == 0, ran.text
    assert live(world) == set()


def test_who_logged_in_after_the_change_is_left_alone(world: World) -> None:
    refuse_drops(world)
    assert world.run("apply", "--yes").code == 5
    log_in(world, "ana", AFTER)
    path = last_run(world.root, "journal", ".jsonl")
    assert path is not None
    # An hour ago, so that a second is certainly after it.
    path.write_text(path.read_text().replace('"time": "20', '"time": "19'))
    assert world.run("apply", "--yes").code == 0
    assert live(world) == {"ana", "nandu"}
    assert read_unfinished(world.root) == ()


def test_a_session_that_tells_no_time_is_left_alone(world: World) -> None:
    refuse_drops(world)
    assert world.run("apply", "--yes").code == 5
    log_in(world, "ana", "")
    assert world.run("apply", "--yes").code == 0
    assert live(world) == {"ana"}


def test_it_is_carried_on_by_runs_that_do_not_end_it(world: World) -> None:
    refuse_drops(world)
    assert world.run("apply", "--yes").code == 5
    owed = read_unfinished(world.root)
    assert [one.client for one in owed] == ["ana/internet", "nandu/internet"]
    assert world.run("apply", "--yes", "--client", "ana").code == 0
    assert live(world) == {"ana", "nandu"}
    assert read_unfinished(world.root) == owed
    plan = world.root / "p.json"
    assert world.run("plan", "--out", str(plan)).code == 0
    assert world.run("apply", str(plan), "--yes").code == 0
    assert read_unfinished(world.root) == owed
    assert world.run("apply", "--yes").code == 0
    assert live(world) == set()


def test_connections_are_cut_only_while_the_service_is_suspended(world: World) -> None:
    debt = {"since": "2026-11-05", "cause": "debt"}
    assert world.run("apply", "--yes").code == 0
    device = world.device("tower")
    device.add_dynamic(CONNECTIONS, src_address="10.60.0.2:1", dst_address="198.51.100.1:443")
    device.add_dynamic(CONNECTIONS, src_address="10.60.0.3:1", dst_address="198.51.100.1:443")
    for number, name in enumerate(("ana", "nandu")):
        client(world, name, number, "fast", status="suspended", suspended=debt)
    faults = world.servers["tower"].faults
    for write in (4, 5, 6):
        faults.trap_at_write(write, "failure: timeout")
    ran = world.run("apply", "--yes")
    assert ran.code == 5, ran.text
    assert "connections of ana/internet could not be ended" in ran.out
    client(world, "nandu", 1, "fast")
    assert world.run("apply", "--yes").code == 0
    assert [row["src-address"] for row in device.rows(CONNECTIONS)] == ["10.60.0.3:1"]


# -- the journal alone -------------------------------------------------------------


def journal(*events: dict[str, Any]) -> list[str]:
    return [one.name for one in unfinished(events)]


SESSION = {"router": "r", "kind": "ppp", "client": "a/i", "name": "a"}
ENDING = {"event": "ending", "change": 1, **SESSION}
TRYING = {"event": "trying", "changes": [1], "time": "2026-11-21T00:00:00+00:00"}
ENDED = {"event": "ended", **SESSION}


def result(state: str) -> dict[str, Any]:
    return {**TRYING, "event": "result", "state": state}


def test_only_what_hangs_on_a_change_that_may_be_made_is_owed() -> None:
    assert journal(ENDING) == []
    assert journal(ENDING, TRYING) == ["a"]
    assert journal(ENDING, TRYING, result("done")) == ["a"]
    assert journal(ENDING, TRYING, result("unknown")) == ["a"]
    assert journal(ENDING, TRYING, result("failed")) == []
    assert journal(ENDING, TRYING, result("done"), ENDED) == []


def test_a_damaged_journal_owes_nothing(world: World) -> None:
    path = world.root / ".reconcile/journal/99991231T000000Z-x.jsonl"
    for text in ("[]\n", '{"event": "ending"}\n', json.dumps({"event": "begin", "unfinished": 3})):
        path.write_text(text)
        assert read_unfinished(world.root) == ()


def test_what_is_carried_on_reads_back_as_it_was() -> None:
    one = Unfinished("r", SessionKind.PPP, "a/i", "a", "2026-11-21T00:00:00+00:00")
    begin = {"event": "begin", "unfinished": [json.loads(json.dumps(one.as_data()))]}
    assert unfinished([begin]) == (one,)
    assert unfinished([begin, ENDED]) == ()
