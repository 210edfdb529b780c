# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile init`: what it writes works at once, whatever is answered, and overwrites nothing."""

import os
import pty
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml
from end_to_end.world import Ran, run_cli

from reconciler.data import schemas_dir
from reconciler.emulator import Device, serve
from reconciler.inventory import load
from reconciler.scaffold import Answers, scaffold

DAY = date(2026, 11, 22)
ODD = {
    "company": 'Ñandú "El Rápido" & hijos: yes # 0123 {x} $(id) `id` << a >>',
    "router": "0123",
    "zone": "yes",
    "network": "192.0.2.0/29",
    "currency": "CLP",
    "timezone": "Europe/Madrid",
    "locale": "es_CL",
}


def init(folder: Path, *options: str) -> Ran:
    return run_cli("init", str(folder), *options, environ={})


def everything(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def options(answers: dict[str, str]) -> list[str]:
    return [f"--{name}={value}" for name, value in answers.items()]


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize(
    "answers", [{}, ODD, {"host": "10.0.0.1"}], ids=["defaults", "odd", "real router"]
)
def test_what_it_writes_has_no_problems(tmp_path: Path, lang: str, answers: dict[str, str]) -> None:
    ran = init(tmp_path / "wisp", f"--lang={lang}", *options(answers))
    assert (ran.code, ran.err) == (0, "")
    inventory, problems = load(tmp_path / "wisp")
    assert problems == []
    assert inventory is not None
    settings = inventory.settings
    assert settings.company is not None
    assert settings.company.name == answers.get("company", "WISP Ejemplo")
    (router,) = inventory.routers.values()
    assert router.id == answers.get("router", "rb-1")
    assert bool(router.tls) is ("host" in answers)
    assert run_cli("--repo", str(tmp_path / "wisp"), "fmt", "--check", environ={}).code == 0
    modes = {plan.mode.value for plan in inventory.plans.values()}
    assert modes == {"pppoe", "simple-queue", "pcq", "hotspot"}


def test_editors_find_the_schema_of_every_file_without_a_network(tmp_path: Path) -> None:
    init(tmp_path)
    files = [tmp_path / "reconcile.yaml", *tmp_path.glob("[ip]*/**/*.yaml")]
    assert len(files) == 10
    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        schema = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
        assert schema.parent == tmp_path / "schemas"
        assert schema.read_bytes() == (schemas_dir() / schema.name).read_bytes()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_readme_tells_how_to_plan_and_apply_on_an_emulator(tmp_path: Path, lang: str) -> None:
    """Its commands are run as they stand there, but for the port, which is a free one here."""
    password = {"es": "prueba", "en": "secret"}[lang]
    device = Device()
    with serve(device, user="reconcile", password=password) as server:
        assert init(tmp_path, f"--lang={lang}", f"--port={server.port}").code == 0
        readme = (tmp_path / "README.md").read_text(encoding="utf-8")
        shell = re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
        command = f"--port {server.port} --user reconcile --password {password}\n"
        assert f"reconcile emulator {command}" in shell
        done = subprocess.run(
            ["bash", "-e", "-c", next(block for block in shell if "reconcile apply" in block)],
            cwd=tmp_path,
            env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": "/"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "Applied: 8 written, read back, all as wanted." in done.stdout
    assert done.stdout.endswith("No changes: the routers hold what the files say.\n")
    assert device.rows("/ppp/secret")[0]["name"] == "ana-lopez"


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_commands_of_every_day_are_right(tmp_path: Path, lang: str) -> None:
    init(tmp_path, f"--lang={lang}")
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"`reconcile ((?:client|billing) [^`]+)`", readme)
    assert len(commands) == 5
    for command in commands:
        ran = run_cli("--repo", str(tmp_path), *shlex.split(command), environ={})
        assert ran.code == 0, ran.text


def test_a_repository_is_never_written_into(tmp_path: Path) -> None:
    init(tmp_path, "--company=Antes")
    before = everything(tmp_path)
    ran = init(tmp_path, "--company=Después")
    assert (ran.code, ran.out) == (1, "")
    assert "holds a reconcile.yaml already. Nothing was written." in ran.err
    assert everything(tmp_path) == before


def test_what_is_there_is_kept_and_named(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    (tmp_path / "CODEOWNERS").symlink_to(tmp_path / "elsewhere")
    ran = init(tmp_path)
    assert ran.code == 0
    assert "kept" in ran.err
    assert ran.err.count("\n") == 2
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert (tmp_path / "reconcile.yaml").exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--currency=pesos", "reconcile.yaml:13: currency `pesos` is not"),
        ("--timezone=Mexico", "reconcile.yaml:12: timezone `Mexico`"),
        ("--host=a b", "inventory/routers/rb-1.yaml:5: host `a b`"),
        ("--router=../../evil", "'../../evil' is no id"),
        ("--zone=Norte", "'Norte' is no id"),
        ("--network=10.20.0.0/31", "too small"),
        ("--network=norte", "norte is no network such as"),
        ("--company=", "reconcile.yaml:8: name is empty"),
    ],
)
def test_an_answer_that_cannot_be_is_told_and_nothing_is_written(
    tmp_path: Path, option: str, said: str
) -> None:
    ran = init(tmp_path / "wisp", option)
    assert ran.code == 64, ran.err
    assert said in ran.err
    assert list(tmp_path.iterdir()) == []


def test_on_a_terminal_it_asks_for_what_no_option_said(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    os.write(master, "Enlaces Ñ\n\n\n\n\n\nnorte\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "init", str(tmp_path), "--network=10.9.0.0/24"],
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=20,
    )
    os.close(slave)
    os.close(master)
    assert done.returncode == 0
    assert done.stderr.startswith("Name of the company [WISP Ejemplo]: Currency (ISO 4217) [MXN]: ")
    assert "Addresses" not in done.stderr
    assert "name: Enlaces Ñ\n" in (tmp_path / "reconcile.yaml").read_text(encoding="utf-8")
    assert "10.9.0.0/24" in (tmp_path / "inventory/zones/norte.yaml").read_text(encoding="utf-8")


def test_ids_name_files_and_the_password_a_variable_that_a_shell_can_have() -> None:
    files = scaffold(Answers(router="0123", zone="yes"), [], DAY)
    assert yaml.safe_load(files["inventory/routers/0123.yaml"])["password"] == {
        "env": "ROUTER_0123_PASSWORD"
    }
    assert "ROUTER_0123_PASSWORD=" in files[".env.example"].splitlines()


def test_a_file_where_a_folder_must_be_stops_it(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("mine", encoding="utf-8")
    ran = init(tmp_path)
    assert ran.code == 1
    assert f"{tmp_path / 'plans'} is a file where a folder must be. Nothing was written." in ran.err
    assert everything(tmp_path) == {"plans": b"mine"}
