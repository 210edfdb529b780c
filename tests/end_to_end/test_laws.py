# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws that hold for any repository against any router, ours or messed up by hand.

Apply then plan is empty. What is not ours is as before, row by row and in order. What the files
say, the router holds, to the letter.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from end_to_end.generated import (
    VERSIONS,
    Files,
    Foreign,
    foreign_rows,
    new_device,
    repositories,
    router_fields,
)
from end_to_end.mess import Mess, make_mess, messes, ours, respell
from end_to_end.world import (
    Ran,
    World,
    assert_applied,
    assert_same,
    assert_settled,
    foreign,
    is_ours,
)
from reconciler.codec import Codec
from reconciler.emulator import Device
from reconciler.kinds import KINDS
from reconciler.planning import Status
from reconciler.router import AnswerState
from reconciler.secrets import derive

# Each example writes files, serves routers and logs in several times.
few = settings(max_examples=max(10, settings.default.max_examples // 2))  # type: ignore[union-attr]
versions = st.sampled_from(VERSIONS)


@contextmanager
def a_world(files: Files, router: Mapping[str, Any], device: Device) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
        rewrite(world, files)
        world.serve("r1", device, **router)
        yield world


def rewrite(world: World, files: Files) -> None:
    """Other files than before; the routers' stay."""
    for path in (world.root / "inventory/clients").glob("*.yaml"):
        path.unlink()
    for file, content in files.items():
        world.write(file, content)


def assert_holds(device: Device, files: Files, charset: str) -> None:
    """Names, passwords and labels of every service are on the router as the files have them."""
    codec = Codec(charset)

    def kept(text: str) -> str:
        """As the router keeps the bytes that we write."""
        return codec.encode(text).decode("utf-8", "surrogateescape")

    rows = {path: device.rows(path) for path in MENU_OF_MODE.values()}
    for file, client in files.items():
        if not file.startswith("inventory/clients/"):
            continue
        for service in client["services"]:
            if service.get("cancelled", {}).get("address") == "release":
                continue
            mode = files[f"plans/{service['plan']}.yaml"]["mode"]
            mark = f"[rc:{client['id']}/{service['id']}]"
            label = service.get("comment", client["name"])
            found = [
                row
                for row in rows[MENU_OF_MODE[mode]]
                if row.get("comment") == kept(f"{label} {mark}")
                and row.get("list") not in ("rc-suspended", "Moroso")
            ]
            assert len(found) == 1, (mark, found)
            (row,) = found
            default = client["id"] if service["id"] == "internet" else f"{client['id']}-second"
            if mode != "pcq":
                assert row["name"] == kept(service.get("name", default))
            if mode in ("pppoe", "hotspot"):
                derived = derive(b"a-key-of-no-value-0123456789", client["id"], service["id"], 1)
                assert row["password"] == kept(service.get("password", {}).get("plain", derived))
            blocked = service["status"] in ("suspended", "cancelled")
            if blocked and mode == "hotspot" and "address" not in service:
                assert row["disabled"] == "true"
            else:
                assert row["disabled"] == "false"
            if "address" in service and mode in ("simple-queue", "pcq"):
                assert service["address"] in (row.get("target") or row["address"])


MENU_OF_MODE = {
    "simple-queue": "/queue/simple",
    "pcq": "/ip/firewall/address-list",
    "pppoe": "/ppp/secret",
    "hotspot": "/ip/hotspot/user",
}


@few
@given(versions, repositories(), repositories(), router_fields(), foreign_rows(), messes())
def test_apply_then_plan_is_empty_and_foreign_rows_are_untouched(
    version: str,
    first: Files,
    second: Files,
    router: Mapping[str, Any],
    rows: list[Foreign],
    mess: Mess,
) -> None:
    device = new_device(version, rows)
    with a_world(first, router, device) as world:
        before = foreign(device.snapshot())
        assert_applied(world.apply())
        assert_settled(world)
        assert_same(foreign(device.snapshot()), before)
        assert_holds(device, first, router["charset"])

        make_mess(device, mess)
        rewrite(world, second)
        before = foreign(device.snapshot())
        assert_applied(world.apply())
        assert_settled(world)
        assert_same(foreign(device.snapshot()), before)
        assert_holds(device, second, router["charset"])
