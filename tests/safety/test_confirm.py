# SPDX-License-Identifier: GPL-3.0-or-later
"""`apply --confirm`: who dies before the proof is undone in time, and after it never."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

import pytest
from end_to_end.world import Ran, World
from faults.scene import PROGRAM
from safety.valley import (
    LOOSE,
    change_everything,
    client,
    differences,
    edit,
    marked,
    secrets_on,
    undo_files,
)
from safety.valley import contents as everything

import reconciler.confirm.proving
import reconciler.work
from reconciler.emulator import Device
from reconciler.emulator.session import Verdict
from reconciler.errors import Unreachable
from reconciler.router import Endpoint, Session, connect

SECONDS = 120
KEPT = ("/system/script", "/system/scheduler")


def contents(device: Device) -> dict[str, Any]:
    return {path: rows for path, rows in everything(device).items() if path not in KEPT}


APPLY = ("apply", "--yes", "--router", "rb-norte", "--confirm", str(SECONDS), *LOOSE)


def confirmed(world: World, *arguments: str) -> Ran:
    return world.run(*APPLY, *arguments)


def kept(device: Device) -> list[str]:
    return [row["name"] for path in KEPT for row in device.rows(path) if "rc-" in row["name"]]


def let_pass(device: Device, seconds: float) -> None:
    with device.lock:
        device.clock.advance(seconds)
        device.tick()


@contextmanager
def dying_at(world: World, write: int, *, done: bool) -> Iterator[None]:
    """The tool's connection goes at this write, and it never gets another one."""
    faults = world.servers["rb-norte"].faults
    begun = faults.writes
    (faults.drop_after_write if done else faults.drop_before_write)(write)

    def once(endpoint: Endpoint) -> Session:
        if faults.writes - begun >= write:
            raise Unreachable("the tool is dead")
        return connect(endpoint)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reconciler.work, "connect", once)
        patch.setattr(reconciler.confirm.proving, "connect", once)
        yield
    faults.clear()


@pytest.fixture
def norte(valley: World) -> Device:
    """The router, everything about to change."""
    change_everything(valley)
    return valley.device("rb-norte")


def count_of_writes(world: World) -> tuple[int, int]:
    """Of a run that goes well: all writes, and that which takes the scheduler away."""
    with world.listening("rb-norte") as heard:
        ran = confirmed(world)
    assert ran.code == 0, ran.text
    names = [words[0] for words in heard]
    return len(heard), names.index("/system/scheduler/remove") + 1


def test_a_run_that_is_proven_stays(valley: World, norte: Device) -> None:
    ran = confirmed(valley)
    assert ran.code == 0, ran.text
    assert "all as wanted" in ran.out
    assert kept(norte) == []
    after = contents(norte)
    let_pass(norte, 10 * SECONDS)
    assert contents(norte) == after
    assert valley.run("plan", "--router", "rb-norte", "--detailed-exitcode").code == 0


def test_no_secret_is_in_a_script(valley: World, norte: Device) -> None:
    secrets = secrets_on(norte)
    with valley.listening("rb-norte") as heard:
        assert confirmed(valley).code == 0
    secrets |= secrets_on(norte)
    (script,) = (words for words in heard if words[0] == "/system/script/add")
    source = next(word for word in script if word.startswith("=source="))
    assert "password" not in source
    assert [secret for secret in secrets if secret in source] == []
    assert "itzel-xool" in source  # switched off until the proof


