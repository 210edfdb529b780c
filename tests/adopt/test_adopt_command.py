# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: what it asks, what it keeps, and that without --write nothing is written."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from adopt.adopt_support import (
    SETTINGS,
    adopt,
    content,
    files,
    import_all,
    new_repository,
    plan_json,
    plans,
    service,
)

from reconciler.emulator import Device
from reconciler.secrets import derive

# Through importlib, for it has no type stubs.
pyrage: Any = import_module("pyrage")

PASSWORD = "canary of the router"
ROUTER = "inventory/routers/rb.yaml"
NO_PLAIN = "format: 1\nsecrets: {key: {env: RECONCILE_KEY}}\n"
WITH_AGE = "format: 1\nsecrets: {age_identity: {env: AGE_IDENTITY}, allow_plain: true}\n"


@pytest.fixture
def device() -> Device:
    device = Device()
    device.add("/ppp/secret", name="ana", password=PASSWORD, service="pppoe",
               local_address="10.2.0.1", remote_address="10.2.0.5")  # fmt: skip
    device.add("/queue/simple", name="beto", target="10.1.0.6/32", max_limit="2M/10M")
    return device


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_without_write_nothing_is_written(tmp_path: Path, device: Device) -> None:
    with new_repository(tmp_path) as world:
        server = world.serve("rb", device)
        before, router = tree(tmp_path), device.snapshot()
        ran = world.run("import", "rb")
        assert ran.code == 0
        assert "Nothing was written" in ran.err
        assert "+ 1 service from PPP secrets" in ran.out
        assert tree(tmp_path) == before
        assert device.snapshot() == router
        writes = ("/add", "/set", "/remove", "/move", "/unset")
        assert not [words for words in server.sentences if words[0].endswith(writes)]
        assert PASSWORD not in ran.text


def test_passwords_are_kept_as_age_where_there_is_an_identity(
    tmp_path: Path, device: Device
) -> None:
    identity = pyrage.x25519.Identity.generate()
    with new_repository(tmp_path, WITH_AGE) as world:
        world.environ["AGE_IDENTITY"] = str(identity)
        world.serve("rb", device)
        import_all(world)
        kept = service(world, "ana")["password"]
        assert set(kept) == {"age"}
        assert pyrage.decrypt(kept["age"].encode(), [identity]).decode() == PASSWORD
        assert PASSWORD.encode() not in b"".join(tree(tmp_path).values())
        adopt(world)


def test_passwords_as_variables(tmp_path: Path, device: Device) -> None:
    with new_repository(tmp_path, NO_PLAIN) as world:
        world.serve("rb", device)
        ran = import_all(world, "--secrets", "env")
        assert service(world, "ana")["password"] == {"env": "PASSWORD_ANA_INTERNET"}
        assert "To be set in the environment (1): PASSWORD_ANA_INTERNET" in ran.out
        assert PASSWORD not in ran.text
        world.environ["PASSWORD_ANA_INTERNET"] = PASSWORD
        adopt(world)


def test_without_a_way_to_keep_it_the_service_is_named(tmp_path: Path, device: Device) -> None:
    with new_repository(tmp_path, NO_PLAIN) as world:
        world.serve("rb", device)
        ran = import_all(world)
        assert set(files(world)) == {"beto"}
        assert (
            "its password cannot be kept: no age identity, and secrets in clear are off (ana)"
            in ran.out
        )
        adopt(world)
        refused = world.run("import", "rb", "--secrets", "plain")
        assert (refused.code, "allow_plain" in refused.err) == (64, True)


def test_a_derived_password_needs_no_key_in_the_file(tmp_path: Path, device: Device) -> None:
    """Imported, detached and imported again: the default says it already."""
    with new_repository(tmp_path, NO_PLAIN) as world:
        world.serve("rb", device)
        key = world.environ["RECONCILE_KEY"].encode()
        device.set("/ppp/secret", "ana", password=derive(key, "ana", "internet", 1))
        import_all(world)
        assert "password" not in service(world, "ana")
        adopt(world)


def test_hidden_passwords_are_no_passwords(tmp_path: Path, device: Device) -> None:
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        device.add("/user/group", name="blind", policy="read,write,api")
        device.set("/user", "reconcile", group="blind")
        ran = import_all(world)
        assert set(files(world)) == {"beto"}
        assert "the router hides its password from this user (ana)" in ran.out


