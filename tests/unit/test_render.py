# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and machines read: golden text and markdown, and texts that are made to do harm."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as XML

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import machine
from reconciler.change import Action, Change
from reconciler.changeset import ChangeSet
from reconciler.desired import Desired, Source
from reconciler.diff import diff
from reconciler.errors import Problem, Severity, Where
from reconciler.kinds import ADDRESS_LIST, FILTER, PPP_PROFILE, PPP_SECRET, QUEUE_SIMPLE
from reconciler.making import Terms
from reconciler.planning import RouterPlan, Status
from reconciler.reading import human
from reconciler.render import MARKDOWN_BYTES, NOTHING, markdown, summary_text, text_lines
from reconciler.sessions import Session, SessionKind

TERMS = Terms("rb", digest=lambda text: f"hash of {text}")
ANA = Source("ana/internet", Where("inventory/clients/ana.yaml", 5), label="Ana López")


def changes_of_all_kinds() -> tuple[Change, ...]:
    profile = Desired(
        PPP_PROFILE,
        "plan/hogar",
        {"name": "hogar", "rate-limit": "2M/10M 3M/15M", "comment": "Hogar [rc:plan/hogar]"},
        Source("plan/hogar", Where("plans/hogar.yaml", 1)),
    )
    rate = {".id": "*1", "name": "hogar", "rate-limit": "2M/5M", "comment": "Hogar [rc:plan/hogar]"}
    queue = {"name": "ana", "target": "10.20.0.7/32", "max-limit": "2500k/10M", "parent": "total"}
    values = queue | {"comment": "Ana López [rc:ana/internet]"}
    secret = {"name": "ana", "service": "pppoe", "profile": "hogar", "password": "a"}
    marked = {"comment": "Ana López [rc:ana/internet]"}
    gone = {"name": "eva", "service": "any", "comment": "Eva [rc:eva/internet]"}
    rules = [
        Desired(FILTER, "router/rest", {"chain": "rc-forward", "comment": "[rc:router/rest]"}, ANA),
        Desired(FILTER, "router/tcp", {"chain": "rc-forward", "comment": "[rc:router/tcp]"}, ANA),
    ]
    stand = [
        {".id": "*2", "chain": "rc-forward", "comment": "[rc:router/tcp]"},
        {".id": "*1", "chain": "rc-forward", "comment": "[rc:router/rest]"},
    ]
    notice = Desired(
        ADDRESS_LIST,
        "ana/internet",
        {"list": "rc-notice", "address": "10.20.0.7"} | marked,
        ANA,
        notice=True,
    )
    adopt = replace(TERMS, adopt=True)
    row = secret | {".id": "*5", "password": "b", "comment": "torre 3"}
    return (
        *diff(
            QUEUE_SIMPLE, [Desired(QUEUE_SIMPLE, "ana/internet", values, ANA)], [], TERMS
        ).changes,
        *diff(PPP_PROFILE, [profile], [rate], TERMS).changes,
        *diff(
            PPP_SECRET,
            [Desired(PPP_SECRET, "ana/internet", secret | marked, ANA)],
            [row, gone | {".id": "*6"}],
            adopt,
        ).changes,
        *diff(FILTER, rules, stand, TERMS).changes,
        *diff(ADDRESS_LIST, [notice], [], TERMS).changes,
    )


def whole() -> ChangeSet:
    changes = changes_of_all_kinds()
    by_action = {change.action: change for change in changes}
    drop = Session(SessionKind.PPP, "ana/internet", "ana", by_action[Action.SET])
    two = [drop, replace(drop, name="eva"), replace(drop, name="uma", waits=True)]
    cut = Session(SessionKind.CONNECTIONS, "ana/internet", "10.20.0.7", by_action[Action.ADOPT])
    plan = RouterPlan(
        "rb",
        version="7.22.3",
        changes=changes,
        sessions=(*two, cut),
        problems=(
            Problem("fasttrack", "it bypasses.", "Disable it.", None, Severity.WARNING, "rb"),
        ),
    )
    away = RouterPlan("sur", Status.UNREACHABLE, error="10.0.0.2:8728 timed out after 10 s")
    return ChangeSet((plan, away))