def _stages(total: int, scheduler: int) -> list[int]:
    """Writes to die at: the first ones, a few between, all around the scheduler's end."""
    spread = range(1, scheduler, max(1, scheduler // 12))
    return sorted({*spread, 2, 3, 4, scheduler - 1, scheduler, *range(scheduler + 1, total + 1)})


def test_who_dies_before_the_proof_is_undone_in_time(valley: World, norte: Device) -> None:
    cases = 0
    before = contents(norte)
    total, scheduler = count_of_writes(valley)
    assert valley.run("undo", "--yes", *LOOSE).code == 0
    assert differences(norte, everything(norte)) == []
    assert contents(norte) == before
    for write in (stage for stage in _stages(total, scheduler) if stage <= scheduler):
        for done in (False, True):
            if write == scheduler and done:
                continue
            with dying_at(valley, write, done=done):
                ran = confirmed(valley)
            assert ran.code != 0, (write, done)
            let_pass(norte, SECONDS + 1)
            left = [one for one in differences(norte, before) if not one.startswith(KEPT)]
            assert left == [], (write, done, left, ran.text)
            assert [name for name in kept(norte) if write > 3] == []
            for path in KEPT:
                for row in norte.rows(path):
                    norte.remove(path, row[".id"])
            valley.run("unlock", "rb-norte", "--yes")
            cases += 1
    print(f"{cases} deaths before the proof, {cases} undone in time")
    assert cases > 20


def test_who_dies_after_the_proof_is_never_undone(valley: World, norte: Device) -> None:
    total, scheduler = count_of_writes(valley)
    wanted = contents(norte)
    cases = 0
    for write in range(scheduler, total + 1):
        for done in (False, True):
            if write == scheduler and not done:
                continue
            assert valley.run("undo", "--yes", *LOOSE).code == 0
            with dying_at(valley, write, done=done):
                confirmed(valley)
            let_pass(norte, 10 * SECONDS)
            valley.run("unlock", "rb-norte", "--yes")
            assert confirmed(valley).code == 0
            assert contents(norte) == wanted, (write, done)
            cases += 1
    print(f"{cases} deaths after the proof, {cases} kept and completed")
    assert cases > 5


def killed_at(world: World, write: int, verdict: Verdict) -> None:
    """`kill -9` of the program, in a process of its own, as this write reaches the router."""
    tools: Queue[subprocess.Popen[bytes]] = Queue()

    def kill() -> Verdict:
        tool = tools.get(timeout=60)
        tool.kill()
        tool.wait(60)
        return verdict

    faults = world.servers["rb-norte"].faults
    faults.at_write(write, kill)
    tool = subprocess.Popen(
        [*PROGRAM, "--repo", str(world.root), *APPLY],
        env={**os.environ, **world.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    tools.put(tool)
    assert tool.wait(60) == -signal.SIGKILL
    faults.clear()


def test_who_is_killed_is_undone_in_time_and_never_after_the_proof(
    valley: World, norte: Device
) -> None:
    """As above with real kills, at one write of each stage."""
    before = contents(norte)
    _, scheduler = count_of_writes(valley)
    wanted = contents(norte)
    assert valley.run("undo", "--yes", *LOOSE).code == 0
    for write, verdict in (
        (3, Verdict.DROP_AFTER),  # lease, script, scheduler
        (scheduler // 2, Verdict.DROP_AFTER),
        (scheduler - 1, Verdict.DROP_AFTER),
        (scheduler, Verdict.DROP_BEFORE),
    ):
        killed_at(valley, write, verdict)
        let_pass(norte, SECONDS + 1)
        left = [one for one in differences(norte, before) if not one.startswith(KEPT)]
        assert (left, kept(norte)) == ([], []), write
    killed_at(valley, scheduler, Verdict.DROP_AFTER)
    let_pass(norte, 10 * SECONDS)
    assert confirmed(valley).code == 0
    assert contents(norte) == wanted


def test_the_script_survives_a_reboot(valley: World, norte: Device) -> None:
    before = contents(norte)
    with dying_at(valley, 12, done=True):
        confirmed(valley)
    norte.reboot()
    let_pass(norte, 2 * SECONDS)
    assert contents(norte) == before


def test_what_is_not_as_wanted_is_not_confirmed(valley: World, norte: Device) -> None:
    before = contents(norte)
    valley.servers["rb-norte"].faults.trap_at_write(8, "failure: no")
    ran = confirmed(valley)
    assert ran.code == 5
    assert "rb-norte: not confirmed: it is not as wanted" in ran.err
    let_pass(norte, SECONDS + 1)
    assert contents(norte) == before
    assert kept(norte) == []


def test_one_router_that_is_not_proven_leaves_none_confirmed(valley: World) -> None:
    change_everything(valley)
    before = {name: contents(valley.device(name)) for name in ("rb-norte", "rb-sur")}
    for write in (4, 5, 6):  # lease, script and scheduler come first
        valley.servers["rb-sur"].faults.trap_at_write(write, "failure: no")
    ran = valley.run("apply", "--yes", "--confirm", str(SECONDS), *LOOSE)
    assert ran.code == 5
    for name, was in before.items():
        let_pass(valley.device(name), SECONDS + 1)
        assert contents(valley.device(name)) == was


def test_who_takes_the_name_of_a_login_that_goes_waits_for_it(valley: World) -> None:
    norte = valley.device("rb-norte")
    (valley.root / client("norte", "itzel-xool")).unlink()
    edit(valley, client("norte", "luis-mora"), name="itzel-xool", comment="Otra")
    ran = confirmed(valley)
    assert ran.code == 0, ran.text
    assert marked(norte, "/ppp/secret", "luis-mora/internet")["name"] == "itzel-xool"
    assert valley.run("plan", "--router", "rb-norte", "--detailed-exitcode").code == 0


def test_a_service_that_moves_is_on_one_router_at_least(valley: World) -> None:
    """It is neither removed nor switched off where it was, until it is proven where it goes."""
    edit(valley, client("sur", "carmen-yanez"), router="rb-norte")
    with valley.listening("rb-sur") as heard:
        ran = valley.run("apply", "--yes", "--confirm", str(SECONDS), *LOOSE)
    assert ran.code == 0, ran.text
    secrets = [words for words in heard if words[0].startswith("/ppp/secret")]
    assert [words[0] for words in secrets] == ["/ppp/secret/remove"]
    rows = valley.device("rb-norte").rows("/ppp/secret")
    assert "carmen-yanez" in [row["name"] for row in rows]


def test_a_router_that_waits_to_undo_is_not_written_to(valley: World, norte: Device) -> None:
    with dying_at(valley, 12, done=True):
        confirmed(valley)
    valley.run("unlock", "rb-norte", "--yes")
    ran = valley.run("apply", "--yes", *LOOSE)
    assert ran.code == 7
    assert "was never confirmed, and the router undoes it by itself at" in ran.err
    let_pass(norte, SECONDS + 1)
    assert valley.run("apply", "--yes", *LOOSE).code == 0


def test_an_inverse_that_is_too_large_is_refused(valley: World, norte: Device) -> None:
    file = valley.root / "reconcile.yaml"
    file.write_text(
        file.read_text().replace("  sessions: 50", "  sessions: 50\n  confirm_bytes: 900")
    )
    before = contents(norte)
    ran = confirmed(valley)
    assert ran.code == 4
    assert "and a router is to keep no more than 900 for --confirm" in ran.err
    assert contents(norte) == before
    assert kept(norte) == []


def test_a_user_who_may_not_keep_scripts_is_told(valley: World, norte: Device) -> None:
    edit(valley, client("norte", "luis-mora"), plan="hogar-10")
    valley.servers["rb-norte"].faults.trap_at_write(2, "not enough permissions (9)")
    before = contents(norte)
    ran = confirmed(valley)
    assert ran.code == 1
    assert "The user's group needs the policies test and policy" in ran.text
    assert contents(norte) == before


def test_an_undo_takes_back_a_confirmed_run_that_was_cut(valley: World, norte: Device) -> None:
    """Rows that were only switched off when the tool died are switched on again."""
    before = contents(norte)
    _, scheduler = count_of_writes(valley)
    assert valley.run("undo", "--yes", *LOOSE).code == 0
    with dying_at(valley, scheduler + 1, done=True):
        confirmed(valley)
    valley.run("unlock", "rb-norte", "--yes")
    assert valley.run("undo", undo_files(valley)[-1].stem, "--yes", *LOOSE).code == 0
    assert contents(norte) == before
