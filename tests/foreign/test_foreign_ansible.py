# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's community.routeros, api_modify and api_info, as published: a second run is idle.

It needs the environment that `make foreign` sets up, and is left out without it.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Clock, Device, Server, serve

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv-foreign/bin"
PLAYBOOK = Path(__file__).parent / "ansible/site.yaml"
PASSWORD = "contraseña 0123"

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (BIN / "ansible-playbook").exists(), reason="`make foreign` installs Ansible"
    ),
]


def play(server: Server, state: str, home: Path) -> list[dict[str, Any]]:
    """Runs the playbook. What it changed: per menu its path, and rows before and after."""
    settings = {
        "router_host": server.host,
        "router_port": server.port,
        "router_user": "foreign",
        "router_password": PASSWORD,
        "state": state,
        "ansible_python_interpreter": str(BIN / "python"),
    }
    environment = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
        "LC_ALL": "C.UTF-8",
    }
    ran = subprocess.run(
        [BIN / "ansible-playbook", PLAYBOOK, "--extra-vars", json.dumps(settings)],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    report = json.loads(ran.stdout)
    assert report["stats"]["localhost"]["failures"] == 0
    results = [
        result
        for task in report["plays"][0]["tasks"]
        for result in task["hosts"]["localhost"].get("results", [])
    ]
    return [
        {"path": result["item"]["path"], "was": result["old_data"], "is": result["new_data"]}
        for result in results
        if result["changed"]
    ]


@pytest.mark.parametrize("version", ["6.49.8", "7.10.2", "7.22.3"])
def test_a_second_play_changes_nothing(version: str, tmp_path: Path) -> None:
    device = Device(version=version, clock=Clock.frozen())
    device.add("/ppp/secret", name="hand-made", password="x")
    device.add("/ip/firewall/filter", chain="forward", action="accept", comment="por mano")
    hand_made = device.rows("/ppp/secret"), device.rows("/ip/firewall/filter")
    with serve(device, user="foreign", password=PASSWORD) as server:
        for state in ("before", "after"):
            assert play(server, state, tmp_path)
            held = device.snapshot()
            again = play(server, state, tmp_path)
            assert not again, json.dumps(again, indent=1)
            assert device.snapshot() == held
    assert device.rows("/ppp/secret")[0] == hand_made[0][0]
    assert device.rows("/ip/firewall/filter")[0] == hand_made[1][0]
    assert [row["name"] for row in device.rows("/queue/simple")] == ["tres", "cuatro", "uno"]