TEXT = """\
rb · RouterOS 7.22.3
  plan/hogar  plans/hogar.yaml:1
    ~ /ppp/profile hogar: rate-limit 2M/5M → 2M/10M 3M/15M 2M/10M 1s/1s  [2 sessions drop, \
applies at the next login of 1]
  ana/internet  (Ana López)  inventory/clients/ana.yaml:5
    ^ /ip/firewall/filter rc-forward tcp: place first → after rest
    + /queue/simple ana  target=10.20.0.7/32 max-limit=2500k/10M parent=total
    = /ppp/secret ana pppoe: password *** → ***, comment torre 3 → Ana López [rc:ana/internet]  \
[open connections end]
  eva/internet  (Eva)  in no file
    - /ppp/secret eva any
  on-screen notices, from today's date and not from a file
    + /ip/firewall/address-list rc-notice 10.20.0.7
sur: unreachable. 10.0.0.2:8728 timed out after 10 s
rb: warning: it bypasses. Disable it.
Plan: 1 to add, 1 to change, 1 to move, 1 to remove, 1 to adopt, 1 of the notice list; 2 sessions \
drop.
Fingerprint: FINGERPRINT
"""

MARKDOWN = """\
### reconcile plan

**1 to add, 1 to change, 1 to move, 1 to remove, 1 to adopt, 1 of the notice list; 2 sessions \
drop.**

- **sur** unreachable: 10.0.0.2:8728 timed out after 10 s
- rb: warning: it bypasses. Disable it.

<details open><summary>rb · RouterOS 7.22.3: 6 changes</summary>

```diff
# plan/hogar  plans/hogar.yaml:1
! /ppp/profile hogar: rate-limit 2M/5M → 2M/10M 3M/15M 2M/10M 1s/1s  [2 sessions drop, applies \
at the next login of 1]
# ana/internet  (Ana López)  inventory/clients/ana.yaml:5
! /ip/firewall/filter rc-forward tcp: place first → after rest
+ /queue/simple ana  target=10.20.0.7/32 max-limit=2500k/10M parent=total
! /ppp/secret ana pppoe: password *** → ***, comment torre 3 → Ana López [rc:ana/internet]  \
[open connections end]
# eva/internet  (Eva)  in no file
- /ppp/secret eva any
# on-screen notices, from today's date and not from a file
+ /ip/firewall/address-list rc-notice 10.20.0.7
```

</details>

Fingerprint: `FINGERPRINT`
"""


def text(changes: ChangeSet) -> str:
    return "".join(f"{line.text}\n" for line in text_lines(changes))


def test_golden_text() -> None:
    changes = whole()
    assert text(changes) == TEXT.replace("FINGERPRINT", changes.fingerprint)


def test_golden_markdown() -> None:
    changes = whole()
    assert markdown(changes) == MARKDOWN.replace("FINGERPRINT", changes.fingerprint)


def test_a_plan_without_changes_says_why_there_are_none() -> None:
    quiet = ChangeSet((RouterPlan("rb", version="7.22.3"),))
    assert text(quiet) == f"{NOTHING}\n"
    assert NOTHING in markdown(quiet)
    away = ChangeSet((RouterPlan("rb", Status.UNREACHABLE, error="gone"),))
    for unknown in (away, ChangeSet((RouterPlan("rb", Status.CONFLICT),))):
        assert NOTHING not in text(unknown)
        assert NOTHING not in markdown(unknown)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("max-limit", "2500000/10000000", "2500k/10M"),
        ("pcq-rate", "8000000", "8M"),
        ("burst-threshold", "1/0", "1/0"),
        ("comment", "10000000", "10000000"),
        ("name", None, "-"),
        ("parent", "", "-"),
        ("rate-limit", "free form", "free form"),
        ("comment", "a\x1b[31mb\u202ec\n", "a\\x1b[31mb\\u202ec\\n"),
    ],
)
def test_values_as_people_write_them(name: str, value: str | None, shown: str) -> None:
    assert human(name, value) == shown


