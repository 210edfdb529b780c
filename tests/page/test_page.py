# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as text: whole in itself, the same for the same plan, and written by the commands."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cli.conftest import client, commit, world
from end_to_end.world import KEY, World, router_password
from page.plans import EVIL, town
from unit.test_render import poisoned, whole

from reconciler.changeset import ChangeSet, FileChange
from reconciler.page import plan_page
from reconciler.planning import RouterPlan, Status
from reconciler.render import NOTHING, PREVIEW_NOTHING

__all__ = ["commit", "world"]  # fixtures


def inner(page: str, tag: str) -> str:
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def policy(page: str) -> dict[str, str]:
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found
    parts = (part.split(maxsplit=1) for part in found[1].replace("&#39;", "'").split(";"))
    return {part[0]: part[1] for part in parts}


def test_the_policy_names_the_one_style_and_the_one_script() -> None:
    page = plan_page(whole())

    def named(tag: str) -> str:
        digest = hashlib.sha256(inner(page, tag).encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    assert policy(page) == {
        "default-src": "'none'",
        "style-src": named("style"),
        "script-src": named("script"),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_nothing_outside_is_named() -> None:
    page = plan_page(whole())
    assert not re.search(r"(?<![-\w])(src|srcset|action|ping)\s*=|url\(|@import|//\w", page)
    assert {link[0] for link in re.findall(r'href="([^"]*)"', page)} <= {"#"}


def test_the_same_plan_is_the_same_page() -> None:
    assert plan_page(town(30)) == plan_page(town(30))
    later = replace(town(30), created="2027-01-01T00:00:00+00:00")
    assert plan_page(later) != plan_page(town(30))
    assert plan_page(later).replace("2027-01-01 00:00", "2026-11-21 10:00") == plan_page(town(30))


@pytest.mark.parametrize("evil", EVIL)
def test_no_value_leaves_its_place(evil: str) -> None:
    page = plan_page(replace(poisoned(evil), effects=town(2, name=evil).effects, base=evil))
    page.encode()
    assert all(line.isprintable() for line in page.split("\n"))
    assert page.count("<script") == 1
    ours = plan_page(whole()) + plan_page(town(2))
    assert set(re.findall(r"<\w+", page)) <= set(re.findall(r"<\w+", ours))
    assert '" autofocus' not in page


def test_every_part_of_a_plan_is_there() -> None:
    changes = whole()
    page = plan_page(changes)
    for text in (
        "6 changes on 1 router.", "1 router: unreachable", "1 warning",
        "10.0.0.2:8728 timed out after 10 s", "it bypasses.", "Disable it.",
        "plans/hogar.yaml:1", "<del>2M/5M</del>", "2M/10M 3M/15M 2M/10M 1s/1s",
        "2 sessions drop, applies at the next login of 1", "open connections end",
        "on-screen notices", changes.fingerprint,
    ):  # fmt: skip
        assert text in page, text


def test_a_secret_is_said_to_change_and_no_more() -> None:
    page = plan_page(whole())
    assert "password <ins>changes, not shown</ins>" in page
    assert "***" not in page


def test_an_empty_plan_says_so() -> None:
    quiet = ChangeSet((RouterPlan("rb-norte", version="7.22.3"),))
    assert NOTHING in plan_page(quiet)
    assert "1 router needs no change" in plan_page(quiet)
    assert 'id="filters"' not in plan_page(quiet)
    away = plan_page(ChangeSet((RouterPlan("rb", Status.UNREACHABLE, error="gone"),)))
    assert NOTHING not in away
    assert "1 router: unreachable" in away
    held = plan_page(ChangeSet((RouterPlan("rb", Status.CONFLICT),)))
    assert "1 router: conflict" in held
    assert "needs no change" not in held


def test_a_preview_shows_what_differs_in_the_files() -> None:
    files = (
        FileChange("plans/casa.yaml", "price", "300.00", "350.00"),
        FileChange("plans/casa.yaml", "pool", None, "casas"),
        FileChange("plans/new.yaml", "", None, "there"),
    )
    page = plan_page(ChangeSet((RouterPlan("rb"),), files=files, base="3e1f0ab4c9d2ffff"))
    assert "Preview against 3e1f0ab4c9d2" in page
    assert PREVIEW_NOTHING in page
    assert "<del>300.00</del>" in page
    assert "the whole file" in page
    assert "reached" not in page.partition("<main>")[2], "nobody was asked"


def test_the_commands_write_it(world: World, commit: Callable[[], str], tmp_path: Path) -> None:
    def page(*arguments: str, code: int = 0) -> str:
        file = tmp_path / "page.html"
        ran = world.run(*arguments, "--html", str(file))
        assert (ran.code, ran.err) == (code, ""), ran.text
        text = file.read_text(encoding="utf-8")
        assert KEY not in text
        assert router_password("rb-norte") not in text
        (lead,) = re.findall(r'<p class="lead[^>]*>(.*?)</p>', text)
        return f"{inner(text, 'h1')}: {lead}"

    base = commit()
    assert page("plan") == "Plan: 2 changes on 2 routers."
    assert world.run("apply", "--yes").code == 0
    assert page("plan") == f"Plan: {NOTHING}"
    world.device("rb-norte").set("/queue/simple", "*1", **{"max-limit": "1M/1M"})
    world.write("inventory/clients/uma.yaml", client("uma", "sur", "10.30.0.9"))
    commit()
    assert page("drift", code=2) == ("Drift: 2 changes on 2 routers: 1 made by hand, 1 pending.")
    preview = page("plan", "--base", base)
    assert preview == f"Preview against {base[:12]}: 1 change on 1 router. No router was asked."
    parts = [str(tmp_path / f"{index}.plan") for index in (1, 2)]
    for index, part in enumerate(parts, start=1):
        assert world.run("plan", "--shard", f"{index}/2", "--out", part).code == 0
    assert page("merge", *parts) == "Plan: 2 changes on 2 routers."


def test_a_folder_that_is_missing_is_said(world: World, tmp_path: Path) -> None:
    ran = world.run("plan", "--html", str(tmp_path / "none/page.html"))
    assert ran.code == 1
    assert "none/page.html" in ran.err


def test_the_zone_of_an_effect_is_in_the_json(world: World) -> None:
    effects = json.loads(world.run("plan", "--format", "json").out)["effects"]
    assert [(one["client"], one["zone"]) for one in effects] == [("ana", "norte"), ("eva", "sur")]
