# SPDX-License-Identifier: GPL-3.0-or-later
"""`ledger/maps/<name>.yaml`: what the columns of a bank's or gateway's file mean.

Imports of the project: its neighbours in models.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema

from reconciler.models.base import Model
from reconciler.models.scalars import Bool, Charset, Text, TimeZone, must_be_text, text, wrong

_TOKENS = re.compile(r"(YYYY|YY|MMM|MM|DD|HH|mm|ss|[ ./:,T-])+", re.ASCII)
_WORDS = ("iso", "excel")


def _pattern(value: object) -> str:
    value = must_be_text(value)
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise wrong("is not a pattern", f"Python's regular expressions say: {error}") from error
    return value


def _columns(value: object) -> tuple[str, ...]:
    """One column, or several that are read one behind the other."""
    names = value if isinstance(value, list | tuple) else [value]
    if not names:
        raise wrong("names no column")
    return tuple(text(500)(name) for name in names)


def _format(value: object) -> str:
    value = must_be_text(value)
    if value in _WORDS:
        return value
    if not _TOKENS.fullmatch(value) or not all(part in value for part in ("YY", "M", "DD")):
        raise wrong(
            "is not a form of dates",
            "Write DD/MM/YYYY, DD-MMM-YY, YYYY-MM-DD HH:mm:ss, iso or excel",
        )
    return value


def _separator(value: object) -> str:
    value = must_be_text(value)
    if value == "tab":
        return "\t"
    if len(value) == 1 and value.isprintable() and not value.isalnum() and value not in "\"' ":
        return value
    raise wrong("is no separator", 'Write ",", ";", "|" or tab')


_TEXT = {"type": "string", "minLength": 1}
Pattern = Annotated[str, BeforeValidator(_pattern), WithJsonSchema(_TEXT)]
Columns = Annotated[
    tuple[str, ...],
    BeforeValidator(_columns),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number"]},
                {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
            ]
        }
    ),
]
DateFormat = Annotated[str, BeforeValidator(_format), WithJsonSchema(_TEXT)]
Separator = Annotated[str, BeforeValidator(_separator), WithJsonSchema(_TEXT)]


class Negative(StrEnum):
    RETURN = "return"
    IGNORE = "ignore"


class FoundBy(StrEnum):
    ID = "id"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    TAX_ID = "tax_id"
    INVOICE = "invoice"


class DateColumn(Model):
    """Which day the money came in."""

    column: Text
    """Its column."""
    format: DateFormat = "YYYY-MM-DD"
    """`YYYY`, `YY`, `MM`, `MMM` (ene, feb …), `DD`, `HH`, `mm`, `ss` and signs; `iso`; `excel`."""
    timezone: TimeZone | None = None
    """In which the file's times are, where they do not say; needed where that is not the zone's."""


class AmountColumns(Model):
    """How much: one column, or one for what came in and one for what went out."""

    column: Text | None = None
    """The one column; below zero is what was taken back."""
    credit: Text | None = None
    """What came in."""
    debit: Text | None = None
    """What went out."""
    decimal: Literal[".", ","] = "."
    """The sign before the decimals; the other one, spaces and apostrophes part thousands."""
    reversed: Bool = False
    """Whether what came in is below zero in this file."""
    negative: Negative = Negative.RETURN
    """What becomes of money that went out: a returned payment, or nothing."""


class ReferenceColumns(Model):
    """What identifies a payment, together with its method."""

    column: Columns
    """Its column; several are joined with a hyphen."""
    pattern: Pattern | None = None
    """The part that counts: its first group, or all that it finds."""


class MethodColumn(Model):
    """How it was paid: always the same, or by a column."""

    text: Text | None = None
    """The same for all lines."""
    column: Text | None = None
    """Its column."""
    values: dict[str, Text] | None = None
    """What stands there, and what it is called in the ledger; others are listed as unknown."""


class ClientColumn(Model):
    """A way to find whose payment it is."""

    column: Columns
    """Where to look; several columns are read with a space between them."""
    by: FoundBy = FoundBy.ID
    """What is found: a client's id, name, phone, e-mail or tax id, or an invoice's number."""
    pattern: Pattern | None = None
    """Each of its finds is looked up, its first group if it has one; without it, the whole cell."""


class RowTest(Model):
    """Which rows are meant."""

    column: Text
    """The column to look at."""
    pattern: Pattern
    """What is found there; upper and lower case are the same."""


class NoteColumn(Model):
    """What is kept as the note."""

    column: Columns
    """Its column; several are read with a space between them."""


class PaymentMap(Model):
    """What the columns of a bank's or gateway's file mean."""

    name: Text | None = None
    """For people."""
    encoding: Charset | None = None
    """Without it: UTF-8 or UTF-16 by their marks, else UTF-8, else windows-1252."""
    separator: Separator | None = None
    """Without it: that of `,`, `;`, tab and `|` with which the header has the columns."""
    header: Bool = True
    """Whether a line names the columns; where none does, they are numbers from 1."""
    date: DateColumn
    """Which day."""
    amount: AmountColumns
    """How much."""
    reference: ReferenceColumns
    """What identifies it."""
    method: MethodColumn
    """How it was paid."""
    client: tuple[ClientColumn, ...]
    """Ways to find the client; all that find somebody must find the same one."""
    note: NoteColumn | None = None
    """What is kept as the note."""
    only: tuple[RowTest, ...] = ()
    """Only rows for which all of these hold are payments."""
    ignore: tuple[RowTest, ...] = ()
    """Rows for which one of these holds are none."""
