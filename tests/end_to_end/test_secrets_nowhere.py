# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret in anything that is printed or written, whatever is run and whatever goes wrong.

Only the routers themselves are told passwords: in the login, and in `password` of an add or set.
"""

import contextlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pyrage  # type: ignore[import-untyped]
import pytest

from end_to_end.world import KEY, Ran, World, router_password, run_cli
from reconciler.cli import COMMANDS, cli
from reconciler.data import demo_export
from reconciler.emulator import Device
from reconciler.emulator.session import Verdict
from reconciler.secrets import derive

PLAIN = "canary-plain-of-ana"
FILE = "canary-file-of-luis"
AGE = 'canary "age" of Ñusta \\'
ENV = "canary-env-of-eva"
CPE = "canary-cpe-of-ana"
WIFI = "canary-wifi-of-ana"
HAND = "canary-hand-made"  # what a row that is not ours yet holds
GONE = "canary-of-a-gone-client"
FOREIGN = "canary-foreign"
DRIFTED = "canary-drifted"
DERIVED = derive(KEY.encode(), "pia", "internet", 1)
ROUTER = router_password("rb-norte")
SECRETS = [PLAIN, FILE, AGE, ENV, CPE, WIFI, HAND, GONE, FOREIGN, DRIFTED, DERIVED, ROUTER, KEY]
NEVER_SENT = [CPE, WIFI, ROUTER, KEY]


def spellings(secret: str) -> set[str]:
    """As it stands, and as JSON, YAML, Python and RouterOS write it in a text."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        secret.replace("'", "''"),
        secret.encode().hex(),
    }


def found_in(text: str, secrets: Sequence[str] = SECRETS) -> list[str]:
    return [secret for secret in secrets if any(form in text for form in spellings(secret))]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One router with rows of ours, of others and of the gone; a secret of every kind."""
    identity = pyrage.x25519.Identity.generate()
    sealed = pyrage.encrypt(AGE.encode(), [identity.to_public()], armored=True)
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with World(tmp_path / "repo") as world:
        world.environ |= {
            "AGE_IDENTITY": str(identity),
            "EVA": ENV,
            "CPE": CPE,
            "WIFI": WIFI,
            "TMPDIR": str(scratch),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        world.write(
            "reconcile.yaml",
            {
                "format": 1,
                "secrets": {
                    "key": {"env": "RECONCILE_KEY"},
                    "age_identity": {"env": "AGE_IDENTITY"},
                    "allow_plain": "true",
                },
            },
        )
        world.write(
            "inventory/zones/norte.yaml",
            {
                "id": "norte",
                "router": "rb-norte",
                "addresses": ["10.20.0.0/16"],
                "local_address": "10.20.0.1",
            },
        )
        world.write(
            "plans/ppp.yaml", {"id": "ppp", "mode": "pppoe", "download": "10M", "upload": "2M"}
        )
        world.write(
            "plans/hot.yaml", {"id": "hot", "mode": "hotspot", "download": "3M", "upload": "1M"}
        )
        (world.root / "secrets").mkdir()
        (world.root / "secrets/luis").write_text(f"{FILE}\n", encoding="utf-8")
        cpe = {"model": "LHG5", "username": "admin", "password": {"env": "CPE"}}
        wifi = {"ssid": "Casa", "password": {"env": "WIFI"}}
        add_client(world, "ana", "ppp", 7, {"plain": PLAIN}, cpe=cpe, wifi=wifi)
        add_client(world, "luis", "hot", 8, {"file": "secrets/luis"})
        add_client(world, "eva", "hot", 9, {"env": "EVA"})
        add_client(world, "age", "ppp", 10, {"age": sealed.decode()})
        add_client(world, "pia", "ppp", 11, {"derived": 1})
        device = Device(version="7.22.3")
        device.add("/ppp/secret", name="ana", service="pppoe", password=HAND)
        device.add("/ppp/secret", name="old", password=GONE, comment="old [rc:old/internet]")
        device.add("/ip/hotspot/user", name="stranger", password=FOREIGN)
        world.serve("rb-norte", device)
        git(world, "init", "-q")
        git(world, "add", ".")
        git(world, "commit", "-q", "-m", "all of it")
        yield world


def add_client(
    world: World, id_: str, plan: str, last: int, password: dict[str, Any], **more: object
) -> None:
    service = {
        "plan": plan,
        "since": "2026-01-01",
        "address": f"10.20.0.{last}",
        "password": password,
        **more,
    }
    world.write(
        f"inventory/clients/{id_}.yaml",
        {"id": id_, "name": id_.title(), "zone": "norte", "services": [service]},
    )


def git(world: World, *arguments: str) -> None:
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    command = ["git", "-C", str(world.root), *who, *arguments]
    subprocess.run(command, check=True, env={**os.environ, **world.environ})


def commit(world: World) -> None:
    git(world, "add", "inventory", "plans")
    git(world, "commit", "-q", "-m", "more of it")


class Watch:
    """Runs commands and looks for secrets in all that came of them."""

    def __init__(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        self.world = world
        self._caplog = caplog
        self.secrets = list(SECRETS)
        self._known = self._files()

    def run(self, *arguments: str) -> Ran:
        self._caplog.clear()
        with self._caplog.at_level(logging.DEBUG):
            ran = self.world.run(*arguments)
        assert "Traceback" not in ran.text
        assert found_in(ran.out, self.secrets) == [], (arguments, ran.out)
        assert found_in(ran.err, self.secrets) == [], (arguments, ran.err)
        assert found_in(self._caplog.text, self.secrets) == [], arguments
        self.look_at_files(arguments)
        return ran

    def look_at_files(self, what: object) -> None:
        """No file holds a secret that it did not hold before."""
        for path, content in self._files().items():
            known = self._known.get(path, b"")
            if known != content:
                new = set(found_in(text_of(content))) - set(found_in(text_of(known)))
                assert new == set(), (what, path)

    def _files(self) -> dict[Path, bytes]:
        """Every file in and around the repository, but for git's own."""
        root = self.world.root.parent
        return {
            path: path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and ".git" not in path.parts
        }

    def accept_files(self) -> None:
        """What a test itself wrote is no finding."""
        self._known = self._files()


