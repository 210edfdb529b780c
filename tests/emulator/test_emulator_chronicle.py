# SPDX-License-Identifier: GPL-3.0-or-later
"""Log and history: who changed what, in the words of the version."""

import pytest
from emulator.console import talk

from reconciler.emulator import Device
from reconciler.emulator.clock import Clock
from reconciler.emulator.session import Session


def session(device: Device) -> Session:
    found = Session(device, peer="10.0.0.9")
    found.enter("admin")
    return found


@pytest.mark.parametrize(
    ("version", "lines"),
    [
        (
            "7.22.3",
            [
                "ppp secret <ana> added by api:admin@10.0.0.9 (*1 = /ppp secret add name=ana)",
                "ppp secret <ana> changed by api:admin@10.0.0.9 (/ppp secret set ana caller-id=x)",
                "address list entry added by api:admin@10.0.0.9"
                " (*1 = /ip firewall address-list add address=10.0.0.1 list=L)",
                "ppp secret <ana> removed by api:admin@10.0.0.9 (/ppp secret remove ana)",
            ],
        ),
        (
            "6.49.7",
            [
                "ppp secret <ana> added by admin",
                "ppp secret <ana> changed by admin",
                "address list entry added by admin",
                "ppp secret <ana> removed by admin",
            ],
        ),
    ],
)
def test_changes_are_noted(version: str, lines: list[str]) -> None:
    device = Device(version, clock=Clock.frozen())
    one = session(device)
    talk(one, "/ppp/secret/add", "=name=ana")
    device.clock.advance(60)
    talk(one, "/ppp/secret/set", "=.id=*1", "=caller-id=x")
    talk(one, "/ip/firewall/address-list/add", "=list=L", "=address=10.0.0.1")
    talk(one, "/ppp/secret/remove", "=.id=*1")
    talk(one, "/ppp/secret/remove", "=.id=*1")  # refused, so nothing is noted
    assert [row["message"] for row in device.rows("/log")] == lines
    assert [row["time"] for row in device.rows("/log")][:2] == ["03:04:05", "03:05:05"]
    history = device.rows("/system/history")
    assert [row["action"] for row in history] == [
        "ppp secret removed",
        "address list entry added",
        "ppp secret changed",
        "ppp secret added",
    ]
    assert {row["by"] for row in history} == {"admin"}
    if device.version.major >= 7:
        assert history[0]["undo"].startswith("/ppp secret add caller-id=x")
        assert history[2]["undo"] == '/ppp secret set ana caller-id=""'
    else:
        assert "undo" not in history[0]


def test_the_history_holds_a_hundred() -> None:
    device = Device()
    one = session(device)
    for number in range(120):
        talk(one, "/ppp/secret/add", f"=name=u{number}")
    assert len(device.rows("/system/history")) == 100
    assert "u119" in device.rows("/system/history")[0]["redo"]
