# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a process: pipes, colours, terminals and signals."""

import os
import pty
import select
import signal
import subprocess
import sys

import pytest
from end_to_end.world import World

from cli.conftest import client
from reconciler import cli

PROGRAM = (sys.executable, "-m", "reconciler")
QUEUE = "/queue/simple"


def environ(world: World, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RECONCILE_", "COV_")) and name not in ("NO_COLOR", "FORCE_COLOR")
    }
    return kept | world.environ | {"TERM": "xterm", "COLUMNS": "80"} | more


def run(world: World, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "--repo", str(world.root), *arguments],
        env=environ(world, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def on_terminal(
    world: World, *arguments: str, typed: bytes = b"", interrupt_at: str = "", **more: str
) -> tuple[int, str]:
    """The exit code and the output on a terminal on which `typed` is typed.

    `interrupt_at`: text upon which somebody presses Ctrl-C.
    """
    master, slave = pty.openpty()
    os.write(master, typed)
    output = b""
    with subprocess.Popen(
        [*PROGRAM, "--repo", str(world.root), *arguments],
        env=environ(world, **more),
        stdin=slave,
        stdout=slave,
        stderr=slave,
    ) as process:
        os.close(slave)
        try:
            asked = False
            for _ in range(20):
                silent = not select.select([master], [], [], 1)[0]
                if not silent:
                    try:
                        output += os.read(master, 65536)
                    except OSError:  # Linux says so when the last one who has it open is gone
                        break
                now = bool(interrupt_at) and interrupt_at in output.decode(errors="replace")
                # Again if nothing comes of it: just before Python waits for a line it is lost.
                if now and (silent or not asked):
                    process.send_signal(signal.SIGINT)
                asked = now
            code = process.wait(20)
        finally:
            process.kill()
            os.close(master)
    return code, output.decode()


def test_a_pipe_gets_no_colours_and_whole_lines(world: World) -> None:
    ran = run(world, "plan", COLUMNS="40")
    assert ran.returncode == 0
    assert "\x1b" not in ran.stdout
    # A long line is not broken: it is data that somebody greps.
    assert any(len(line) > 70 for line in ran.stdout.splitlines())


def test_a_terminal_gets_colours_unless_no_color(world: World) -> None:
    code, text = on_terminal(world, "plan")
    assert code == 0
    assert "\x1b[32m" in text
    code, text = on_terminal(world, "plan", NO_COLOR="1")
    assert code == 0
    assert "\x1b[3" not in text
    assert "Plan: 2 to add" in text


def test_a_narrow_terminal_breaks_lines_and_cuts_nothing(world: World) -> None:
    code, text = on_terminal(world, "client", "list", COLUMNS="20")
    assert code == 0
    assert "ana  Ana López  norte  casa  active  10.20.0.7" in text
    code, text = on_terminal(world, "billing", "balance", COLUMNS="12")
    assert code == 0
    assert "ana     0.00    0.00     0.00" in text


@pytest.mark.parametrize(
    ("typed", "code", "queues"), [(b"y\n", 0, 1), (b"n\n", 1, 0), (b"\n", 1, 0)]
)
def test_a_terminal_is_asked(world: World, typed: bytes, code: int, queues: int) -> None:
    ended, text = on_terminal(world, "apply", typed=typed)
    assert "Apply 2 changes?" in text
    assert ended == code
    assert len(world.device("rb-sur").rows(QUEUE)) == queues


def test_ctrl_c_at_the_question_is_130_and_nothing_is_written(world: World) -> None:
    code, text = on_terminal(world, "apply", interrupt_at="Apply 2 changes?")
    assert code == 130
    assert "Traceback" not in text
    assert world.device("rb-norte").rows(QUEUE) == []


def test_a_file_for_stdin_is_no_terminal(world: World) -> None:
    ran = run(world, "apply")
    assert ran.returncode == 64
    assert "--yes" in ran.stderr


def many_clients(world: World) -> None:
    for at in range(10, 250):
        name = f"c{at}"
        world.write(f"inventory/clients/{name}.yaml", client(name, "sur", f"10.30.0.{at}"))


@pytest.mark.parametrize("arguments", [("plan",), ("plan", "--format", "json")])
def test_a_reader_that_has_seen_enough_is_no_error(
    world: World, arguments: tuple[str, ...]
) -> None:
    many_clients(world)
    code, stderr = with_closed_reader(world, *arguments)
    assert (code, stderr) == (0, "")


def with_closed_reader(world: World, *arguments: str) -> tuple[int, str]:
    """Run with a stdout that nobody reads any more, as `| head` leaves it."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*PROGRAM, "--repo", str(world.root), *arguments],
            env=environ(world),
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=20,
        )
    finally:
        os.close(writer)
    return done.returncode, done.stderr


def test_an_apply_whose_reader_is_gone_is_carried_out_all_the_same(world: World) -> None:
    code, stderr = with_closed_reader(world, "apply", "--yes")
    assert code == 0
    assert "Traceback" not in stderr
    assert len(world.device("rb-norte").rows(QUEUE)) == 1
    assert len(world.device("rb-sur").rows(QUEUE)) == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_a_router_is_silent_ends_without_a_traceback(
    world: World, number: signal.Signals, code: int
) -> None:
    server = world.servers["rb-sur"]
    server.faults.freeze()
    with subprocess.Popen(
        [*PROGRAM, "--repo", str(world.root), "plan"],
        env=environ(world),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # The other router has answered everything: from now on all wait for the silent one.
        asked = world.servers["rb-norte"]
        while not asked.commands("/address-list/print"):
            assert process.poll() is None
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in err
    assert out == ""


def test_nobody_looks_for_cycles_on_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr("gc.freeze", lambda: frozen.append(True))
    for end in (["--version"], ["plan", "--repo", "/nowhere"], ["validate", "--help"]):
        with pytest.raises(SystemExit):
            cli.main(end)

    def ends(*_words: object, **_more: object) -> None:
        raise SystemExit(2)

    monkeypatch.setattr(cli.cli, "main", ends)
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert (ended.value.code, len(frozen)) == (2, 4)
