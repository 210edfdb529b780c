# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a plan in a real browser: searched, filtered, on a telephone, in the dark."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from page.browser import Browser
from page.plans import EVIL, town
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from unit.test_render import poisoned, whole

from reconciler.drift import DRIFT, PENDING
from reconciler.page import plan_page

CHANGES = ".block li[data-action]"
CLIENTS = ".deed .item a"
SECONDS = 10  # in which a page of 5,000 changes is there, and a search in it done; it takes 0.5


@pytest.fixture
def dozen(browser: Browser) -> Browser:
    """Twelve clients: 0, 3, 6 and 9 are cut; even ones are of norte and on rb-0."""
    browser.open(plan_page(town(12)))
    return browser


def search(browser: Browser, text: str) -> list[str]:
    """The names of the clients that are left."""
    field = browser.find("#search")
    field.clear()
    field.send_keys(text)
    return browser.shown(CLIENTS)


def choose(browser: Browser, name: str, value: str) -> None:
    Select(browser.find(f"select[data-filter={name}]")).select_by_value(value)


def found(browser: Browser) -> str:
    return " ".join(browser.shown("#found output"))


def test_all_is_there_before_anything_is_typed(dozen: Browser) -> None:
    assert dozen.shown("h1") == ["Plan"]
    assert dozen.shown(".lead") == ["12 changes on 2 routers."]
    assert dozen.shown(".tile") == ["4 to add", "8 to change", "0 sessions drop"]
    assert dozen.shown(".deed > summary") == ["4 clients are cut", "8 clients get another speed"]
    assert len(dozen.shown(CLIENTS)) == len(dozen.shown(CHANGES)) == 12
    assert found(dozen) == ""


def test_what_is_typed_is_looked_for_in_all_texts(dozen: Browser) -> None:
    assert search(dozen, "peña 7") == ["José Peña 7"]
    assert search(dozen, "JOSE PENA 7") == ["José Peña 7"], "neither case nor accents matter"
    assert found(dozen) == "1 of 12 changes"
    assert dozen.shown("details.router > summary b") == ["rb-1"]
    search(dozen, "10.20.0.3")
    assert [text.split()[-1] for text in dozen.shown(CHANGES)] == ["10.20.0.3"]
    search(dozen, "cliente-3.yaml rc-suspended")
    assert found(dozen) == "1 of 12 changes", "all words must be there"
    search(dozen, "nobody")
    assert found(dozen) == "0 of 12 changes"
    assert dozen.shown("main h2") == []
    dozen.find("#found button").click()
    assert len(dozen.shown(CHANGES)) == 12
    assert found(dozen) == ""


def test_filters_narrow_one_another(dozen: Browser) -> None:
    choose(dozen, "effect", "cut")
    assert dozen.shown(CLIENTS) == [f"José Peña {number}" for number in (0, 3, 6, 9)]
    choose(dozen, "zone", "sur")
    assert dozen.shown(CLIENTS) == ["José Peña 3", "José Peña 9"]
    choose(dozen, "router", "rb-0")
    assert found(dozen) == "0 of 12 changes"
    choose(dozen, "zone", "")
    assert dozen.shown(CLIENTS) == ["José Peña 0", "José Peña 6"]
    assert search(dozen, "rb-1") == [], "what is searched is what the filters leave"


def test_a_number_of_the_summary_shows_those_changes(dozen: Browser) -> None:
    dozen.find("button.tile.add").click()
    assert found(dozen) == "4 of 12 changes"
    assert {text[0] for text in dozen.shown(CHANGES)} == {"+"}
    dozen.find("button.tile.set").click()
    assert found(dozen) == "12 of 12 changes"
    dozen.find("button.tile.add").click()
    assert {text[0] for text in dozen.shown(CHANGES)} == {"~"}
    dozen.find("button.tile.set").click()
    assert found(dozen) == ""


def test_drift_is_told_from_what_is_pending(browser: Browser) -> None:
    changes = town(4, routers=1)
    (plan,) = changes.plans
    first, *others = plan.changes
    mixed = (replace(first, cause=DRIFT), *(replace(one, cause=PENDING) for one in others))
    browser.open(plan_page(replace(changes, plans=(replace(plan, changes=mixed),)), "Drift"))
    assert browser.shown(".lead") == ["4 changes on 1 router: 1 made by hand, 3 pending."]
    choose(browser, "cause", DRIFT)
    assert found(browser) == "1 of 4 changes"
    assert len(browser.shown(".tag.drift")) == 1
    assert browser.shown(".tag.pending") == []


def test_the_keyboard_is_enough(dozen: Browser) -> None:
    dozen.find("body").send_keys("/", "peña 7")
    assert dozen.shown(CLIENTS) == ["José Peña 7"]
    dozen.find("#search").send_keys(Keys.ENTER)
    assert dozen.shown(CLIENTS) == ["José Peña 7"], "nothing is sent, and nothing forgotten"
    dozen.find("#search").send_keys(Keys.ESCAPE)
    assert len(dozen.shown(CLIENTS)) == 12