def text_of(content: bytes) -> str:
    return content.decode("utf-8", "replace")


@pytest.fixture
def watch(world: World, caplog: pytest.LogCaptureFixture) -> Watch:
    return Watch(world, caplog)


FORMATS = ("text", "markdown", "json", "junit", "terraform")


def test_no_command_shows_a_secret(watch: Watch) -> None:
    world = watch.world
    device = world.device("rb-norte")
    for form in ("text", "json", "github", "sarif"):
        assert watch.run("validate", "--format", form).code == 0
    for form in FORMATS:
        assert (
            watch.run("plan", "--format", form).code == 1
        )  # a row of somebody else's is in the way
        assert watch.run("plan", "--adopt", "--format", form).code == 0
    watch.run("import", "rb-norte", "--zone", "norte")
    watch.run("rehearse", "--adopt")
    planfile = str(world.root.parent / "change.plan")
    assert watch.run("plan", "--adopt", "--out", planfile).code == 0
    applied = watch.run("apply", planfile, "--yes", *ALLOW)
    assert applied.code == 0, applied.text
    assert device.rows("/ppp/secret")[0]["password"] == PLAIN
    assert sorted(row["password"] for row in device.rows("/ip/hotspot/user")[1:]) == sorted(
        [FILE, ENV, FOREIGN]
    )

    for row in device.rows("/ppp/secret"):
        device.set("/ppp/secret", row[".id"], password=DRIFTED)
    for form in ("text", "json", "junit"):
        assert watch.run("drift", "--format", form).code == 2
    assert watch.run("apply", "--yes", *ALLOW).code == 0

    add_client(world, "pia", "ppp", 11, {"derived": 2})
    commit(world)
    watch.accept_files()
    rotated = derive(KEY.encode(), "pia", "internet", 2)
    planned = watch.run("plan", "--format", "json")
    assert rotated not in planned.text
    (change,) = json.loads(planned.out)["changes"]
    assert (change["before"], change["after"]) == ({"password": "***"}, {"password": "***"})
    assert watch.run("apply", "--yes", "--format", "json", *ALLOW).code == 0
    watch.run("unlock", "rb-norte", "--yes")
    assert watch.run("detach", "rb-norte", "--yes").code == 0
    assert found_in_sentences(world) == []