def test_the_files_that_are_there_keep_every_byte(tmp_path: Path, device: Device) -> None:
    zone = "# the north\nid: norte\nrouter: rb\naddresses:\n  - 10.9.0.0/24  # towers\n"
    zone += "sessions: wait\n"
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        router = tmp_path / ROUTER
        text = "".join(f"{k}: {v}\n" for k, v in content(router).items() if k != "password")
        text += "password: {env: RB_PASSWORD}  # in the vault\n# the end\n"
        router.write_text(text)
        path = tmp_path / "inventory/zones/norte.yaml"
        path.parent.mkdir()
        path.write_text(zone)
        import_all(world)
        assert router.read_text() == text.replace("# the end", "block_rules: false\n# the end")
        pools = "  - 10.2.0.0/24\n  - 10.1.0.0/24\n"
        assert path.read_text() == zone.replace("sessions", f"{pools}sessions")
        assert {one["zone"] for one in files(world).values()} == {"norte"}
        adopt(world)


def test_rules_that_come_beside_the_marks_are_told_with_their_line(
    tmp_path: Path, device: Device
) -> None:
    with new_repository(tmp_path) as world:
        world.serve("rb", device, block_rules="true")
        path = tmp_path / ROUTER
        lines = path.read_text().splitlines()
        line = 1 + next(n for n, text in enumerate(lines) if "block_rules" in text)
        told = f"adds 6 rows beside the marks, for `block_rules: true` in {ROUTER}:{line}: write"
        assert told in import_all(world).out
        added = [one for one in plan_json(world, "--adopt")["changes"] if one["action"] == "add"]
        assert len(added) == 6
        path.write_text(path.read_text().replace('block_rules": "true"', 'block_rules": "false"'))
        assert "beside the marks" not in world.run("import", "rb").out
        adopt(world)


def test_a_zone_that_bills_gets_plans_with_a_price(tmp_path: Path, device: Device) -> None:
    settings = SETTINGS + "currency: MXN\ntimezone: America/Mexico_City\n"
    with new_repository(tmp_path, settings) as world:
        world.serve("rb", device)
        dates = {"issue_day": "25", "due_day": "1", "cut_day": "5"}
        world.write("inventory/zones/norte.yaml", {"id": "norte", "router": "rb", "billing": dates})
        ran = import_all(world)
        assert {plan["price"] for plan in plans(world).values()} == {"0.00"}
        assert "The zone bills" in ran.out
        adopt(world)


def test_a_zones_local_address_does_not_replace_the_routers(tmp_path: Path, device: Device) -> None:
    device.add("/ppp/secret", name="eva", password="x", service="pppoe", remote_address="10.2.0.6")
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        zone = {"id": "norte", "router": "rb", "local_address": "10.2.0.254"}
        world.write("inventory/zones/norte.yaml", zone)
        ran = import_all(world)
        assert service(world, "ana")["local_address"] == "10.2.0.1"
        assert "adopting it would change local-address in /ppp/secret (eva)" in ran.out
        adopt(world)


def test_a_zone_is_asked_for_where_it_is_not_clear(tmp_path: Path, device: Device) -> None:
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        for zone, pool in (("norte", "10.2.0.0/24"), ("sur", "10.7.0.0/24")):
            world.write(
                f"inventory/zones/{zone}.yaml", {"id": zone, "router": "rb", "addresses": [pool]}
            )
        ran = world.run("import", "rb")
        assert (ran.code, "several zones (norte, sur)" in ran.err) == (64, True)
        import_all(world, "--zone", "sur")
        # An address goes where its pool is; what has none goes to the zone that was named.
        assert {id_: one["zone"] for id_, one in files(world).items()} == {
            "ana": "norte",
            "beto": "sur",
        }
        adopt(world)


def test_a_router_without_a_file_gets_one(tmp_path: Path, device: Device) -> None:
    with new_repository(tmp_path) as world:
        server = world.serve("rb", device)
        (tmp_path / ROUTER).unlink()
        missing = world.run("import", "rb")
        assert (missing.code, "There is no router rb. --host" in missing.err) == (64, True)
        options = ("--host", server.host, "--port", str(server.port), "--no-tls")
        import_all(world, *options, "--user", "reconcile")
        router = content(tmp_path / ROUTER)
        assert router["password"] == {"env": "RB_PASSWORD"}
        assert (router["block_rules"], router["tls"]) == ("false", "false")
        adopt(world)


def test_old_windows_text_is_left_until_the_charset_is_said(tmp_path: Path) -> None:
    device = Device(version="6.49.8")
    export = '/queue simple\nadd comment="Mu\\F1oz" max-limit=2M/9M name=q target=10.1.0.5/32\n'
    device.load_rsc(export)
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        assert "set `charset:` in the router's file (q)" in import_all(world).out
        world.serve("rb", device, charset="windows-1252")
        import_all(world)
        assert files(world)["munoz"]["name"] == "Muñoz"
        adopt(world)
