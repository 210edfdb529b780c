# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts and dates for people, and that programs get plain ones."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from accounts.state import LATE, make, run

from billing.locale import Formats, formats_of
from billing.money import Rounding
from billing.pages.labels import labels_of
from billing.pages.report import report_page
from reconciler.models import Settings


@pytest.mark.parametrize(
    ("locale", "currency", "digits", "amount", "money", "day", "month"),
    [
        ("es_MX", "MXN", 2, "-12,345.50", "-$12,345.50", "1 nov 2026", "nov 2026"),
        ("es_AR", "ARS", 2, "-12.345,50", "-$12.345,50", "1 nov 2026", "nov 2026"),
        ("es_ES", "EUR", 2, "-12.345,50", "-12.345,50 €", "1 nov 2026", "nov 2026"),
        ("es_CL", "CLP", 0, "-12.346", "$-12.346", "01-11-2026", "nov 2026"),
        ("en_US", "USD", 2, "-12,345.50", "-$12,345.50", "Nov 1, 2026", "Nov 2026"),
        ("en_IN", "KWD", 3, "-12,345.500", "-KWD12,345.500", "1 Nov 2026", "Nov 2026"),
        ("xx_Latn_QQ", "USD", 2, "-12,345.50", "-$12,345.50", "Nov 1, 2026", "Nov 2026"),
    ],
)
def test_how_locales_write(
    locale: str, currency: str, digits: int, amount: str, money: str, day: str, month: str
) -> None:
    formats = Formats(locale, currency, Rounding(digits))
    value = Decimal("-12345.50")
    assert (formats.amount(value), formats.money(value)) == (amount, money)
    assert (formats.day("2026-11-01"), formats.month("2026-11")) == (day, month)
    assert formats.money(value).isprintable()


@pytest.mark.parametrize(
    ("percent", "text"), [("16", "16%"), ("16.50", "16.5%"), ("8.875", "8.875%"), ("0", "0%")]
)
def test_percent(percent: str, text: str) -> None:
    assert Formats("es_MX", "MXN", Rounding(2)).percent(Decimal(percent)) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("p10, 2026-07-01 al 2026-07-31", "p10, 1 jul 2026 al 31 jul 2026"),
        ("(2026-07-01).", "(1 jul 2026)."),
        ("de ana/internet/internet/2026-07-01", "de ana/internet/internet/2026-07-01"),
        ("12026-07-01, 2026-07-01-9, 2026-13-01", "12026-07-01, 2026-07-01-9, 2026-13-01"),
    ],
)  # fmt: skip
def test_dates_in_sentences_but_not_in_names(text: str, read: str) -> None:
    assert Formats("es_MX", "MXN", Rounding(2)).sentence(text) == read


@pytest.mark.parametrize(
    ("locale", "language", "found"),
    [("es_MX", "en", "en"), ("en_US", "es", "es_US"), ("es_MX", "es", "es_MX"), ("es", "en", "en")],
)
def test_another_language_of_the_same_country_where_there_is_one(
    locale: str, language: str, found: str
) -> None:
    settings = Settings.model_validate({"format": 1, "locale": locale, "currency": "MXN"})
    assert str(formats_of(settings, language).locale) == found


def test_both_languages_have_the_same_labels() -> None:
    assert labels_of("es").keys() == labels_of("en").keys()
    assert all(labels_of("es").values())


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """One client with two invoices of 12,345.50."""
    root = make(tmp_path / "repo", "ana", fee=LATE)
    plan = root / "plans/p10.yaml"
    plan.write_text(plan.read_text().replace("350.00", "12345.50"))
    return root


@pytest.mark.parametrize(
    ("words", "seen", "plain"),
    [
        (("invoices",), ["1 jul 2026", "12,345.50"], ["2026-07-01", "12345.50"]),
        (("balance",), ["24,741.00"], ["24741.00"]),
        (("cuts",), ["unpaid since 1 jul 2026", "24,741.00"], ["24741.00", "2026-07-01"]),
        (("statement", "ana"), ["25 jul 2026", "24,741.00"], ["2026-07-25", "24741.00"]),
        (("report",), ["jul 2026", "12,395.50"], ["2026-07", "12395.50"]),
    ],
)
def test_people_read_local_forms_and_programs_plain_ones(
    repo: Path, words: tuple[str, ...], seen: list[str], plain: list[str]
) -> None:
    on = ("--on", "2026-08-06")
    text = run(repo, *words, *on).stdout
    assert [part for part in seen if part not in text] == []
    sheet = run(repo, *words, *on, "--format", "csv").stdout
    data = run(repo, *words, *on, "--format", "json").stdout
    for part in plain:
        assert part in data
        assert any(part in cell for row in csv.reader(io.StringIO(sheet)) for cell in row)
    assert not [part for part in seen if part in data or part in sheet]


def test_the_report_page_is_in_the_language_of_the_settings(repo: Path) -> None:
    data = json.loads(run(repo, "report", "--on", "2026-08-06", "--format", "json").stdout)
    spanish = report_page(data, Formats("es_MX", "MXN", Rounding(2)))
    english = report_page(data, Formats("en_US", "MXN", Rounding(2)))
    assert "Informe al 6 ago 2026" in spanish
    assert "Por cobrar $24,741.00, a favor $0.00." in spanish
    assert "<td>jul 2026</td><td>12,395.50</td>" in spanish
    assert "Report of Aug 6, 2026" in english
    assert "Open MX$24,741.00" in english
    for page in (spanish, english):
        assert page.count("<rect ") == 2 * len(data["months"])
        assert "src=" not in page
        assert "href=" not in page


def test_a_zone_named_like_markup_stays_text(repo: Path) -> None:
    data = json.loads(run(repo, "report", "--on", "2026-08-06", "--format", "json").stdout)
    data["zones"][0]["zone"] = "<b>"
    assert "<td>&lt;b&gt;</td>" in report_page(data, Formats("es_MX", "MXN", Rounding(2)))
