# SPDX-License-Identifier: GPL-3.0-or-later
"""What others do with the same router: librouteros as its documentation shows it, and api_modify.

`python -m benchmarks.peers read PORT MENU…` and `… add PORT COUNT` are whole processes.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import librouteros

from benchmarks.world import PASSWORD, USER

ROOT = Path(__file__).resolve().parents[1]
FOREIGN = ROOT / ".venv-foreign/bin"
PLAYBOOK = [
    {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {
                "community.routeros.api_modify": {
                    "hostname": "127.0.0.1",
                    "port": "{{ router_port | int }}",
                    "username": USER,
                    "password": PASSWORD,
                    "encoding": "utf-8",
                    "timeout": 300,
                    "path": "{{ item.path }}",
                    "data": "{{ item.data }}",
                },
                "loop": "{{ menus }}",
                "loop_control": {"label": "{{ item.path }}"},
            }
        ],
    }
]


def ansible(folder: Path, port: int, menus: dict[str, list[dict[str, str]]]) -> list[str] | None:
    """The command that brings the menus to these rows; None where Ansible is not installed."""
    if not (FOREIGN / "ansible-playbook").exists():
        return None
    (folder / "play.yaml").write_text(json.dumps(PLAYBOOK))
    settings = {
        "router_port": port,
        "ansible_python_interpreter": str(FOREIGN / "python"),
        "menus": [
            {"path": path.strip("/").replace("/", " "), "data": rows}
            for path, rows in menus.items()
        ],
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    play, given = folder / "play.yaml", folder / "settings.json"
    return [str(FOREIGN / "ansible-playbook"), str(play), "--extra-vars", f"@{given}"]


def ansible_environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": f"{FOREIGN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
        "LC_ALL": "C.UTF-8",
    }


def connect(port: int) -> Any:
    return librouteros.connect(
        "127.0.0.1", USER, PASSWORD, port=port, encoding="utf-8", timeout=300
    )


def read(port: int, menus: list[str]) -> int:
    """Every row of each menu."""
    api = connect(port)
    return sum(len(list(api.path(*menu.strip("/").split("/")))) for menu in menus)


def add(port: int, count: int) -> None:
    """One queue after the other."""
    queues = connect(port).path("queue", "simple")
    for number in range(count):
        queues.add(name=f"peer-{number}", target=f"172.16.{number >> 8}.{number & 255}")


if __name__ == "__main__":
    what, router, *rest = sys.argv[1:]
    if what == "read":
        read(int(router), rest)
    else:
        add(int(router), int(rest[0]))
