# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the JSON files of the ledger: one object each, with exact keys and plain types.

Pure. Imports of the project: errors, wording, payments' dates.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from billing.ledger.payments import parse_date
from reconciler.wording import listing, show

SEAL = "hash"
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)


class BadLine(ValueError):
    """A line that is not what it must be: the message and what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def parse_object(text: str, keys: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """The object of a line, with all of `keys`, perhaps some `optional`. Raises BadLine."""
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadLine):
            raise
        raise BadLine("The line is not JSON.", "Restore it from git: lines are never edited") from (
            error
        )
    if not isinstance(value, dict):
        raise BadLine("The line is no JSON object.")
    return checked_keys(value, keys, optional=optional)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadLine("The line has a key twice.")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


def checked_keys(
    value: object, keys: Sequence[str], what: str = "The line", optional: Sequence[str] = ()
) -> dict[str, Any]:
    """The mapping, with exactly these keys. Raises BadLine."""
    if not isinstance(value, dict):
        raise BadLine(f"{what} is no object.")
    if tuple(value) in (keys, (*keys, *optional)):  # as this program writes it
        return value
    missing = [key for key in keys if key not in value]
    unknown = [show(key) for key in value if key not in keys and key not in optional]
    if missing:
        raise BadLine(f"{what} lacks {listing(missing)}.")
    if unknown:
        raise BadLine(f"{what} has the unknown keys {listing(unknown)}.")
    return value


def text_at(value: dict[str, Any], key: str) -> str:
    found = value[key]
    if not isinstance(found, str) or not found or not found.isprintable():
        raise BadLine(f"{key} is not a text.")
    return found


def text_or_null(value: dict[str, Any], key: str) -> str | None:
    return None if value[key] is None else text_at(value, key)


def date_at(value: dict[str, Any], key: str) -> date:
    found = value[key]
    day = parse_date(found) if isinstance(found, str) else None
    if day is None:
        raise BadLine(f"{key} {show(found)} is not a date.")
    return day


def amount_at(value: dict[str, Any], key: str, digits: int) -> Decimal:
    """Money as a string with exactly the currency's minor digits."""
    found = value[key]
    amount, has = _amount(found) if isinstance(found, str) else (None, 0)
    if amount is None:
        raise BadLine(f"{key} {show(found)} is not an amount in quotes.")
    if has != digits:
        raise BadLine(f"{key} {found} has not the {digits} decimals of the currency.")
    return amount


@lru_cache(maxsize=10_000)
def _amount(text: str) -> tuple[Decimal | None, int]:
    """An amount and its decimals: there are few, and they stand on many lines."""
    if not _AMOUNT.fullmatch(text):
        return None, 0
    amount = Decimal(text)
    return amount, -int(amount.as_tuple().exponent)
