# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts: exact decimals, rounded half up to what the currency's smallest coin allows.

Pure; the one place that divides money. Imports nothing of the project.
"""

from decimal import ROUND_HALF_UP, Context, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
# Prices have 18 digits at most, percentages 9, days 4: no product of them is ever cut short.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class Rounding:
    """Rounds to a currency's minor unit; `digits` is 2 for MXN, 0 for CLP."""

    __slots__ = ("unit", "zero")

    def __init__(self, digits: int) -> None:
        self.unit = Decimal(1).scaleb(-digits)
        self.zero = ZERO.quantize(self.unit)

    def whole(self, amount: Decimal) -> Decimal:
        """The amount itself, rounded; never a negative zero."""
        if amount and amount.same_quantum(self.unit):
            return amount
        return amount.quantize(self.unit, ROUND_HALF_UP, _EXACT) or self.zero

    def part(self, amount: Decimal, numerator: int, denominator: int) -> Decimal:
        """amount × numerator / denominator, rounded once at the end."""
        if numerator == denominator:
            return self.whole(amount)
        product = _EXACT.multiply(amount, Decimal(numerator))
        return self.whole(_EXACT.divide(product, Decimal(denominator)))

    def percent(self, amount: Decimal, percent: Decimal) -> Decimal:
        """That many percent of an amount."""
        return self.whole(_EXACT.divide(_EXACT.multiply(amount, percent), HUNDRED))

    def without(self, gross: Decimal, percent: Decimal) -> Decimal:
        """What an amount is without the percentage that is in it: gross / (1 + percent)."""
        product = _EXACT.multiply(gross, HUNDRED)
        return self.whole(_EXACT.divide(product, _EXACT.add(HUNDRED, percent)))

    def text(self, amount: Decimal) -> str:
        """`350.00`: always with the currency's minor digits, never with an exponent."""
        return f"{self.whole(amount):f}"


def less_percent(amount: Decimal, percent: Decimal) -> Decimal:
    """amount × (1 - percent), exact."""
    return _EXACT.divide(_EXACT.multiply(amount, _EXACT.subtract(HUNDRED, percent)), HUNDRED)


def proportion(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """amount × part / whole, not rounded."""
    return _EXACT.divide(_EXACT.multiply(amount, part), whole)


def instalment(price: Decimal, count: int, index: int, rounding: Rounding) -> Decimal:
    """The part of a price with this index, from 0; the last one takes the remainder."""
    part = rounding.part(price, 1, count)
    return part if index < count - 1 else rounding.whole(price) - part * (count - 1)