def member(address: str, label: str = "Ana", mark: str = "ana/internet") -> Change:
    values = {"list": "L", "address": address, "comment": f"{label} [rc:{mark}]"}
    desired = Desired(ADDRESS_LIST, mark, values, Source(mark, ANA.where))
    (change,) = diff(ADDRESS_LIST, [desired], [], TERMS).changes
    return change


def listed(count: int, label: str) -> ChangeSet:
    changes = [member(f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}", label) for at in range(count)]
    return ChangeSet((RouterPlan("rb", version="7.22.3", changes=tuple(changes)),))


@pytest.mark.parametrize("count", [1, 50, 5000])
@pytest.mark.parametrize(
    "label", ["Ana", "Ñandú 日本 " * 9, "`" * 200], ids=["short", "wide", "ticks"]
)
def test_markdown_stays_below_its_bound_and_ends_with_the_fingerprint(
    count: int, label: str
) -> None:
    changes = listed(count, label)
    found = markdown(changes)
    assert len(found.encode()) < MARKDOWN_BYTES
    assert found.endswith(f"Fingerprint: `{changes.fingerprint}`\n")
    assert f"{count} to add" in found
    assert ("lines left out" in found) == (len(text(changes).encode()) > MARKDOWN_BYTES)
    assert_closed(found)


@pytest.mark.parametrize("routers", [2, 30, 900])
def test_markdown_of_many_routers_stays_below_its_bound(routers: int) -> None:
    changes = tuple(member(f"10.0.0.{at}", "Ñandú " * 20) for at in range(40))
    problem = Problem("p", "x" * 300, severity=Severity.WARNING, router="rb")
    plans = [
        RouterPlan(f"rb-{at}", version="7.22.3", changes=changes, problems=(problem,) * 3)
        for at in range(routers)
    ]
    away = RouterPlan("sur", Status.UNREACHABLE, error="y" * 500)
    found = markdown(ChangeSet((*plans, *(away for _ in range(routers)))))
    assert len(found.encode()) < MARKDOWN_BYTES
    assert re.search(r"Fingerprint: `[0-9a-f]{64}`\n\Z", found)
    assert_closed(found)


def assert_closed(found: str) -> None:
    """Every folded block and every fence ends, so that nothing after it is swallowed."""
    tags = [line[:9] for line in outside_fences(found).split("\n") if line.startswith("<")]
    starts = [tag.rstrip(" >") for tag in tags]
    assert starts == ["<details", "</details"] * (len(tags) // 2)
    fence = ""
    for line in found.splitlines():
        if not fence and re.match(r"`{3,}diff$", line):
            fence = line.removesuffix("diff")
        elif fence and re.fullmatch(rf" {{0,3}}`{{{len(fence)},}} *", line):
            fence = ""
    assert not fence


EVIL = [
    "```\n# owned",
    "</details><img src=x onerror=alert(1)>",
    "![x](http://evil.example/x.png)",
    "@everyone fixes #1",
    "a\r\n::error::b",
    "\x1b]8;;http://evil.example\x1b\\",
    "\u202eabc\u2066",
    "lone \ud800 surrogate",
    "\x00",
    "~~~~~~~~",
    "nel\x85ls\u2028",
]


def poisoned(evil: str) -> ChangeSet:
    desired = Desired(
        QUEUE_SIMPLE,
        f"{evil}/internet",
        {"name": evil, "target": evil, "parent": evil, "comment": f"{evil} [rc:x]"},
        Source(f"{evil}/internet", Where(evil, 1)),
    )
    row = {".id": "*1", "name": evil + "2", "comment": f"{evil} [rc:{evil}]", "parent": evil}
    changes = [
        *diff(QUEUE_SIMPLE, [desired], [row], TERMS).changes,
        replace(member("10.20.0.7", evil, evil), cause="drift"),
    ]
    problem = Problem("p", evil, evil, Where(evil, 1), router=evil)
    plans = (
        RouterPlan(evil, version=evil, changes=tuple(changes), problems=(problem,)),
        RouterPlan(evil, Status.UNREACHABLE, error=evil),
    )
    return ChangeSet(plans, problems=(problem,))


@pytest.mark.parametrize("evil", EVIL)
def test_evil_text_stays_on_its_line(evil: str) -> None:
    assert all(line.text.isprintable() for line in text_lines(poisoned(evil)))


@pytest.mark.parametrize("evil", EVIL)
def test_evil_text_is_no_markup(evil: str) -> None:
    found = markdown(poisoned(evil))
    found.encode()
    assert all(line.isprintable() for line in found.replace("@\u200b", "@").split("\n"))
    assert_closed(found)
    assert not re.search(r"^ {0,3}#+ owned", found, re.MULTILINE)
    outside = outside_fences(found)
    # A backslash escapes in running text, but not on the line of a tag.
    tags = [line for line in outside.split("\n") if line.startswith("<")]
    assert {re.sub(r"(?<=<summary>)[^<>]*(?=</summary>)", "", tag) for tag in tags} == {
        "<details open><summary></summary>",
        "</details>",
    }
    running = [line for line in outside.split("\n") if not line.startswith("<")]
    assert not re.search(r"(?<!\\)[<>!\[\]]", "\n".join(running))
    assert "@everyone" not in outside


def outside_fences(found: str) -> str:
    kept, fence = [], ""
    for line in found.split("\n"):
        if not fence and re.match(r"`{3,}diff$", line):
            fence = line.removesuffix("diff")
        elif fence and line == fence:
            fence = ""
        elif not fence:
            kept.append(line)
    return "\n".join(kept)


@given(evil=st.text(st.characters(), max_size=30))
def test_any_text_can_be_shown(evil: str) -> None:
    changes = poisoned(evil)
    assert all(line.text.isprintable() for line in text_lines(changes))
    found = markdown(changes)
    assert len(found.encode()) < MARKDOWN_BYTES
    assert_closed(found)
    XML.fromstring(machine.junit(changes))
    json.loads(machine.terraform(changes))


def test_terraform_counts_adoptions_as_updates() -> None:
    assert json.loads(machine.terraform(whole())) == {"create": 1, "update": 2, "delete": 1}
    assert json.loads(machine.terraform(ChangeSet(()))) == {"create": 0, "update": 0, "delete": 0}


def cases(found: str) -> Sequence[tuple[str | None, list[str]]]:
    root = XML.fromstring(found)
    assert root.tag == "testsuites"
    return [(case.get("name"), [child.tag for child in case]) for case in root.iter("testcase")]


def test_junit_has_a_testcase_a_router() -> None:
    conflict = Problem("conflict", "ana needs a name", router="rb-3")
    changes = ChangeSet(
        (
            *whole().plans,
            RouterPlan("quiet"),
            RouterPlan("rb-3", Status.CONFLICT, problems=(conflict,)),
        )
    )
    found = machine.junit(changes)
    assert cases(found) == [
        ("rb", ["failure"]),
        ("sur", ["error"]),
        ("quiet", []),
        ("rb-3", ["error"]),
    ]
    (suite,) = XML.fromstring(found)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "2")
    (failure,) = suite.iter("failure")
    assert failure.get("message") == summary_text(ChangeSet(whole().plans[:1]))
    assert "add /queue/simple ana" in (failure.text or "")
    assert [error.get("message") for error in suite.iter("error")] == [
        "10.0.0.2:8728 timed out after 10 s",
        "rb-3: ana needs a name",
    ]
