# SPDX-License-Identifier: GPL-3.0-or-later
"""The real thing: a dask cluster of two worker processes, one of which is killed as it writes."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from cli.conftest import client, world
from distributed import LocalCluster
from end_to_end.world import KEY, Ran, World, assert_settled, router_password, run_cli

from reconciler.emulator.session import Verdict
from reconciler.executor import cluster as engine

__all__ = ["world"]  # fixture

QUEUE, LIST = "/queue/simple", "/ip/firewall/address-list"
# What the workers have, and who runs the command has not.
SECRETS = {
    "RECONCILE_KEY": KEY,
    "RB_NORTE_PASSWORD": router_password("rb-norte"),
    "RB_SUR_PASSWORD": router_password("rb-sur"),
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        scheduler_port=0,
        dashboard_address="127.0.0.1:0",
        silence_logs="CRITICAL",
        env=SECRETS,
    ) as made:
        yield made


def run(world: World, cluster: LocalCluster, *arguments: str) -> Ran:
    """A command by somebody who has no secret but the repository's key."""
    options = ("--executor", "dask", "--scheduler", cluster.scheduler_address)
    environ = {"RECONCILE_KEY": KEY}
    return run_cli("--repo", str(world.root), *arguments, *options, environ=environ)


def events(world: World) -> list[dict[str, Any]]:
    (file,) = (world.root / ".reconcile/journal").glob("*.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_worker_is_killed_in_the_middle_of_its_writes(
    world: World, cluster: LocalCluster
) -> None:
    for number in range(40):
        data = client(f"c-{number}", "norte", f"10.20.0.{20 + number}")
        world.write(f"inventory/clients/c-{number}.yaml", data)
    router = world.root / "inventory/routers/rb-norte.yaml"
    limited = json.loads(router.read_text(encoding="utf-8")) | {"pipeline": "4"}
    world.write("inventory/routers/rb-norte.yaml", limited)
    killed: list[int] = []

    def kill() -> Verdict:
        killed.append(kill_who_talks_to(world.servers["rb-norte"].port))
        return Verdict.PASS

    # The lease is added, then taken up; the eleventh queue is the last that its worker wrote.
    world.servers["rb-norte"].faults.at_write(2 + 11, kill)
    ran = run(world, cluster, "apply", "--yes")
    assert ran.code == 0, ran.text
    assert len(killed) == 1
    assert "Applied: 42 written, read back, all as wanted." in ran.out
    assert_settled(world)
    assert added_twice(world) == []
    assert [row for row in world.device("rb-norte").rows(LIST) if row["list"] == "rc-lease"] == []

    noted = events(world)
    results = [event for event in noted if event["event"] == "result"]
    unknown = [event for event in results if event["state"] == "unknown"]
    assert {event["router"] for event in unknown} == {"rb-norte"}
    last = {number: event["state"] for event in results for number in event["changes"]}
    assert Counter(last.values()) == {"done": 42}
    assert noted[-1] == noted[-1] | {"event": "end", "exit_code": 0}
    found = [event for event in results if "found done" in (event["message"] or "")]
    assert 10 <= sum(len(event["changes"]) for event in found) <= 20

    # What was kept before the first write takes all of it back.
    assert world.run("undo", "--yes", "--allow-changes", "50").code == 0
    assert [world.device(name).rows(QUEUE) for name in world.servers] == [[], []]


def kill_who_talks_to(port: int) -> int:
    """SIGKILL for the worker process that has a session with the router at `port`."""
    ours = psutil.Process().children(recursive=True)
    (process,) = (
        child
        for child in ours
        for one in child.net_connections(kind="tcp")
        if one.raddr and one.raddr.port == port and one.status == psutil.CONN_ESTABLISHED
    )
    os.kill(process.pid, signal.SIGKILL)
    return int(process.pid)


def added_twice(world: World) -> list[str]:
    names = Counter(
        word
        for server in world.servers.values()
        for words in server.commands(f"{QUEUE}/add")
        for word in words
        if word.startswith("=name=")
    )
    assert len(names) == 42
    return [name for name, count in names.items() if count > 1]