@pytest.fixture(scope="module")
def thousands() -> str:
    return plan_page(town(5000, routers=5))


def test_five_thousand_changes_are_quick_and_begin_folded(browser: Browser, thousands: str) -> None:
    assert len(thousands.encode()) < 4_000_000
    browser.open(thousands)
    assert browser.ask("performance.timing.loadEventEnd - performance.timing.fetchStart") < (
        SECONDS * 1000
    )
    assert browser.shown(CHANGES) == []
    assert browser.shown(".deed > summary") == [
        "1667 clients are cut", "3333 clients get another speed",
    ]  # fmt: skip
    begun = browser.ask("performance.now()")
    assert search(browser, "pena 4999") == ["José Peña 4999"]
    assert browser.ask("performance.now()") - begun < SECONDS * 1000
    assert len(browser.shown(CHANGES)) == 1, "what is found is unfolded"
    browser.find("#search").send_keys(Keys.ESCAPE)
    assert browser.shown(CHANGES) == [], "and folded again"


def test_a_client_leads_to_its_changes_though_they_are_folded(
    browser: Browser, thousands: str
) -> None:
    browser.open(thousands)
    browser.find(".deed.cut > summary").click()
    browser.find(".deed.cut a").click()
    target = browser.ask("document.querySelector(':target').textContent")
    assert "José Peña 0" in target
    assert browser.ask("document.querySelector(':target').checkVisibility()")


@pytest.mark.parametrize("width", [320, 390])
def test_a_telephone_never_scrolls_sideways(browser: Browser, width: int) -> None:
    browser.screen(width, 800, phone=True)
    for page in (
        plan_page(town(3, name="x" * 200)),
        plan_page(whole()),
        plan_page(poisoned(EVIL[-1])),
    ):
        browser.open(page)
        assert browser.ask("document.documentElement.scrollWidth") <= width
        assert browser.find("#search").rect["width"] > width * 0.8
        size = browser.ask("getComputedStyle(document.querySelector('#search')).fontSize")
        assert float(size.removesuffix("px")) >= 16, "or a telephone zooms in on it"


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrasts(browser: Browser) -> Iterator[tuple[str, float]]:
    """Of every kind of text, that with the first ground behind it that is not clear; as WCAG."""
    script = """[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility()
        && [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim()))
        .map((one) => {
            let ground = one;
            while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)')
                ground = ground.parentElement;
            return [`${one.localName}.${one.className}`, getComputedStyle(one).color,
                    getComputedStyle(ground).backgroundColor];
        })"""
    for name, ink, ground in browser.ask(script):
        low, high = sorted((luminance(ink), luminance(ground)))
        yield name, (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read_in_the_light_and_in_the_dark(browser: Browser, dark: bool) -> None:
    browser.screen(dark=dark)
    browser.open(plan_page(replace(whole(), effects=town(2).effects)))
    ground = browser.ask("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.05) == dark
    measured = list(contrasts(browser))
    assert len(measured) > 40
    assert [(name, ratio) for name, ratio in measured if ratio < 4.5] == []


@pytest.mark.parametrize("evil", EVIL)
def test_no_name_becomes_markup_or_runs(browser: Browser, evil: str) -> None:
    browser.open(plan_page(replace(poisoned(evil), effects=town(3, name=evil).effects)))
    assert browser.ask("window.owned ?? null") is None
    assert browser.ask("document.scripts.length") == 1
    assert browser.ask("document.querySelectorAll('img, svg, iframe, object, link').length") == 0
    assert browser.ask("document.querySelectorAll('[onfocus], [onerror], [onload]').length") == 0
    assert [url for url in browser.requests() if not url.startswith(("file:", "about:"))] == []
    if evil.isprintable():
        assert any(evil in text for text in browser.shown(".deed .item"))


@pytest.mark.parametrize(
    "attempt",
    [
        "Object.assign(new Image(), {src: 'http://192.0.2.1/x.png'})",
        "fetch('http://192.0.2.1/').catch(() => 0)",
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">')",
        "const s = document.createElement('script'); s.text = 'owned = 1'; document.body.append(s)",
    ],
)
def test_the_policy_lets_nothing_else_in(dozen: Browser, attempt: str) -> None:
    dozen.requests()
    dozen.driver.execute_script(attempt)
    complaints = dozen.complaints()
    assert any("Content Security Policy" in one for one in complaints), complaints
    assert dozen.requests() == []
    assert dozen.ask("window.owned ?? null") is None


def test_it_can_be_read_without_scripts(browser: Browser) -> None:
    browser.scripts(allowed=False)
    browser.open(plan_page(town(12)))
    assert len(browser.shown(CHANGES)) == 12
    assert browser.shown("#filters") == []


def test_paper_has_the_plan_and_no_filters(dozen: Browser) -> None:
    dozen.printed()
    assert dozen.shown("#filters") == []
    assert len(dozen.shown(CHANGES)) == 12
    dark = replace(town(1))
    dozen.screen(dark=True)
    dozen.printed()
    dozen.open(plan_page(dark))
    assert luminance(dozen.ask("getComputedStyle(document.body).color")) < 0.05
