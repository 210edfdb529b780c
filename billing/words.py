# SPDX-License-Identifier: GPL-3.0-or-later
"""What invoices say in words, in the language of the settings' locale: Spanish, else English.

Pure. Imports nothing of the project.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of lines; each is complete but for what stands in braces."""

    period: str
    free: str
    discount: str
    instalment: str
    suspended_day: str
    suspended_days: str
    before_change: str
    after_change: str
    late_fee: str
    reconnection_fee: str
    carried: str

    def days(self, what: str, start: date, end: date) -> str:
        """A plan's name with its days; `end` is exclusive, what is printed is not."""
        last = end - timedelta(days=1)
        return self.period.format(what=what, start=start, last=last)


_ENGLISH = Words(
    period="{what}, {start} to {last}",
    free="free of charge",
    discount="Discount",
    instalment="{what} ({index} of {count})",
    suspended_day="1 day without service, from {start}",
    suspended_days="{days} days without service, from {start}",
    before_change="Change of plan on {on}: less {what}",
    after_change="Change of plan on {on}: {what}",
    late_fee="Late fee for {what}",
    reconnection_fee="Reconnection after the suspension of {on}",
    carried="Balance of invoice {what}",
)
_SPANISH = Words(
    period="{what}, {start} al {last}",
    free="sin cargo",
    discount="Descuento",
    instalment="{what} ({index} de {count})",
    suspended_day="1 día sin servicio desde el {start}",
    suspended_days="{days} días sin servicio desde el {start}",
    before_change="Cambio de plan el {on}: menos {what}",
    after_change="Cambio de plan el {on}: {what}",
    late_fee="Recargo por pago tardío de {what}",
    reconnection_fee="Reconexión tras la suspensión del {on}",
    carried="Saldo de la factura {what}",
)


def language_of(locale: str) -> str:
    """The language of our own words for a locale such as `es_MX`: `es`, else `en`."""
    return "es" if locale.split("_", maxsplit=1)[0] == "es" else "en"


def words_of(locale: str) -> Words:
    """The texts for a locale such as `es_MX`."""
    return _SPANISH if language_of(locale) == "es" else _ENGLISH
