# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile status` on emulated routers: what it tells, as text and JSON, and its exit codes."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from end_to_end.world import World, commit, git

from reconciler.emulator import Device
from reconciler.emulator.answers import Command
from reconciler.emulator.session import Verdict

LISTS = "/ip/firewall/address-list"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two routers, clients of two modes, in git, all applied."""
    with World(tmp_path / "repo") as one:
        one.write(
            "reconcile.yaml",
            {
                "format": 1,
                "timezone": "America/Mexico_City",
                "secrets": {"key": {"env": "RECONCILE_KEY"}},
            },
        )
        for router, third in (("rb-norte", 20), ("rb-sur", 30)):
            one.serve(router, Device(identity=router), timeout="2s")
            zone = router.removeprefix("rb-")
            fields = {
                "id": zone,
                "router": router,
                "addresses": [f"10.{third}.0.0/24"],
                "local_address": f"10.{third}.0.1",
            }
            one.write(f"inventory/zones/{zone}.yaml", fields)
        for plan, mode in (("ppp", "pppoe"), ("cola", "simple-queue"), ("spot", "hotspot")):
            fields = {"id": plan, "mode": mode, "download": "10M", "upload": "2M"}
            one.write(f"plans/{plan}.yaml", fields)
        for id_, zone, plan, address in (
            ("ana", "norte", "ppp", "10.20.0.7"),
            ("beto", "norte", "cola", "10.20.0.8"),
            ("eva", "sur", "spot", "10.30.0.9"),
        ):
            put(one, id_, zone, plan, address)
        git(one.root, "init", "--quiet")
        (one.root / ".gitignore").write_text(".reconcile/\n")
        commit(one.root, "first")
        ran = one.run("apply", "--yes")
        assert ran.code == 0, ran.text
        yield one


def put(world: World, id_: str, zone: str, plan: str, address: str, **more: object) -> None:
    service = {"plan": plan, "address": address, **more}
    content = {"id": id_, "name": id_.title(), "zone": zone, "services": [service]}
    world.write(f"inventory/clients/{id_}.yaml", content)


def log_in(world: World) -> None:
    world.device("rb-norte").add_dynamic(
        "/ppp/active",
        name="ana",
        service="pppoe",
        address="10.20.0.7",
        uptime="01:02:03",
        **{"caller-id": "02:AA:00:00:00:01"},
    )
    world.device("rb-norte").add_dynamic(
        "/ppp/active", name="stranger", service="pppoe", address="10.20.0.200", uptime="5s"
    )
    world.device("rb-sur").add_dynamic(
        "/ip/hotspot/active",
        user="eva",
        address="10.30.0.9",
        uptime="1d2h",
        **{"mac-address": "02:AA:00:00:00:02"},
    )


def data(world: World, *arguments: str, code: int = 0) -> dict[str, Any]:
    ran = world.run("status", "--format", "json", *arguments)
    assert ran.code == code, ran.text
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_all_is_well(world: World) -> None:
    log_in(world)
    head = git(world.root, "rev-parse", "HEAD").strip()
    norte, sur = data(world)["routers"]
    assert (norte["router"], norte["reachable"], norte["status"]) == ("rb-norte", True, "ok")
    assert norte["version"] == "7.22.3"
    assert norte["uptime"]
    assert norte["applied"]["commit"] == head
    assert norte["applied"]["behind"] == 0
    assert norte["pending"] == 0
    assert norte["sessions"] == {"ppp": 2, "hotspot": 0}
    assert sur["sessions"] == {"ppp": 0, "hotspot": 1}
    assert norte["logins"] is None
    assert norte["leases"] == []


def test_the_table_of_routers(world: World) -> None:
    log_in(world)
    ran = world.run("status")
    assert ran.code == 0
    head, norte, sur = ran.out.splitlines()
    assert head.split() == ["router", "version", "uptime", "applied", "changes", "PPP", "HotSpot"]
    short = git(world.root, "rev-parse", "HEAD")[:8]
    assert norte.split()[:2] == ["rb-norte", "7.22.3"]
    assert f"{short} today" in norte
    assert norte.split()[-3:] == ["none", "2", "0"]
    assert sur.split()[-3:] == ["none", "0", "1"]


def test_what_waits_and_how_far_the_files_are_ahead(world: World) -> None:
    put(world, "ana", "norte", "ppp", "10.20.0.17")
    commit(world.root, "second")
    commit(world.root, "nothing of the repository's")  # an empty commit changes no file
    put(world, "carla", "norte", "ppp", "10.20.0.18")
    commit(world.root, "third")
    norte, sur = data(world)["routers"]
    assert norte["pending"] == 2
    assert norte["applied"]["behind"] == 2
    assert sur["pending"] == 0
    assert "2 behind" in world.run("status").out


def test_a_commit_that_git_does_not_know_and_none_at_all(world: World) -> None:
    for router, wanted in (("rb-norte", "f" * 40), ("rb-sur", None)):
        device = world.device(router)
        [row] = [row for row in device.rows(LISTS) if row["list"] == "rc-state"]
        if wanted:
            comment = f"commit={wanted} date=2026-01-01 tool=0"
            device.set(LISTS, row[".id"], comment=comment)
        else:
            device.remove(LISTS, row[".id"])
    norte, sur = data(world)["routers"]
    assert norte["applied"]["behind"] is None
    assert sur["applied"] is None
    out = world.run("status").out
    assert "not in this clone" in out
    assert "never from a commit" in out


def test_a_router_that_is_away_is_told_and_the_rest_is_done(world: World) -> None:
    world.servers["rb-sur"].faults.go_away()
    ran = world.run("status")
    assert ran.code == 3
    assert "rb-sur    unreachable" in ran.out
    assert "7.22.3" in ran.out
    found = data(world, code=3)["routers"][1]
    assert (found["reachable"], found["pending"], found["sessions"]) == (False, None, None)
    assert found["error"]


def test_a_refused_login_and_a_conflict_are_errors(world: World) -> None:
    world.servers["rb-sur"].faults.refuse_login = True
    world.device("rb-norte").add("/queue/simple", name="dora", target="10.20.0.30/32")
    put(world, "dora", "norte", "cola", "10.20.0.30")
    norte, sur = data(world, code=1)["routers"]
    assert norte["status"] == "conflict"
    assert norte["problems"]
    assert sur["problems"]
    out = world.run("status").out
    assert out.splitlines()[1].split()[-3] == "conflict"
    assert out.count("refuses the login") == 1


def test_a_router_that_goes_away_between_plan_and_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reads of the plan are answered, the next ones are not."""
    server = world.servers["rb-sur"]
    gate = server.faults.gate

    def cut(command: Command) -> Verdict:
        return Verdict.DROP_BEFORE if command.path == "/ip/hotspot/active" else gate(command)

    monkeypatch.setattr(server.faults, "gate", cut)
    norte, sur = data(world, code=3)["routers"]
    assert norte["reachable"]
    assert not sur["reachable"]
    assert sur["error"]


