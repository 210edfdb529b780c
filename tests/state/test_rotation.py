# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotation: who is named opens every text afterwards, who left none, and nothing else moves."""

from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]
import pytest
from end_to_end.world import KEY, Ran, run_cli

from reconciler.run import load_repository
from reconciler.sealing import seal, seal_line

PASSWORD, WIFI, KEY_TEXT = "clave-Ñandú", "wifi 'ñ' #", "la llave del repositorio"
ROUTER = """\
id: tower
host: 10.0.0.1
username: reconcile
password: {age: "ROUTER"}   # la torre
"""
CLIENT = """\
id: ana
name: Ana Ñúñez "la güera"   # vive arriba
zone: norte
services:
  - plan: dial
    since: 2026-01-01
    address: 10.60.0.2
    password:
      age: |
ARMORED
    wifi: {ssid: Casa, password: {age: "WIFI"}}   # del módem
"""
OTHER = """\
id: eva
name: Eva
zone: sur
services:
  - {plan: dial, since: 2026-01-01, address: 10.61.0.2}
  - {id: tv, plan: fixed, since: 2026-01-01, address: 10.61.0.3}
  - {id: pos, plan: dial, address: 10.61.0.4, password: {derived: 4, of: old/pos}}
"""


def identity() -> Any:
    return pyrage.x25519.Identity.generate()


class Files:
    """A repository whose secrets open for `old`, and a way to run the program over it."""

    def __init__(self, root: Path) -> None:
        self.root, self.old, self.new = root, identity(), identity()
        to = [self.old.to_public()]
        armored = "\n".join(f"        {line}" for line in seal(PASSWORD, to).splitlines())
        self.settings(self.old)
        self.write(
            "inventory/routers/tower.yaml", ROUTER.replace("ROUTER", seal_line(PASSWORD, to))
        )
        for zone, net in (("norte", 60), ("sur", 61)):
            text = (
                f"id: {zone}\nrouter: tower\naddresses: [10.{net}.0.0/16]\n"
                f"local_address: 10.{net}.255.1\n"
            )
            self.write(f"inventory/zones/{zone}.yaml", text)
        for plan, mode in (("dial", "pppoe"), ("fixed", "simple-queue")):
            rates = "download: 10M\nupload: 2M\n"
            self.write(f"plans/{plan}.yaml", f"id: {plan}\nmode: {mode}\n{rates}")
        ana = CLIENT.replace("ARMORED", armored).replace("WIFI", seal_line(WIFI, to))
        self.write("inventory/clients/norte/ana.yaml", ana)
        self.write("inventory/clients/sur/eva.yaml", OTHER)

    def settings(self, *recipients: Any) -> None:
        listed = ", ".join(str(one.to_public()) for one in recipients)
        # A key of its own is sealed for the first repository alone, and stays so in the others.
        if not hasattr(self, "_key"):
            self._key = seal_line(KEY_TEXT, [self.old.to_public()])
        self.write(
            "reconcile.yaml",
            f'format: 1\nsecrets:\n  key: {{age: "{self._key}"}}\n'
            f"  age_identity: {{env: AGE_IDENTITY}}\n  age_recipients: [{listed}]\n",
        )

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *arguments: str, own: Any = None) -> Ran:
        environ = {"AGE_IDENTITY": str(own or self.old)}
        return run_cli("--repo", str(self.root), *arguments, environ=environ)

    def opened(self, own: Any) -> list[str]:
        loaded = load_repository(self.root, {"AGE_IDENTITY": str(own)})
        inventory, secrets = loaded.inventory, loaded.secrets
        (ana,) = inventory.clients["ana"].services
        assert ana.wifi is not None
        assert ana.wifi.password is not None
        texts = (inventory.routers["tower"].password, ana.password, ana.wifi.password)
        return [secrets.key.decode(), *map(secrets.resolve, texts)]

    def text(self, file: str) -> str:
        return (self.root / file).read_text(encoding="utf-8")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "repo")


ALL = [KEY_TEXT, PASSWORD, PASSWORD, WIFI]


def test_who_is_named_now_opens_all_and_who_left_none(files: Files) -> None:
    files.settings(files.new)
    ran = files.run("secrets", "rotate")
    assert ran.code == 0, ran.text
    assert "4 secrets encrypted anew for 1 recipient." in ran.err
    assert files.opened(files.new) == ALL
    for file in files.root.rglob("*.yaml"):
        found = files.run("validate", own=files.new)
        assert found.code == 0, file
    with pytest.raises(Exception, match="does not open"):
        files.opened(files.old)


def test_both_open_while_both_are_named(files: Files) -> None:
    files.settings(files.old, files.new)
    assert files.run("secrets", "rotate").code == 0
    assert files.opened(files.new) == files.opened(files.old) == ALL


