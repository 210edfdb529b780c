# SPDX-License-Identifier: GPL-3.0-or-later
"""The change set as data: JSON as documented, a fingerprint that means the same, plan files."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.change import HIDDEN, Action, Change
from reconciler.changeset import (
    ChangeSet,
    PlanFile,
    Stale,
    essence,
    fingerprint,
    plan_file_text,
    to_json,
)
from reconciler.desired import Desired, Source
from reconciler.diff import diff
from reconciler.errors import Problem, Severity, Where
from reconciler.kinds import ADDRESS_LIST, PPP_SECRET, QUEUE_SIMPLE
from reconciler.making import Terms
from reconciler.planning import RouterPlan, Status
from reconciler.sessions import Session, SessionKind

WHERE = Where("inventory/clients/ana.yaml", 5)
SOURCE = Source("ana/internet", WHERE)
MARK = "ana/internet"
COMMENT = f"Ana [rc:{MARK}]"


def digest(text: str) -> str:
    return f"hash of {text}"


TERMS = Terms("rb", digest=digest)


def queue_set(rate: str = "2M/10M", row_id: str = "*1") -> Change:
    desired = Desired(
        QUEUE_SIMPLE,
        MARK,
        {"name": "ana", "target": "10.20.0.7/32", "max-limit": rate, "comment": COMMENT},
        SOURCE,
    )
    row = {".id": row_id, "name": "ana", "target": "10.20.0.7/32", "comment": COMMENT}
    (change,) = diff(QUEUE_SIMPLE, [desired], [row], TERMS).changes
    return change


def secret_add(password: str = "secreto") -> Change:
    values = {"name": "ana", "service": "pppoe", "password": password, "comment": COMMENT}
    (change,) = diff(PPP_SECRET, [Desired(PPP_SECRET, MARK, values, SOURCE)], [], TERMS).changes
    return change


def secret_remove(password: str = "secreto") -> Change:
    row = {".id": "*7", "name": "ana", "service": "pppoe", "password": password, "comment": COMMENT}
    (change,) = diff(PPP_SECRET, [], [row], TERMS).changes
    return change


def notice_add(address: str = "10.20.0.7") -> Change:
    values = {"list": "rc-notice", "address": address, "comment": COMMENT}
    desired = Desired(ADDRESS_LIST, MARK, values, SOURCE, notice=True)
    (change,) = diff(ADDRESS_LIST, [desired], [], TERMS).changes
    return change


def change_set(*changes: Change, **more: Any) -> ChangeSet:
    return ChangeSet((RouterPlan("rb", version="7.22.3", changes=changes),), **more)


def test_json_is_format_1_of_the_documentation() -> None:
    session = Session(SessionKind.PPP, MARK, "ana", queue_set())
    waiting = Session(SessionKind.PPP, "eva/internet", "eva", queue_set(), waits=True)
    cut = Session(SessionKind.CONNECTIONS, MARK, "10.20.0.7", queue_set())
    plan = RouterPlan(
        "rb",
        version="7.22.3",
        changes=(queue_set(), notice_add()),
        sessions=(session, waiting, cut),
        problems=(Problem("fasttrack", "it bypasses.", severity=Severity.WARNING, router="rb"),),
    )
    away = RouterPlan("sur", Status.UNREACHABLE, error="timed out")
    whole = ChangeSet(
        (plan, away),
        commit="abc",
        created="2026-11-05T10:00:00+00:00",
        problems=(Problem("odd", "odd.", "Mend it.", WHERE, Severity.WARNING),),
    )
    expected_set = {
        "router": "rb",
        "path": "/queue/simple",
        "action": "set",
        "key": {"name": "ana"},
        "before": {"max-limit": "0/0"},
        "after": {"max-limit": "2000000/10000000"},
        "digests": {},
        "source": {"id": MARK, "file": "inventory/clients/ana.yaml", "line": 5},
    }
    expected_notice = expected_set | {
        "path": "/ip/firewall/address-list",
        "action": "add",
        "key": {"list": "rc-notice", "address": "10.20.0.7"},
        "before": {},
        "after": {
            "list": "rc-notice",
            "address": "10.20.0.7",
            "disabled": "false",
            "comment": COMMENT,
        },
    }
    assert json.loads(json.dumps(to_json(whole))) == {
        "format_version": "1.0",
        "fingerprint": whole.fingerprint,
        "commit": "abc",
        "base": None,
        "created": "2026-11-05T10:00:00+00:00",
        "routers": [
            {
                "router": "rb",
                "status": "ok",
                "version": "7.22.3",
                "fingerprint": fingerprint([("rb", queue_set())]),
                "error": None,
            },
            {
                "router": "sur",
                "status": "unreachable",
                "version": None,
                "fingerprint": fingerprint([]),
                "error": "timed out",
            },
        ],
        "changes": [expected_set],
        "notices": [expected_notice],
        "problems": [
            {
                "severity": "warning",
                "code": "odd",
                "file": "inventory/clients/ana.yaml",
                "line": 5,
                "router": None,
                "message": "odd.",
                "hint": "Mend it.",
            },
            {
                "severity": "warning",
                "code": "fasttrack",
                "file": None,
                "line": None,
                "router": "rb",
                "message": "it bypasses.",
                "hint": None,
            },
        ],
        "sessions": [
            {"router": "rb", "kind": "ppp", "client": MARK},
            {"router": "rb", "kind": "connections", "client": MARK},
        ],
        "effects": [],
        "files": [],
        "summary": {"add": 0, "set": 1, "move": 0, "remove": 0, "adopt": 0, "sessions": 1},
    }


def test_what_is_absent_is_null() -> None:
    data = to_json(ChangeSet((RouterPlan("rb"),)))
    assert (data["commit"], data["created"]) == (None, None)
    orphan = replace(secret_remove(), source=Source(MARK))
    (entry,) = to_json(change_set(orphan))["changes"]
    assert entry["source"] == {"id": MARK, "file": None, "line": None}
    assert entry["before"]["remote-address"] is None
    assert entry["after"] == {}


def test_a_drift_cause_is_named_only_where_there_is_one() -> None:
    (plain,) = to_json(change_set(queue_set()))["changes"]
    (caused,) = to_json(change_set(replace(queue_set(), cause="drift")))["changes"]
    assert "cause" not in plain
    assert caused == plain | {"cause": "drift", "by": None, "at": None, "via": None}


def test_a_secret_is_in_no_part_of_the_json() -> None:
    changes = change_set(secret_add("tres tristes tigres"), secret_remove("otro secreto"))
    plain = replace(TERMS, digest=lambda _text: None)
    values = {"name": "eva", "service": "any", "password": "tres tristes tigres"}
    keyless = diff(PPP_SECRET, [Desired(PPP_SECRET, "eva/a", values, SOURCE)], [], plain).changes
    text = json.dumps([to_json(changes), to_json(change_set(*keyless))])
    shown = text.replace("hash of tres tristes tigres", "").replace("hash of otro secreto", "")
    assert "tigres" not in shown
    assert "otro secreto" not in shown
    assert keyless[0].after["password"] == HIDDEN
    assert keyless[0].digests == {"password": "changed"}
    assert "tigres" not in repr(changes)


def test_the_fingerprint_is_not_of_ids_times_notices_order_or_lines() -> None:
    one, other = queue_set(row_id="*1"), queue_set(row_id="*FF")
    elsewhere = replace(other, source=Source(MARK, Where("inventory/clients/sur/ana.yaml", 50)))
    prints = {
        change_set(one, secret_add()).fingerprint,
        change_set(secret_add(), other, commit="abc", created="2026-11-05").fingerprint,
        change_set(elsewhere, secret_add(), notice_add()).fingerprint,
        change_set(one, secret_add(), notice_add("10.20.0.9")).fingerprint,
        change_set(replace(one, cause="pending"), secret_add()).fingerprint,
    }
    assert len(prints) == 1


DIFFERENT: list[Callable[[Change], Change]] = [
    lambda change: replace(change, action=Action.ADOPT),
    lambda change: replace(change, kind=ADDRESS_LIST),
    lambda change: replace(change, key={"name": "eva"}),
    lambda change: replace(change, before={"max-limit": "1/1"}),
    lambda change: replace(change, after={"max-limit": "1/1"}),
    lambda change: replace(change, digests={"password": "other"}),
]


@pytest.mark.parametrize("vary", DIFFERENT)
def test_the_fingerprint_is_of_all_that_will_be_done(vary: Callable[[Change], Change]) -> None:
    change = queue_set()
    assert fingerprint([("rb", vary(change))]) != fingerprint([("rb", change)])
    assert fingerprint([("sur", change)]) != fingerprint([("rb", change)])


def test_another_password_is_another_fingerprint() -> None:
    assert fingerprint([("rb", secret_add("a"))]) != fingerprint([("rb", secret_add("b"))])
    assert fingerprint([("rb", secret_remove("a"))]) != fingerprint([("rb", secret_remove("b"))])


def plan_file(*changes: Change) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(to_json(change_set(*changes, commit="abc"))))
    return data


def test_a_plan_file_comes_back_as_it_was_written() -> None:
    changes = (queue_set(), secret_add(), notice_add())
    data = plan_file(*changes)
    parsed = PlanFile.parse(json.dumps(data, indent=4))
    assert parsed.fingerprint == change_set(*changes).fingerprint
    assert parsed.commit == "abc"
    assert not parsed.adopts
    fresh = to_json(change_set(*changes))
    assert [essence(entry) for entry in parsed.entries] == [essence(e) for e in fresh["changes"]]
    assert [essence(entry) for entry in parsed.notices] == [essence(e) for e in fresh["notices"]]
    adopting = plan_file(replace(queue_set(), action=Action.ADOPT))
    assert PlanFile.parse(json.dumps(adopting)).adopts


def nothing(data: dict[str, Any]) -> None:
    data["changes"] = []


def another_rate(data: dict[str, Any]) -> None:
    data["changes"][0]["after"]["max-limit"] = "9/9"


def another_router(data: dict[str, Any]) -> None:
    data["changes"][0]["router"] = "rb-sur"


def another_action(data: dict[str, Any]) -> None:
    data["changes"][0]["action"] = "remove"


def another_key(data: dict[str, Any]) -> None:
    data["changes"][0]["key"] = {"name": "eva"}


def another_before(data: dict[str, Any]) -> None:
    data["changes"][0]["before"] = {}


def one_twice(data: dict[str, Any]) -> None:
    data["changes"].append(data["changes"][0])


def another_fingerprint(data: dict[str, Any]) -> None:
    data["fingerprint"] = "0" * 64


def no_changes(data: dict[str, Any]) -> None:
    del data["changes"]


def text_for_a_change(data: dict[str, Any]) -> None:
    data["changes"] = ["all"]


def a_notice_without_key(data: dict[str, Any]) -> None:
    data["notices"] = [{"router": "rb"}]


def a_later_format(data: dict[str, Any]) -> None:
    data["format_version"] = "2.0"


@pytest.mark.parametrize(
    "tamper",
    [
        nothing,
        another_rate,
        another_router,
        another_action,
        another_key,
        another_before,
        one_twice,
        another_fingerprint,
        no_changes,
        text_for_a_change,
        a_notice_without_key,
        a_later_format,
    ],
)
def test_a_plan_file_that_was_changed_by_hand_is_refused(
    tamper: Callable[[dict[str, Any]], None],
) -> None:
    data = plan_file(queue_set())
    tamper(data)
    with pytest.raises(Stale) as refused:
        PlanFile.parse(json.dumps(data))
    assert refused.value.exit_code == 6


def test_a_signed_plan_file_is_read_by_who_has_the_key_alone() -> None:
    text = plan_file_text(change_set(queue_set(), notice_add()), digest)
    assert PlanFile.parse(text, digest).fingerprint == change_set(queue_set()).fingerprint
    moved = json.loads(text)
    moved["changes"][0]["source"]["file"] = "inventory/clients/eva.yaml"
    noticed = json.loads(text)
    noticed["notices"] = []
    bare = json.loads(text)
    del bare["signature"]
    for changed in (moved, noticed, bare):
        with pytest.raises(Stale):
            PlanFile.parse(json.dumps(changed), digest)
    with pytest.raises(Stale):
        PlanFile.parse(text, lambda whole: digest(whole + "another key"))
    with pytest.raises(Stale):
        PlanFile.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "3", '"plan"', "{}", "\ud800", pytest.param("[" * 200_000, id="deep")],
)
def test_what_is_no_plan_file_is_refused(text: str) -> None:
    with pytest.raises(Stale):
        PlanFile.parse(text)