def test_who_holds_the_lease(world: World) -> None:
    world.device("rb-norte").add(
        LISTS, list="rc-lease", address="192.0.2.1", timeout="2m", comment="owner=maria@office"
    )
    [lease] = data(world)["routers"][0]["leases"]
    assert lease["owner"] == "maria@office"
    assert 0 < lease["seconds_left"] <= 120
    assert "the lease is held by maria@office" in world.run("status").out


def test_each_session_with_whose_it_is(world: World) -> None:
    log_in(world)
    norte, sur = data(world, "--sessions")["routers"]
    assert norte["logins"] == [
        {
            "kind": "ppp",
            "user": "ana",
            "address": "10.20.0.7",
            "caller": "02:AA:00:00:00:01",
            "uptime": "1h2m3s",
            "service": "ana/internet",
        },
        {
            "kind": "ppp",
            "user": "stranger",
            "address": "10.20.0.200",
            "caller": "",
            "uptime": "5s",
            "service": None,
        },
    ]
    [eva] = sur["logins"]
    assert (eva["kind"], eva["caller"], eva["service"]) == (
        "hotspot", "02:AA:00:00:00:02", "eva/internet",
    )  # fmt: skip
    out = world.run("status", "--sessions").out
    assert "ana (ana/internet)  10.20.0.7 from 02:AA:00:00:00:01, up 1h2m3s" in out
    assert "stranger (in no file)" in out


def test_one_client_as_the_files_say(world: World) -> None:
    log_in(world)
    found = data(world, "--client", "ana")
    assert [one["router"] for one in found["routers"]] == ["rb-norte"]
    [service] = found["services"]
    assert service["changes"] == []
    assert service["rows"] == ["/ppp/secret ana pppoe"]
    assert service["suspended_list"] == {"10.20.0.7": False}
    assert [one["user"] for one in service["sessions"]] == ["ana"]
    out = world.run("status", "--client", "ana").out
    assert "router: as the files say" in out
    assert "10.20.0.7 is not in the suspended list" in out
    assert "stranger" not in out


def test_one_client_who_is_suspended(world: World) -> None:
    debt = {"since": "2026-11-01", "cause": "debt"}
    more = {"status": "suspended", "suspended": debt, "targets": ["10.20.0.64/29"]}
    put(world, "beto", "norte", "cola", "10.20.0.8", **more)
    [before] = data(world, "--client", "beto")["services"]
    assert before["wanted"] == "suspended"
    assert len(before["changes"]) == 3  # the queue's targets, and two entries of the list
    assert before["suspended_list"] == {"10.20.0.8": False, "10.20.0.64/29": False}
    assert world.run("apply", "--yes").code == 0
    [after] = data(world, "--client", "beto")["services"]
    assert after["changes"] == []
    assert after["suspended_list"] == {"10.20.0.8": True, "10.20.0.64/29": True}
    device = world.device("rb-norte")
    [row] = [row for row in device.rows(LISTS) if row["address"] == "10.20.0.8"]
    device.set(LISTS, row[".id"], disabled="yes")
    [disabled] = data(world, "--client", "beto")["services"]
    assert disabled["suspended_list"]["10.20.0.8"] is False
    assert "/ip/firewall/address-list rc-suspended 10.20.0.8, disabled" in disabled["rows"]


def test_one_client_on_a_router_that_is_away(world: World) -> None:
    world.servers["rb-norte"].faults.go_away()
    [service] = data(world, "--client", "ana", code=3)["services"]
    assert service["rows"] is None
    assert "was not reached" in world.run("status", "--client", "ana").out


def test_wrong_usage(world: World) -> None:
    assert world.run("status", "--client", "nobody").code == 64
    assert world.run("status", "--router", "rb-nort").code == 64
    assert world.run("status", "--watch").code == 64


def test_watch_looks_again_until_it_is_interrupted(world: World) -> None:
    master, slave = pty.openpty()
    environ = {**os.environ, **world.environ, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "reconciler", "--repo", str(world.root), "status", "--watch"]
    output = b""
    with subprocess.Popen(
        [*command, "--every", "1"], env=environ, stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        try:
            while output.count(b"Ctrl-C ends") < 2:
                assert select.select([master], [], [], 20)[0], output
                output += os.read(master, 65536)
            process.send_signal(signal.SIGINT)
            code = process.wait(20)
        finally:
            process.kill()
            os.close(master)
    assert code == 0, output
    assert b"rb-norte" in output
    assert b"Traceback" not in output
