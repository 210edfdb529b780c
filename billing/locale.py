# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts and dates as people read them, in the settings' locale or another language.

The one place that formats for reading; what programs read stays plain text. Spaces are plain ones,
so that a terminal shows them. Pure. Imports of the project: money, words, models.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import NumberPattern, parse_pattern

from billing.money import Rounding
from billing.words import language_of
from reconciler.models import Settings

LANGUAGES = ("en", "es")
_PERCENT_DIGITS = 6
# A date that stands alone in a sentence; those in ids and references stay as they are.
_DATE = re.compile(r"(?<![\w/.:-])(\d{4})-(\d\d)-(\d\d)(?![\w/-]|\.\d)")
_SPACES = str.maketrans("\u00a0\u202f", "  ")


class Formats:
    """How one locale writes amounts of one currency, and dates.

    `language`: `es` or `en`, the languages of our own words. Of a locale that CLDR does not know,
    the nearest that it does.
    """

    def __init__(self, locale: str, currency: str, rounding: Rounding) -> None:
        self.locale = _known(locale)
        self.language = language_of(locale)
        self._currency, self._rounding = currency, rounding
        digits = max(0, -int(rounding.unit.as_tuple().exponent))
        self._plain = _pattern(self.locale.decimal_formats[None], digits, digits)
        self._full = _pattern(self.locale.currency_formats["standard"], digits, digits)
        self._percent = _pattern(self.locale.percent_formats[None], 0, _PERCENT_DIGITS)

    def amount(self, amount: Decimal | str) -> str:
        """`1,350.00`: without the currency, for columns."""
        value = self._rounding.whole(Decimal(amount))
        return _spaced(self._plain.apply(value, self.locale))

    def money(self, amount: Decimal | str) -> str:
        """`$1,350.00`, with the currency as the locale writes it."""
        value = self._rounding.whole(Decimal(amount))
        text = self._full.apply(value, self.locale, currency=self._currency, currency_digits=False)
        return _spaced(text)

    def percent(self, percent: Decimal) -> str:
        """`16%` of 16."""
        return _spaced(self._percent.apply(percent.scaleb(-2), self.locale))

    def day(self, day: date | str) -> str:
        """`1 nov 2026`; a text is taken as ISO."""
        value = date.fromisoformat(day) if isinstance(day, str) else day
        return _spaced(format_date(value, "medium", self.locale))

    def month(self, month: str) -> str:
        """`nov 2026` of `2026-11`."""
        value = date.fromisoformat(f"{month}-01")
        return _spaced(format_skeleton("yMMM", value, locale=self.locale))

    def sentence(self, text: str) -> str:
        """A text of an invoice with its dates as people read them."""
        return _DATE.sub(self._found, text)

    def _found(self, match: re.Match[str]) -> str:
        try:
            return self.day(match[0])
        except ValueError:
            return match[0]


def formats_of(settings: Settings, language: str | None = None) -> Formats:
    """The settings' formats; in another language, of the same country where it has that one."""
    locale = settings.locale
    if language is not None and language != locale.partition("_")[0]:
        country = locale.rpartition("_")[2]
        both = f"{language}_{country}"
        locale = both if str(_known(both)) == both else language
    return Formats(locale, settings.currency, Rounding(settings.minor_digits))


def _known(locale: str) -> Locale:
    for name in _from_narrow_to_wide(locale):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")


def _from_narrow_to_wide(locale: str) -> Iterator[str]:
    parts = locale.split("_")
    while parts:
        yield "_".join(parts)
        parts.pop()


def _pattern(of_locale: NumberPattern, least: int, most: int) -> NumberPattern:
    """The locale's pattern with other decimals: CLDR's are not always the currency's of ISO."""
    pattern = parse_pattern(of_locale.pattern)
    pattern.frac_prec = (least, most)
    return pattern


def _spaced(text: str) -> str:
    return text.translate(_SPACES)
