# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pipelines that `init` writes do, on an emulated router and a stand-in of the forge."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pipelines.jobs import Company, company

PROFILES = "/ppp/profile"
SUSPENDED = "rc-suspended"
ANA = "inventory/clients/centro/ana-lopez.yaml"


@pytest.fixture(params=["github", "gitlab"])
def wisp(request: pytest.FixtureRequest, tmp_path: Path, program: Path) -> Iterator[Company]:
    with company(tmp_path, program, request.param) as one:
        yield one


@pytest.fixture
def hub(tmp_path: Path, program: Path) -> Iterator[Company]:
    with company(tmp_path, program, "github") as one:
        yield one


def rate(one: Company) -> str:
    (row,) = (row for row in one.device.rows(PROFILES) if row["name"] == "home-10")
    return row["rate-limit"]


def turn_a_knob(one: Company, value: str) -> None:
    (row,) = (row for row in one.device.rows(PROFILES) if row["name"] == "home-10")
    one.device.set(PROFILES, row[".id"], rate_limit=value)


def faster_home(one: Company) -> int:
    """A request that makes a plan faster."""
    plan = one.root / "plans/home-10.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("download: 10M", "download: 12M"), encoding="utf-8")
    return one.open_request("faster-home")


def planned(one: Company, number: int) -> str:
    """The fingerprint of what the one comment of a request says would happen."""
    done = one.check("plan", number)
    assert done.code == 0, done.log
    (comment,) = one.forge.said(number)
    fingerprint: str = json.loads(done.file("plan.json"))["fingerprint"]
    assert comment.startswith("<!-- reconcile:plan -->\n### reconcile plan\n")
    assert comment.endswith(f"Fingerprint: `{fingerprint}`\n")
    if one.forge.kind == "gitlab":
        counts = json.loads(done.file("terraform.json"))
        (case,) = ElementTree.fromstring(done.file("plan.xml")).iter("testcase")
        assert (sum(counts.values()), case.get("name")) == (1, "rb-1")
        assert f"fingerprint={fingerprint}\n" in done.file("plan.env")
    return fingerprint


def lists(one: Company) -> list[str]:
    return [row["list"] for row in one.device.rows("/ip/firewall/address-list")]


def test_a_reviewed_change_is_applied_when_it_is_merged(hub: Company) -> None:
    number = faster_home(hub)
    validated = hub.check("validate", number)
    assert (validated.code, validated.log) == (0, "")
    preview = (hub.folder / "job-1-STEP_SUMMARY").read_text(encoding="utf-8")
    assert "no router was asked" in preview
    assert "12M" in preview
    fingerprint = planned(hub, number)
    assert "rate-limit 2M/10M → 2M/12M" in hub.forge.said(number)[0]
    outputs = (hub.folder / "job-2-OUTPUT").read_text(encoding="utf-8").splitlines()
    assert {f"fingerprint={fingerprint}", "changes=1", "set=1", "unreachable=0"} <= set(outputs)
    summary = (hub.folder / "job-2-STEP_SUMMARY").read_text(encoding="utf-8")
    assert summary.strip() in hub.forge.said(number)[0]
    hub.merge(number)
    done = hub.run("apply", "apply")
    assert done.code == 0, done.log
    assert "Applied: 1 written, read back, all as wanted." in done.log
    assert rate(hub) == "2M/12M"
    # The work tree was clean, so the router knows which commit it holds.
    (state,) = (r for r in hub.device.rows("/ip/firewall/address-list") if r["list"] == "rc-state")
    assert hub.git("rev-parse", "main") in state["comment"]
    assert hub.forge.said(number)[1].startswith("<!-- reconcile:apply -->\n### apply: done\n")


def test_a_stale_plan_is_refused_and_the_present_one_can_be_applied(wisp: Company) -> None:
    number = faster_home(wisp)
    reviewed = planned(wisp, number)
    wisp.merge(number)
    turn_a_knob(wisp, "1k/1k")
    refused = wisp.run("apply", "apply")
    assert refused.code == 6, refused.log
    assert rate(wisp) == "1k/1k"
    _, after = wisp.forge.said(number)
    assert "Nothing was written." in after
    assert "rate-limit 1k/1k → 2M/12M" in after
    now = after.rsplit("Fingerprint: `")[-1][:64]
    assert now != reviewed
    # Somebody read it, and starts the job by hand with what it said.
    done = wisp.run("apply", "apply", {"expect": now})
    assert done.code == 0, done.log
    assert rate(wisp) == "2M/12M"
    assert "### apply: done\n" in wisp.forge.said(number)[1]


