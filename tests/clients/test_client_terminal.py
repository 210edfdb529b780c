# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client commands ask on a terminal, and that they ask nothing without one."""

import pytest
from click.testing import CliRunner, Result
from end_to_end.world import World

from reconciler.cli import cli
from reconciler.cli.client import common, migrate, new


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (common, migrate, new):
        monkeypatch.setattr(module, "is_interactive", lambda: True)


def run(world: World, *arguments: str, answers: str) -> Result:
    line = ["--repo", str(world.root), "client", *arguments]
    return CliRunner().invoke(cli, line, input=answers, env={**world.environ, "NO_COLOR": "1"})


@pytest.mark.usefixtures("terminal")
def test_new_asks_for_what_is_missing(example: World) -> None:
    answers = "Ñoño Pérez\n\nnorte\nhogar-10\n\n\n+52 1\ny\n"
    done = run(example, "new", "--on", "2026-11-20", answers=answers)
    assert done.exit_code == 0, done.output
    for question in (
        "Name of the client",
        "Id [nono-perez]",
        "Zone (centro, norte, sur)",
        "Address (or auto) [10.20.0.2]",
        "Password",
        "Telephone",
        "Write 1 file?",
    ):
        assert question in done.output
    client = example.load().inventory.clients["nono-perez"]
    assert client.contact.phone == "+52 1"
    assert str(client.services[0].address) == "10.20.0.2"


@pytest.mark.usefixtures("terminal")
def test_who_says_no_changes_nothing(example: World) -> None:
    before = example.load().inventory.clients
    done = run(example, "suspend", "luis-mora", "maria-nunez", answers="n\n")
    assert "Write 2 files?" in done.output
    assert done.exit_code == 1  # click's own; the program's main makes 130 of it
    assert example.load().inventory.clients == before
    assert run(example, "suspend", "luis-mora", "maria-nunez", "--yes", answers="").exit_code == 0


@pytest.mark.usefixtures("terminal")
def test_one_small_change_is_not_asked_about(example: World) -> None:
    assert run(example, "set", "luis-mora", "--phone", "1 2", answers="").exit_code == 0


@pytest.mark.usefixtures("terminal")
def test_a_migration_asks_for_what_the_new_mode_needs(example: World) -> None:
    zone = example.root / "inventory/zones/sur.yaml"
    zone.write_text(zone.read_text().replace("local_address: 10.30.0.1\n", ""))
    for file in ("carmen-yanez", "taqueria-el-guero"):
        (example.root / f"inventory/clients/sur/{file}.yaml").unlink()
    done = run(example, "migrate", "--from-zone", "sur", "--plan", "hogar-10",
               answers="10.30.0.1\ny\n")  # fmt: skip
    assert done.exit_code == 0, done.output
    clients = example.load().inventory.clients
    for name in ("ernesto-diaz", "rancho-los-encinos"):  # asked once for both
        assert str(clients[name].services[0].local_address) == "10.30.0.1"


def test_without_a_terminal_nothing_is_asked(example: World) -> None:
    assert example.run("client", "new", "--zone", "norte", "--plan", "hogar-10").code == 64
    assert example.run("client", "suspend", "--zone", "norte").code == 0
