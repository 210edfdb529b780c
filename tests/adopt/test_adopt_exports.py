# SPDX-License-Identifier: GPL-3.0-or-later
"""Real exports: import, adopt, an empty plan, and a router that does what it did before."""

import re
from collections import Counter
from pathlib import Path

import pytest
from adopt.adopt_support import (
    adopt,
    files,
    import_all,
    new_repository,
    plan_json,
    plans,
    without_marks,
)
from end_to_end.world import assert_same, commit, sample

# Export -> services understood by mode, rows left alone.
EXPORTS = {
    "isp-a-6.48.6-day1": ({"pppoe": 32, "simple-queue": 4}, 1699),
    "isp-a-6.49.8-day3": ({"pppoe": 32, "simple-queue": 4}, 1659),
    "isp-b-6.48.4-ppp": ({"pppoe": 386}, 3),
    "isp-c-6.48.6-pcq": ({"pppoe": 23}, 4),
    "isp-e-6.43.7-queuetree": ({"pppoe": 1}, 1),
    "isp-f-7.24.4-excerpt": ({"simple-queue": 2}, 4),
    "isp-g-7.11.3-terse-excerpt": ({"simple-queue": 1}, 2),
    "isp-h-6-terse-excerpt": ({"pppoe": 2}, 4),
    "wisphub-managed-7.14.2": ({"pppoe": 172, "simple-queue": 1}, 295),
}
DOCS = Path(__file__).resolve().parents[2] / "docs/adoption.md"


@pytest.mark.parametrize("name", EXPORTS)
def test_a_real_router_is_adopted_and_does_what_it_did(name: str, tmp_path: Path) -> None:
    device = sample(name)
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        logins = [row["name"] for row in device.rows("/ppp/secret") if row["disabled"] == "false"]
        for login in logins:
            device.add_dynamic("/ppp/active", name=login, service="pppoe")
        before = device.snapshot()

        ran = import_all(world)

        understood, left = EXPORTS[name]
        modes = {id_: plan["mode"] for id_, plan in plans(world).items()}
        services = [client["services"][0] for client in files(world).values()]
        assert Counter(modes[one["plan"]] for one in services) == understood
        assert _left(ran.out) == left
        assert without_marks(device.snapshot()) == without_marks(before)

        commit(tmp_path)
        adopt(world)

        assert_same(without_marks(device.snapshot()), without_marks(before))
        assert [row["name"] for row in device.rows("/ppp/active")] == logins
        (state,) = [
            row for row in device.rows("/ip/firewall/address-list") if row["list"] == "rc-state"
        ]
        assert state["disabled"] == "true"

        again = world.run("import", "rb")
        assert again.code == 0
        assert "Files: 0 new, 0 changed." in again.out


def _left(text: str) -> int:
    match = re.search(r"Left alone: (\d+) rows?$", text, re.MULTILINE)
    return int(match[1]) if match else 0


def test_the_documented_counts_are_these() -> None:
    rows = re.findall(r"^\| `([\w.-]+)` \|(.*)\| (\d+) \|[^|]*\|$", DOCS.read_text(), re.MULTILINE)
    documented = {}
    for name, middle, left in rows:
        counts = re.findall(r"(\d+) (pppoe|simple-queue|pcq|hotspot)", middle)
        documented[name] = ({mode: int(count) for count, mode in counts}, int(left))
    assert documented == EXPORTS


def test_wisphub_is_a_secret_and_a_queue_and_a_debtors_list(tmp_path: Path) -> None:
    device = sample("wisphub-managed-7.14.2")
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        ran = import_all(world)
        plan = plans(world)["pppoe-50m-50m"]
        assert (plan["shaping"], plan["profile"]) == ("queue", "default")
        assert (
            "lists: {suspended: Moroso}" in (tmp_path / "inventory/routers/rb.yaml").read_text()
            or "Moroso" in ran.out
        )
        by_address = {one["services"][0].get("address"): one for one in files(world).values()}
        cut = by_address["10.10.0.72"]["services"][0]
        assert cut["status"] == "suspended"
        assert cut["suspended"] == {"since": "2026-11-05", "cause": "debt"}
        assert len([one for one in by_address.values() if "suspended" in one["services"][0]]) == 17
        # Three spellings of one local address stand on the router, and stay.
        local = Counter(one["services"][0].get("local_address") for one in by_address.values())
        assert {"10.10.10.1", "10.10.0.1", "10.10.10.167"} <= set(local)
        assert "old proxy page" in ran.out
        adopt(world)
        secret = next(r for r in device.rows("/ppp/secret") if r["name"] == "10001")
        name = by_address["10.10.0.3"]["name"]
        assert "ñ" in name
        assert secret["comment"] == f"{name} [rc:{_id(world, name)}/internet]"


def _id(world: object, name: str) -> str:
    return next(id_ for id_, one in files(world).items() if one["name"] == name)  # type: ignore[arg-type]


def test_a_plan_after_a_change_is_that_change(tmp_path: Path) -> None:
    """What was adopted is managed: another speed is another limit of that client's queue."""
    device = sample("isp-c-6.48.6-pcq")
    with new_repository(tmp_path) as world:
        world.serve("rb", device)
        import_all(world)
        adopt(world)
        path = tmp_path / "inventory/clients/rb/dora.yaml"
        other = next(id_ for id_, plan in plans(world).items() if plan.get("download") == "7M")
        path.write_text(re.sub(r"plan: \S+", f"plan: {other}", path.read_text()))
        (change,) = plan_json(world)["changes"]
        assert (change["action"], change["path"]) == ("set", "/queue/simple")
        assert change["after"] == {"max-limit": "4000000/7000000", "priority": "1/1"}
