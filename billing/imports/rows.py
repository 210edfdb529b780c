# SPDX-License-Identifier: GPL-3.0-or-later
"""One row of a bank's file by its map: amount, day, method, reference, note. What cannot be read
in one way only is not read. Pure. Imports of the project: wording, models, money, its neighbours.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.imports.cells import parse_amount, parse_moment
from billing.imports.table import Row
from billing.money import ZERO
from reconciler.models.paymentmap import PaymentMap, RowTest
from reconciler.wording import listing, show


class BadRow(ValueError):
    """A row that is no payment for sure: message and hint; `whose`: of which client it is."""

    def __init__(self, message: str, hint: str | None = None, *, whose: bool = False) -> None:
        super().__init__(message)
        self.hint, self.whose = hint, whose


@dataclass(frozen=True)
class Reader:
    """What a map makes of a row. `digits`: the currency's decimals. All methods raise BadRow."""

    how: PaymentMap
    digits: int

    def is_ignored(self, row: Row) -> bool:
        how = self.how
        return any(_holds(one, row) for one in how.ignore) or not all(
            _holds(one, row) for one in how.only
        )

    def amount(self, row: Row) -> Decimal:
        """Below zero for money that went out; with the currency's decimals."""
        how = self.how.amount
        if how.column is not None:
            amount = self._parsed(row, how.column)
        else:
            credit, debit = (
                self._parsed(row, name) if name and row.cells[name] else ZERO
                for name in (how.credit, how.debit)
            )
            if credit and debit:
                raise BadRow(f"Both {show(how.credit)} and {show(how.debit)} are filled.")
            amount = credit or -debit.copy_abs()
        if -int(amount.normalize().as_tuple().exponent) > self.digits:
            raise BadRow(f"{amount} has more decimals than the currency has ({self.digits}).")
        amount = amount.quantize(Decimal(1).scaleb(-self.digits))
        return -amount if how.reversed else amount

    def _parsed(self, row: Row, column: str) -> Decimal:
        text = row.cells[column]
        amount = parse_amount(text, self.how.amount.decimal)
        if amount is None:
            hint = f"The map says that {show(self.how.amount.decimal)} comes before the decimals"
            raise BadRow(f"{column} {show(text)} is not an amount.", hint)
        return amount

    def moment(self, row: Row) -> date | datetime:
        """A day, or an instant that is a day only in a time zone."""
        text = row.cells[self.how.date.column]
        moment = parse_moment(text, self.how.date)
        if moment is None:
            message = f"{self.how.date.column} {show(text)} is not a date."
            raise BadRow(message, f"The map says that dates are {self.how.date.format}")
        return moment

    def key(self, row: Row) -> tuple[str, str]:
        """Method and reference, neither empty."""
        return self._method(row), self._reference(row)

    def _reference(self, row: Row) -> str:
        how = self.how.reference
        text = row.text(how.column, "-")
        if how.pattern is not None:
            found = re.search(how.pattern, text, re.IGNORECASE)
            text = "" if found is None else first_group(found)
        if not (text := _clean(text)):
            raise BadRow(
                "The row has no reference.",
                "The next import would add it again: let the map take other columns, or ignore it",
            )
        return text

    def _method(self, row: Row) -> str:
        how = self.how.method
        if how.column is None:
            return how.text or ""
        text, known = _clean(row.cells[how.column]), how.values
        if known is None and text:
            return text.casefold()
        if known is None or text not in known:
            hint = f"The map knows {listing(show(name) for name in known)}" if known else None
            raise BadRow(f"{how.column} {show(text)} is no method.", hint)
        return known[text]

    def note(self, row: Row) -> str:
        return _clean(row.text(self.how.note.column)) if self.how.note else ""

    def named_in(self, row: Row) -> str:
        """What stands where clients are looked for."""
        return row.text(dict.fromkeys(name for way in self.how.client for name in way.column))


def first_group(found: re.Match[str]) -> str:
    """What a pattern is for: its first group, or all that it finds."""
    return found[1] or "" if found.re.groups else found[0]


def _holds(test: RowTest, row: Row) -> bool:
    return re.search(test.pattern, row.cells[test.column], re.IGNORECASE) is not None


def _clean(text: str) -> str:
    """On one line, without control characters, which payments may not hold."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
