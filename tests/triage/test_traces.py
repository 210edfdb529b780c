# SPDX-License-Identifier: GPL-3.0-or-later
"""Who did it: lines as routers wrote them, the very row or nothing, and no password anywhere."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from end_to_end.world import World

from reconciler.change import Deed
from reconciler.cli import confirming
from reconciler.emulator.session import Session
from reconciler.emulator.wire import encode_sentence
from reconciler.handmade import MARK
from reconciler.render import MARKDOWN_BYTES
from reconciler.traces import _moment, _of_log
from triage.conftest import DAY, RB, build, client

CLIENTS = [
    client("ana", "casa", address="10.20.1.1"),
    client("eva", "hogar", address="10.20.1.2"),
    client("off", "casa", address="10.20.1.3", status="suspended", suspended={
        "since": DAY, "cause": "manual"}),
]  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with build(tmp_path / "repo", CLIENTS) as world:
        assert world.run("apply", "--yes", "--on", DAY).code == 0
        yield world


def by_hand(world: World, user: str, *words: str) -> None:
    device = world.device(RB)
    if user not in [row["name"] for row in device.rows("/user")]:
        device.add("/user", name=user, group="full")
    session = Session(device, peer="10.0.0.9")
    session.enter(user)
    assert b"!trap" not in session.receive(encode_sentence(list(words)))


def deeds(world: World) -> dict[str, tuple[str | None, str | None, bool]]:
    data = json.loads(world.run("drift", "--format", "json", "--on", DAY).out)
    return {
        one["path"] + " " + next(iter(one["key"].values())): (
            one["by"],
            one["via"],
            one["at"] is not None,
        )
        for one in data["changes"]
    }


def test_the_log_and_the_history_name_who_changed_the_row(world: World) -> None:
    device = world.device(RB)
    (entry,) = [r for r in device.rows("/ip/firewall/address-list") if r["list"] == "rc-suspended"]
    by_hand(world, "admin", "/queue/simple/set", "=.id=ana", "=max-limit=1M/1M")
    by_hand(world, "ñandú", "/ppp/secret/set", "=.id=eva", "=password=a cañón")
    by_hand(world, "luis", "/ip/firewall/address-list/remove", f"=.id={entry['.id']}")
    device.set("/ppp/profile", "hogar", rate_limit="1M/1M")
    assert deeds(world) == {
        "/queue/simple ana": ("admin", "api 10.0.0.9", True),
        "/ppp/secret eva": ("ñandú", "api 10.0.0.9", True),
        "/ip/firewall/address-list rc-suspended": ("luis", None, True),
        "/ppp/profile hogar": (None, None, False),
    }
    text = world.run("drift", "--on", DAY)
    assert "→ 2M/10M  [by admin (api 10.0.0.9), 20" in text.out
    assert "a cañón" not in text.text + world.run("drift", "--format", "issue").text


def test_our_own_user_and_a_full_plan_explain_nothing(world: World) -> None:
    by_hand(world, "admin", "/queue/simple/set", "=.id=ana", "=max-limit=1M/1M")
    by_hand(world, "reconcile", "/queue/simple/set", "=.id=ana", "=max-limit=3M/3M")
    assert deeds(world) == {"/queue/simple ana": (None, None, False)}
    before = len(world.servers[RB].sentences)
    world.run("plan", "--on", DAY)
    asked = {words[0] for words in world.servers[RB].sentences[before:]}
    assert not asked & {"/log/print", "/system/history/print"}


def test_a_router_that_refuses_its_log_tells_drift_all_the_same(world: World) -> None:
    world.device(RB).set("/queue/simple", "ana", max_limit="1M/1M")
    del world.device(RB).tables["/log"]
    assert deeds(world) == {"/queue/simple ana": (None, None, False)}


@pytest.mark.parametrize(
    ("message", "deed"),
    [
        ("filter rule changed by admin", Deed("admin", "2026-11-20 05:59:50")),
        (
            "ppp secret <a> changed by mac-msg(winbox):admin@54:14:A7:11:53:3C/terminal/action:245"
            " (/ppp secret set a profile=B)",
            Deed("admin", "2026-11-20 05:59:50", "winbox 54:14:A7:11:53:3C"),
        ),
        (
            "ppp secret <a> changed by api:ispm-api@::/action:243 (/ppp secret set a)",
            Deed("ispm-api", "2026-11-20 05:59:50", "api"),
        ),
        (
            "script removed by scheduler:x/script:y/action:3 (/system script remove *2)",
            Deed("scheduler:x/script:y/action:3", "2026-11-20 05:59:50"),
        ),
    ],
)
def test_lines_of_routers(message: str, deed: Deed) -> None:
    rows = [{"time": "05:59:50", "message": message}, {"message": "user admin logged in"}]
    assert [one.deed for one in _of_log(rows, date(2026, 11, 20))] == [deed]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("05:59:50", "2026-01-02 05:59:50"),
        ("08-31 07:08:09", "2025-08-31 07:08:09"),
        ("jan/01 07:08:09", "2026-01-01 07:08:09"),
        ("oct/10/2019 18:51:05", "2019-10-10 18:51:05"),
        ("2026-01-01 18:51:05", "2026-01-01 18:51:05"),
        ("xyz/99 07:08:09", None),
        ("", None),
    ],
)
def test_times_of_routers(text: str, moment: str | None) -> None:
    assert _moment(text, date(2026, 1, 2)) == moment


# -- an issue -----------------------------------------------------------------------


def test_the_issue_says_what_who_and_both_ways(world: World) -> None:
    clean = world.run("drift", "--format", "issue", "--on", DAY)
    assert (clean.code, clean.out.split("\n")[:2]) == (0, ["# No drift", MARK])
    by_hand(world, "admin", "/queue/simple/set", "=.id=ana", "=max-limit=1M/1M")
    ran = world.run("drift", "--format", "issue", "--issue", str(world.root / "i.md"))
    title, mark, *_ = ran.out.split("\n")
    assert (ran.code, title, mark) == (2, "# 1 change by hand on 1 router", MARK)
    assert "max-limit 1M/1M → 2M/10M  [by admin (api 10.0.0.9)," in ran.out
    assert "`reconcile apply`" in ran.out
    assert "`reconcile drift --adopt`" in ran.out
    assert (world.root / "i.md").read_text(encoding="utf-8").strip() == ran.out.strip()
    assert len(ran.out.encode()) < MARKDOWN_BYTES
    world.servers[RB].faults.go_away()
    away = world.run("drift", "--format", "issue", "--on", DAY)
    assert (away.code, away.out.split("\n")[0]) == (3, "# No drift on the routers that answered")


# -- confirmed ----------------------------------------------------------------------


def test_only_what_is_there_every_time_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, waited = world.device(RB), []
    device.set("/queue/simple", "ana", max_limit="1M/1M")
    device.set("/ppp/secret", "eva", caller_id="02:00:00:00:00:01")

    def work_on(seconds: float) -> None:
        waited.append(seconds)
        device.set("/ppp/secret", "eva", caller_id=f"02:00:00:00:00:0{len(waited) + 1}")

    monkeypatch.setattr(confirming, "sleep", work_on)
    ran = world.run("drift", "--confirm-runs", "2", "--confirm-wait", "5m", "--on", DAY)
    assert (ran.code, waited) == (2, [300.0, 300.0])
    assert "1 changed by hand, 0 pending." in ran.out
    assert "1 change by hand did not stay" in ran.err
    device.set("/queue/simple", "ana", max_limit="2M/10M")
    ran = world.run("drift", "--confirm-runs", "9", "--on", DAY)
    assert (ran.code, len(waited)) == (0, 3), ran.text
    assert world.run("drift", "--confirm-wait", "soon").code == 64


def test_a_router_that_goes_meanwhile_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.device(RB).set("/queue/simple", "ana", max_limit="1M/1M")
    monkeypatch.setattr(confirming, "sleep", lambda _s: world.servers[RB].faults.go_away())
    assert world.run("drift", "--confirm-runs", "1", "--on", DAY).code == 3