def test_nothing_but_the_texts_changes(files: Files) -> None:
    files.settings(files.new)
    before = files.text("inventory/clients/sur/eva.yaml")
    assert files.run("secrets", "rotate").code == 0
    ana = files.text("inventory/clients/norte/ana.yaml")
    assert 'name: Ana Ñúñez "la güera"   # vive arriba' in ana
    assert ana.endswith("  # del módem\n")
    assert files.text("inventory/routers/tower.yaml").endswith("  # la torre\n")
    assert files.text("inventory/clients/sur/eva.yaml") == before


def test_no_secret_is_shown(files: Files) -> None:
    files.settings(files.new)
    for arguments in (("--dry-run",), (), ("--derived", "--zone", "sur", "--yes")):
        ran = files.run("secrets", "rotate", *arguments, own=files.new if arguments[1:] else None)
        assert ran.code == 0, ran.text
        for secret in (PASSWORD, WIFI, KEY_TEXT, str(files.old), str(files.new)):
            assert secret not in ran.text


def test_a_dry_run_writes_nothing(files: Files) -> None:
    files.settings(files.new)
    before = {file: file.read_bytes() for file in files.root.rglob("*.yaml")}
    assert files.run("secrets", "rotate", "--dry-run").code == 0
    assert {file: file.read_bytes() for file in files.root.rglob("*.yaml")} == before


def test_one_text_that_does_not_open_stops_all_and_each_is_named(files: Files) -> None:
    stranger = seal_line("x", [identity().to_public()])
    files.write("inventory/routers/tower.yaml", ROUTER.replace("ROUTER", stranger))
    files.write("inventory/routers/b.yaml", ROUTER.replace("ROUTER", stranger).replace(
        "tower", "b").replace("10.0.0.1", "10.0.0.2"))  # fmt: skip
    before = files.text("inventory/clients/norte/ana.yaml")
    ran = files.run("secrets", "rotate")
    assert ran.code == 1
    for router in ("b", "tower"):
        assert (
            f"inventory/routers/{router}.yaml: password: The age secret does not open." in ran.text
        )
    assert files.text("inventory/clients/norte/ana.yaml") == before


def test_a_zone_alone(files: Files) -> None:
    files.settings(files.old, files.new)
    router = files.text("inventory/routers/tower.yaml")
    ran = files.run("secrets", "rotate", "--zone", "norte")
    assert "2 secrets encrypted anew for 2 recipients." in ran.err
    assert files.text("inventory/routers/tower.yaml") == router
    assert "Nothing to change." in files.run("secrets", "rotate", "--zone", "sur").err


def test_derived_passwords_are_raised_for_logins_alone(files: Files) -> None:
    ran = files.run("secrets", "rotate", "--derived", "--zone", "sur", "--yes")
    assert ran.code == 0, ran.text
    assert "2 logins will have another password" in ran.err
    assert "eva/internet and eva/pos" in ran.err
    eva = load_repository(files.root, {"AGE_IDENTITY": str(files.old)}).inventory.clients["eva"]
    found = [service.password.model_dump() for service in eva.services]
    assert found == [
        {"derived": 2, "of": None},
        {"derived": 1, "of": None},
        {"derived": 5, "of": "old/pos"},
    ]
    assert files.opened(files.old) == ALL


def test_a_client_alone_and_text_that_is_no_derived_one_stays(files: Files) -> None:
    before = files.text("inventory/clients/norte/ana.yaml")
    ran = files.run("secrets", "rotate", "--derived", "--client", "ana", "--yes")
    assert "Nothing to change." in ran.err
    assert files.text("inventory/clients/norte/ana.yaml") == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--derived",), 64, "choose them with --zone or --client"),
        (("--zone", "norte", "--client", "ana"), 64, "one of both"),
        (("--client", "anna"), 1, "Did you mean ana?"),
        (("--derived", "--zone", "nort", "--yes"), 64, "Did you mean norte?"),
    ],
)
def test_wrong_calls_write_nothing(
    files: Files, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = {file: file.read_bytes() for file in files.root.rglob("*.yaml")}
    ran = files.run("secrets", "rotate", *arguments)
    assert (ran.code, said in ran.text) == (code, True), ran.text
    assert {file: file.read_bytes() for file in files.root.rglob("*.yaml")} == before


def test_without_age_texts_there_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "reconcile.yaml").write_text(
        f"format: 1\nsecrets: {{age_recipients: [{identity().to_public()}]}}\n"
    )
    ran = run_cli("--repo", str(tmp_path), "secrets", "rotate", environ={"RECONCILE_KEY": KEY})
    assert (ran.code, ran.err) == (0, "Nothing to change.\n")