# Beyond the limits on purpose: two passwords of five are changed at once.
ALLOW = ("--allow-changes", "9", "--allow-removals", "9")
# Served until they are interrupted, or with tests of their own below.
ELSEWHERE = {"emulator", "demo"}


def every_command() -> Iterator[tuple[str, ...]]:
    """The words that name each command of the program, those in groups too."""
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.list_commands(click.Context(command)))
        elif name not in ELSEWHERE:
            yield (name,)


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_nor_does_any_command_with_what_comes_to_mind(
    watch: Watch, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without arguments, of a client, of a router, of a folder: whatever each makes of it."""
    monkeypatch.chdir(tmp_path)
    for argument in ([], ["ana"], ["rb-norte"], ["new-folder"], ["ana", "--help"]):
        watch.run(*command, *argument)
    assert found_in_sentences(watch.world) == []


def found_in_sentences(world: World) -> list[list[str]]:
    """Sentences that hold a secret elsewhere than in the password of an add or set."""
    found = []
    for words in world.servers["rb-norte"].sentences:
        writes = words[0].endswith(("/add", "/set"))
        rest = [word for word in words if not (writes and word.startswith("=password="))]
        if found_in(" ".join(rest)) or found_in(" ".join(words), NEVER_SENT):
            found.append(words)
    return found


def test_nor_does_what_goes_wrong(watch: Watch) -> None:
    world = watch.world
    server = world.servers["rb-norte"]
    # The lease, the plan's profile, and then what names the password.
    server.faults.trap_at_write(3, f"failure: bad password {PLAIN}")
    refused = watch.run("apply", "--client", "ana", "--adopt", "--yes", *ALLOW)
    assert refused.code == 5
    assert "failure: bad password ***" in refused.out
    for at in (1, 2, 3, 5):
        server.faults.trap_at_write(at, "failure: no space left")
        watch.run("apply", "--adopt", "--yes", *ALLOW)
        server.faults.clear()
    server.faults.drop_after_write(3)
    watch.run("apply", "--adopt", "--yes", *ALLOW)
    server.faults.clear()
    server.faults.refuse_login = True
    assert watch.run("plan").code == 1
    server.faults.clear()
    server.faults.go_away()
    assert watch.run("plan").code == 3
    server.faults.come_back()
    for variable in ("EVA", "RECONCILE_KEY", "AGE_IDENTITY", "RB_NORTE_PASSWORD"):
        kept = world.environ.pop(variable)
        assert watch.run("plan").code == 1
        world.environ[variable] = kept
    world.environ["AGE_IDENTITY"] = KEY
    assert watch.run("plan").code == 1


def test_nor_do_files_that_are_wrong_around_a_secret(watch: Watch) -> None:
    """The value that a message shows, or the line of a syntax error, may be a secret."""
    world = watch.world
    path = world.root / "inventory/clients/ana.yaml"
    for password in (
        PLAIN,
        [PLAIN],
        {"plain": PLAIN, "env": "EVA"},
        {"plaine": PLAIN},
        {"plain": [PLAIN]},
        {"plain": {PLAIN: PLAIN}},
        {"plain": f"{PLAIN}\u0007"},
        {"derived": PLAIN},
        {"age": PLAIN},
    ):
        add_client(world, "ana", "ppp", 7, password)  # type: ignore[arg-type]
        watch.accept_files()
        for form in ("text", "json", "github", "sarif"):
            assert watch.run("validate", "--format", form).code in (0, 1), password
        assert watch.run("plan").code == 1
    for text in (f"id: ana\npassword: {{plain: {PLAIN}\n", f"id: ana\n  password: '{PLAIN}\n"):
        path.write_text(text, encoding="utf-8")
        watch.accept_files()
        assert watch.run("validate").code == 1


def test_nor_does_an_import(watch: Watch) -> None:
    """The passwords that a router holds become secrets of the files, sealed."""
    world = watch.world
    device = world.device("rb-norte")
    for id_ in ("ana", "luis", "eva", "age", "pia"):
        (world.root / f"inventory/clients/{id_}.yaml").unlink()
    device.add("/ppp/profile", name="gold", rate_limit="2M/10M", local_address="10.20.0.1")
    device.add(
        "/ppp/secret", name="zoe", password=HAND, profile="gold", remote_address="10.20.0.77"
    )
    commit(world)
    watch.accept_files()
    watch.run("import", "rb-norte", "--zone", "norte")
    written = watch.run("import", "rb-norte", "--zone", "norte", "--write")
    assert written.code == 0, written.text
    assert "age" in (world.root / "inventory/clients/norte/zoe.yaml").read_text(encoding="utf-8")


def test_nor_does_the_demo(world: World) -> None:
    ran = run_cli("demo", environ=world.environ)
    assert ran.code == 0, ran.text
    assert found_in(ran.text) == []


def test_nor_does_the_emulator(tmp_path: Path) -> None:
    """It is told a password, and exports hold more."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--password", ROUTER]
    export = tmp_path / "router.rsc"
    export.write_text(
        demo_export("rb-norte").read_text(encoding="utf-8")
        + f"/ppp secret\nadd name=x password={FOREIGN} nonsense={FOREIGN}\n"
        + f'add name=y password="{FOREIGN}\n',  # cut off in the middle
        encoding="utf-8",
    )
    served = subprocess.Popen(
        [*command, "--load", str(export)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert served.stdout is not None
    first = served.stdout.readline()
    served.send_signal(signal.SIGINT)
    out, err = served.communicate(timeout=30)
    assert first.startswith("listening on ")
    assert served.returncode in (0, 130)
    assert found_in(first + out + err) == []


def noted_processes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments of every process that is started from now on."""
    started: list[str] = []
    real = subprocess.Popen.__init__

    def noting(self: Any, args: Any, *more: Any, **fields: Any) -> None:
        words = [args] if isinstance(args, str | bytes | Path) else list(args)
        started.append(" ".join(os.fsdecode(word) for word in words))
        real(self, args, *more, **fields)

    monkeypatch.setattr(subprocess.Popen, "__init__", noting)
    return started


def test_nor_is_one_an_argument_of_a_process(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    started = noted_processes(monkeypatch)
    watch.run("plan", "--adopt")
    watch.run("apply", "--adopt", "--yes", *ALLOW)
    watch.run("apply", "--resume", "--yes", *ALLOW)
    watch.run("drift")
    watch.run("undo", "--yes", *ALLOW)
    watch.run("status")
    watch.run("doctor", "rb-norte")
    assert any("git" in command for command in started)
    assert [command for command in started if found_in(command)] == []


def test_its_own_arguments_hold_none_while_it_runs(watch: Watch) -> None:
    """As the system shows them to every user, seen in the middle of an apply."""
    world = watch.world
    shown: list[str] = []

    def look() -> Verdict:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                shown.append(process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        return Verdict.PASS

    world.servers["rb-norte"].faults.at_write(2, look)
    command = [sys.executable, "-m", "reconciler", "--repo", str(world.root)]
    environ = {**os.environ, **world.environ}
    subprocess.run(
        [*command, "apply", "--adopt", "--yes", *ALLOW], env=environ, check=True, timeout=60,
        capture_output=True,
    )  # fmt: skip
    mine = [line for line in shown if str(world.root) in line]
    assert len(mine) >= 1
    assert [line for line in mine if found_in(line)] == []


def test_nor_does_encrypting_one(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{HAND}\n"))
    ran = watch.run("secrets", "encrypt")
    assert ran.code == 0, ran.text
    watch.accept_files()
    add_client(watch.world, "ana", "ppp", 7, json.loads(ran.out))
    loaded = watch.world.load()
    (service,) = loaded.inventory.clients["ana"].services
    assert service.password is not None
    assert loaded.secrets.resolve(service.password, "ana", "internet") == HAND
