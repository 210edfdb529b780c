# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages and metrics after a run, received by real servers on loopback."""

import http.server
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from end_to_end.test_minimal import SETTINGS, client, plan, put, settle, zone
from end_to_end.world import World, git
from prometheus_client.parser import text_string_to_metric_families

from reconciler.emulator import Device

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "monitoring.md").read_text(encoding="utf-8")


@dataclass
class Receiver:
    """What was posted or put: paths and bodies. `status`: how it answers."""

    port: int
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    status: int = 200

    @property
    def messages(self) -> list[tuple[str, str]]:
        found = [json.loads(body) for _, body in self.seen]
        return [(one["title"], one["message"]) for one in found]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            found.seen.append((self.path, self.rfile.read(length)))
            self.send_response(found.status)
            self.end_headers()

        do_PUT = do_POST

        def log_message(self, *_words: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Receiver(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def world(tmp_path: Path, receiver: Receiver) -> Iterator[World]:
    with World(tmp_path / "repo") as world:
        world.environ["TO"] = f"json://user:verysecret@127.0.0.1:{receiver.port}/told"
        rules = [{"to": {"env": "TO"}}]
        company = {"name": "Enlaces Ñandú"}
        world.write("reconcile.yaml", {**SETTINGS, "company": company, "notifications": rules})
        world.serve("rb-norte", Device(version="7.22.3"), block_rules="false", timeout="1s")
        world.write("inventory/zones/norte.yaml", zone("norte", "rb-norte", "10.20"))
        world.write("plans/hogar.yaml", plan("hogar", "simple-queue", price="350.00"))
        settle(world, client("ana", "hogar", "10.20.0.5"), client("eva", "hogar", "10.20.0.6"))
        yield world


def commit(world: World) -> None:
    if not (world.root / ".git").exists():
        git(world.root, "init", "--quiet")
        (world.root / ".gitignore").write_text(".reconcile/\n")
    git(world.root, "add", "--all")
    git(world.root, "commit", "--quiet", "--allow-empty", "--message", "state")


def test_drift_is_told_of_once(world: World, receiver: Receiver) -> None:
    commit(world)
    assert world.run("apply", "--yes").code == 0
    assert world.run("drift").code == 0
    assert receiver.seen == []
    device = world.device("rb-norte")
    [queue] = [row for row in device.rows("/queue/simple") if row["name"] == "ana"]
    device.set("/queue/simple", queue[".id"], **{"max-limit": "1M/1M"})
    assert world.run("drift").code == 2
    assert world.run("drift").code == 2
    [(title, body)] = receiver.messages
    assert title == "Enlaces Ñandú: drift"
    assert "rb-norte: 1 change by hand" in body
    assert "max-limit 1M/1M → 2M/10M" in body
    assert world.run("apply", "--yes").code == 0
    assert world.run("drift").code == 0
    assert len(receiver.seen) == 1


def test_a_router_that_goes_and_comes_back_is_told_of_twice(
    world: World, receiver: Receiver
) -> None:
    commit(world)
    with mock.patch.dict(world.environ, RB_NORTE_PASSWORD="wrong"):
        world.run("drift")
        world.run("drift")
    [(title, body)] = receiver.messages
    assert title == "Enlaces Ñandú: unreachable"
    assert body.startswith("rb-norte is away: ")
    world.run("drift")
    world.run("drift")
    assert receiver.messages[1:] == [("Enlaces Ñandú: recovered", "rb-norte answers again.")]


def test_a_message_that_was_not_sent_is_sent_next_time(world: World, receiver: Receiver) -> None:
    commit(world)
    receiver.status = 500
    with mock.patch.dict(world.environ, RB_NORTE_PASSWORD="wrong"):
        ran = world.run("drift")
        assert "warning: a message could not be sent" in ran.err
        assert "verysecret" not in ran.out + ran.err
        code = ran.code
        receiver.status = 200
        receiver.seen.clear()
        assert world.run("drift").code == code
    assert [title for title, _ in receiver.messages] == ["Enlaces Ñandú: unreachable"]
    assert "verysecret" not in (world.root / ".reconcile/told.json").read_text()


def test_an_apply_that_was_refused_or_stopped_is_told_of(world: World, receiver: Receiver) -> None:
    (world.root / "inventory/clients/ana.yaml").unlink()
    (world.root / "inventory/clients/eva.yaml").unlink()
    assert world.run("apply", "--yes").code == 4
    [(title, body)] = receiver.messages
    assert title == "Enlaces Ñandú: failed"
    assert body.startswith("An apply stopped before its first write: rb-")
    assert "--allow-removals" in body


def test_an_apply_that_another_one_keeps_out_is_not_told_as_done(
    world: World, receiver: Receiver
) -> None:
    put(world, client("luis", "hogar", "10.20.0.9"))
    world.device("rb-norte").add(
        "/ip/firewall/address-list", list="rc-lease", address="192.0.2.1", timeout="2m"
    )
    assert world.run("apply", "--yes").code == 7
    [(_, body)] = receiver.messages
    assert body.startswith("An apply stopped before its first write: rb-norte: ")
    assert "lease" in body


def test_what_a_router_refused_is_told_as_done_in_part(world: World, receiver: Receiver) -> None:
    put(world, client("luis", "hogar", "10.20.0.9"), client("mia", "hogar", "10.20.0.10"))
    world.servers["rb-norte"].faults.trap_at_write(3, "failure: no space left")
    assert world.run("apply", "--yes").code == 5
    [(_, body)] = receiver.messages
    refused, summary = body.splitlines()
    assert refused.endswith("refused by the router: failure: no space left")
    assert summary == "Applied in part: 1 written."


def test_rules_choose(world: World, receiver: Receiver) -> None:
    commit(world)
    rules = [
        {"to": {"env": "TO"}, "when": ["recovered"]},
        {"to": {"env": "TO"}, "routers": ["rb-sur"]},
    ]
    world.write("reconcile.yaml", {**SETTINGS, "notifications": rules})
    ran = world.run("validate")
    assert ran.code == 1
    assert "There is no router `rb-sur`." in ran.out
    world.write("reconcile.yaml", {**SETTINGS, "notifications": rules[:1]})
    with mock.patch.dict(world.environ, RB_NORTE_PASSWORD="wrong"):
        world.run("drift")
    assert receiver.seen == []
    world.run("drift")
    assert len(receiver.seen) == 1


def test_a_missing_extra_is_a_warning(world: World, tmp_path: Path) -> None:
    commit(world)
    missing = mock.patch.dict("sys.modules", {"apprise": None, "prometheus_client": None})
    with missing, mock.patch.dict(world.environ, RB_NORTE_PASSWORD="wrong"):
        ran = world.run("drift")
    assert "nobody was told: notifications need the extra `notify`" in ran.err
    with missing:
        ran = world.run("plan", "--metrics", str(tmp_path / "m.prom"))
    assert ran.code == 0
    assert "--metrics needs the extra `metrics`" in ran.err


def metrics_of(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_metrics_of_an_apply(world: World, tmp_path: Path) -> None:
    put(world, client("uma", "hogar", "10.20.0.9"))
    file = tmp_path / "reconcile.prom"
    assert world.run("apply", "--yes", "--metrics", str(file)).code == 0
    found = metrics_of(file.read_text())
    assert found["reconcile_run_exit_code"] == {("apply",): 0}
    assert found["reconcile_router_up"] == {("rb-norte",): 1}
    assert found["reconcile_router_changes"] == {("add", "rb-norte"): 1}
    assert found["reconcile_router_writes"] == {("rb-norte", "done"): 1}
    assert found["reconcile_router_as_wanted"] == {("rb-norte",): 1}
    assert found["reconcile_services"] == {("active", "norte"): 3}
    assert found["reconcile_run_duration_seconds"]["apply",] > 0
    assert "uma" not in file.read_text()


def test_metrics_are_pushed_and_a_gateway_that_is_away_changes_nothing(
    world: World, receiver: Receiver
) -> None:
    url = f"http://127.0.0.1:{receiver.port}"
    assert world.run("plan", "--metrics", url).code == 0
    [(path, body)] = receiver.seen
    assert path == "/metrics/job/reconcile/command/plan"
    assert b"reconcile_router_up" in body
    receiver.status = 500
    ran = world.run("plan", "--metrics", url.replace("http://", "http://me:verysecret@"))
    assert ran.code == 0
    assert "warning: The metrics could not be given to http://127.0.0.1" in ran.err
    assert "verysecret" not in ran.err
    ran = world.run("plan", "--metrics", str(world.root / "nowhere/m.prom"))
    assert ran.code == 0
    assert "could not be given" in ran.err


def test_a_run_that_ends_early_has_metrics_too(world: World, tmp_path: Path) -> None:
    world.write("inventory/clients/bad.yaml", {"id": "other"})
    file = tmp_path / "reconcile.prom"
    assert world.run("plan", "--metrics", str(file)).code == 1
    assert metrics_of(file.read_text())["reconcile_run_exit_code"] == {("plan",): 1}


def test_the_page_the_dashboard_and_the_alerts_name_what_there_is(
    world: World, tmp_path: Path
) -> None:
    commit(world)
    put(world, client("uma", "hogar", "10.20.0.9"))
    names: set[str] = set()
    for at, command in enumerate((["apply", "--yes"], ["drift"])):
        file = tmp_path / f"{at}.prom"
        world.run(*command, "--metrics", str(file))
        names |= set(metrics_of(file.read_text()))
    assert set(re.findall(r"^\| `(reconcile_\w+)`", PAGE, re.MULTILINE)) == names
    dashboard = (DOCS / "monitoring/grafana-dashboard.json").read_text(encoding="utf-8")
    alerts = (DOCS / "monitoring/alerts.yaml").read_text(encoding="utf-8")
    assert json.loads(dashboard)["panels"]
    assert yaml.safe_load(alerts)["groups"][0]["rules"]
    used = set(re.findall(r"reconcile_\w+", dashboard + alerts))
    assert used <= names
    assert used >= names - {"reconcile_router_session_drops", "reconcile_services"}


def test_logs_as_json(world: World) -> None:
    (world.root / "inventory/clients/ana.yaml").unlink()
    (world.root / "inventory/clients/eva.yaml").unlink()
    ran = world.run("--log-format", "json", "apply", "--yes")
    entries = [json.loads(line) for line in ran.err.splitlines()]
    assert [set(one) for one in entries] == [{"time", "level", "message"}] * len(entries)
    assert entries[-1]["level"] == "error"
    assert "--allow-removals 2" in entries[-1]["message"]
    assert "Plan: " in ran.out
    assert "{" not in world.run("apply", "--yes").err