def test_what_nobody_reviewed_is_not_applied(hub: Company) -> None:
    number = faster_home(hub)
    hub.merge(number)
    done = hub.run("apply", "apply")
    assert done.code == 6, done.log
    assert "has no comment with a plan: nothing was reviewed." in done.log
    assert rate(hub) == "2M/10M"
    assert hub.run("billing", "notices").code == 6


def test_drift_opens_one_issue_and_closes_it(wisp: Company) -> None:
    turn_a_knob(wisp, "1k/1k")
    ends = {"github": 0, "gitlab": 2}[wisp.forge.kind]
    for _ in range(2):
        found = wisp.run("drift", "drift")
        assert found.code == ends, found.log
        (issue,) = wisp.forge.issues.values()
        assert issue.is_open
        assert issue.label == "drift"
        assert "drift: /ppp/profile home-10: rate-limit 1k/1k → 2M/10M" in issue.body
    turn_a_knob(wisp, "2M/10M")
    assert wisp.run("drift", "drift").code == 0
    assert not issue.is_open
    assert len(issue.comments) == 1


def test_merging_a_pull_request_of_cuts_cuts(wisp: Company) -> None:
    job = {"github": "propose", "gitlab": "billing"}[wisp.forge.kind]
    proposed = wisp.run("billing", job)
    assert proposed.code == 0, proposed.log
    (invoices,) = wisp.forge.requests.values()
    assert invoices.branch == "billing/invoices"
    assert "ana-lopez/internet/internet/2027-01-01" in invoices.body
    wisp.merge(1)
    # The next working day the invoice is in the ledger, unpaid, and its day of cuts is over.
    wisp.day = "2027-01-18"
    assert wisp.run("billing", job).code == 0
    number, cuts = list(wisp.forge.requests.items())[-1]
    assert (cuts.branch, cuts.is_open) == ("billing/cuts", True)
    assert "ana-lopez" in cuts.body
    planned(wisp, number)
    assert "/ip/firewall/address-list rc-suspended 10.20.0.2" in wisp.forge.said(number)[0]
    wisp.merge(number)
    assert wisp.run("apply", "apply").code == 0
    assert SUSPENDED in lists(wisp)
    # The cut was wrong: reverted, it leaves nothing, on the router as in the file.
    wisp.git("revert", "--no-edit", "--mainline", "1", "HEAD")
    wisp.reconcile("apply", "--yes", "--on", wisp.day)
    assert SUSPENDED not in lists(wisp)
    wisp.reconcile("drift", "--on", wisp.day)
    assert "history" not in (wisp.root / ANA).read_text(encoding="utf-8")


def test_a_list_of_cuts_that_holds_no_more_is_closed(hub: Company) -> None:
    hub.reconcile("billing", "issue", "--on", "2027-01-04")
    hub.save("January")
    assert hub.run("billing", "propose").code == 0
    (cuts,) = hub.forge.requests.values()
    assert cuts.is_open
    hub.reconcile("billing", "pay", "ana-lopez", "350", "--on", "2027-01-15")
    hub.save("Paid")
    assert hub.run("billing", "propose").code == 0
    assert not cuts.is_open


def test_a_router_that_is_away_is_no_reason_to_stop(hub: Company) -> None:
    """Its plan says so, its merge is applied elsewhere, and drift keeps its issue as it is."""
    router = hub.root / "inventory/routers/rb-1.yaml"
    text = router.read_text(encoding="utf-8")
    router.write_text(re.sub(r"port: \d+", "port: 1", text), encoding="utf-8")
    number = hub.open_request("moved")
    checked = hub.check("plan", number)
    assert checked.code == 0
    assert "::warning::Some routers do not answer" in checked.log
    assert "connection refused" in hub.forge.said(number)[0]
    hub.merge(number)
    applied = hub.run("apply", "apply")
    assert applied.code == 3
    assert "### apply: ended with 3" in hub.forge.said(number)[1]
    assert hub.run("drift", "drift").code == 0
    assert hub.forge.issues == {}


def test_without_the_key_the_comment_says_why_there_is_no_plan(wisp: Company) -> None:
    number = faster_home(wisp)
    wisp.secrets["RECONCILE_KEY"] = ""
    checked = wisp.check("plan", number)
    assert checked.code == 1
    (said,) = wisp.forge.said(number)
    assert "### No plan could be made" in said
    assert "RECONCILE_KEY is not set" in said