def test_plan_and_plan_file_are_those_of_one_process(
    world: World, cluster: LocalCluster, tmp_path: Path
) -> None:
    file = str(tmp_path / "change.plan")
    local = world.run("plan")
    assert run(world, cluster, "plan", "--out", file).out == local.out
    world.servers["rb-sur"].faults.go_away()
    away = run(world, cluster, "apply", file, "--yes")
    assert away.code == 3
    assert "rb-sur: unreachable." in away.out
    world.servers["rb-sur"].faults.come_back()
    again = run(world, cluster, "apply", "--yes")
    assert (again.code, [row["name"] for row in world.device("rb-sur").rows(QUEUE)]) == (0, ["eva"])
    stale = run(world, cluster, "apply", file, "--yes")
    assert stale.code == 6


def test_guards_leases_and_lockout_stop_it_before_the_first_write(
    world: World, cluster: LocalCluster
) -> None:
    device = world.device("rb-sur")
    lease = device.add_dynamic(
        LIST, list="rc-lease", address="192.0.2.1", comment="owner=pedro run=other by=x"
    )
    held = run(world, cluster, "apply", "--yes")
    assert held.code == 7
    assert "rb-sur: the lease is held by pedro" in held.err
    assert world.device("rb-norte").rows(QUEUE) == []
    leases = [row for row in world.device("rb-norte").rows(LIST) if row["list"] == "rc-lease"]
    assert leases == []
    device.remove(LIST, str(lease))


def test_a_secret_that_workers_lack_is_named_with_the_worker(
    world: World, cluster: LocalCluster
) -> None:
    file = world.root / "inventory/routers/rb-sur.yaml"
    data = json.loads(file.read_text(encoding="utf-8"))
    world.write("inventory/routers/rb-sur.yaml", data | {"password": {"env": "NOBODY_HAS_IT"}})
    ran = run(world, cluster, "apply", "--yes")
    assert ran.code == 1
    assert "The environment variable NOBODY_HAS_IT is not set." in ran.err
    assert "(on the worker " in ran.err
    assert world.device("rb-norte").rows(QUEUE) == []


def test_what_a_cluster_needs_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SECONDS_TO_CONNECT", 0.2)
    options = ("plan", "--executor", "dask")
    without = world.run(*options)
    assert (without.code, "needs --scheduler ADDRESS" in without.err) == (64, True)
    assert world.run("plan", "--scheduler", "tcp://127.0.0.1:1").code == 64
    cluster = ("apply", "--executor", "dask", "--scheduler", "tcp://127.0.0.1:1")
    for option in (("--rehearse",), ("--confirm", "60")):
        refused = world.run(*cluster, *option)
        assert (refused.code, f"{option[0]} cannot be had" in refused.err) == (64, True)
    for address in ("tcp://127.0.0.1:1", "nonsense", "nope://x"):
        ran = world.run(*options, "--scheduler", address)
        assert ran.code == 1, ran.text
        assert f"The scheduler {address} cannot be reached" in ran.err
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    missing = world.run(*options, "--scheduler", "tcp://127.0.0.1:1")
    assert (missing.code, "pip install 'wisp-reconcile[dask]'" in missing.err) == (1, True)


def test_a_cluster_has_no_waves(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SECONDS_TO_CONNECT", 0.2)
    cluster = ("apply", "--executor", "dask", "--scheduler", "tcp://127.0.0.1:1")
    asked = world.run(*cluster, "--waves", "zone")
    assert (asked.code, "--waves asks for waves by zone" in asked.err) == (64, True)
    settings = json.loads((world.root / "reconcile.yaml").read_text(encoding="utf-8"))
    world.write("reconcile.yaml", settings | {"waves": {"by": 25}})
    silent = world.run(*cluster)
    assert silent.code == 64
    assert "`waves` of reconcile.yaml asks for waves by 25" in silent.err
    assert "write --waves none" in silent.err
    at_once = world.run(*cluster, "--waves", "none")
    assert (at_once.code, "cannot be reached" in at_once.err) == (1, True)
